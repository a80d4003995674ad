import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { families, honest, variants, type Weakness, weak, weaknesses } from '../../support/gate-candidates.js';
import { full } from '../../support/sampled.js';
import { gateWith, judgeAll, never, openSandbox, said } from './support.js';

// All of them take some minutes on two cores: FOUNDRY_GATE_FULL=1 runs them, otherwise each family once.
const step = full ? 1 : variants;
const all = families.flatMap((family, at) =>
  Array.from({ length: variants }, (_, variant) => ({ family, variant, at })),
);
const sampled = all.filter(({ variant, at }) => (variant + at) % step === 0);
const ways = Object.keys(weaknesses) as Weakness[];

const sandbox = openSandbox();
const gate = gateWith(sandbox);
beforeAll(() => {
  if (!full)
    process.stderr.write(
      `judging ${sampled.length} of ${all.length} candidates of each sort; FOUNDRY_GATE_FULL=1 judges all\n`,
    );
});
afterAll(() => sandbox.close());

describe('candidates of families', () => {
  test('are more than 300', () => {
    expect(all.length).toBeGreaterThanOrEqual(300);
  });

  test('with good tests are admitted, but for one in a hundred at most', { timeout: 900_000 }, async () => {
    const refused: string[] = [];
    await judgeAll(sampled, async ({ family, variant }) => {
      const { id, candidate } = honest(family, variant);
      const report = await gate.judge(candidate, never);
      if (report.verdict !== 'admitted') refused.push(`${id}: ${said(report)}`);
    });
    expect(refused.length, refused.join('\n')).toBeLessThanOrEqual(Math.floor(sampled.length / 100));
  });

  test('with tests that are weak in a known way are not, and the reason fits', { timeout: 900_000 }, async () => {
    const wrong: string[] = [];
    await judgeAll(sampled, async ({ family, variant, at }) => {
      const wanted = ways[(variant + at) % ways.length] ?? 'same_answer';
      const way = wanted === 'one_way_only' && family.easy === undefined ? 'keys_only' : wanted;
      const report = await gate.judge(weak(family, variant, way), never);
      const { verdict, stage, reason } = weaknesses[way];
      const fits =
        report.verdict === verdict && report.failed_stage === stage && reason.test(report.reasons.join('\n'));
      if (!fits) wrong.push(`${family.name} ${variant} with ${way}: ${said(report)}`);
    });
    expect(wrong).toEqual([]);
  });
});
