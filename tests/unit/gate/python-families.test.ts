import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixedClock } from '../../../src/context.js';
import { createGate } from '../../../src/gate/gate.js';
import { honest, type Weakness, weak, weaknesses } from '../../support/gate-candidates.js';
import { openPython, pythonConfig } from '../../support/python.js';
import { pythonFamilies } from '../../support/python-families.js';
import { full } from '../../support/sampled.js';
import { judgeAll, never, said } from './support.js';

// All of them take some minutes on two cores: FOUNDRY_GATE_FULL=1 runs them, otherwise every second family once.
const variants = 4;
const all = pythonFamilies.flatMap((family, at) =>
  Array.from({ length: variants }, (_, variant) => ({ family, variant, at })),
);
const sampled = full ? all : all.filter(({ variant, at }) => (variant + at) % (2 * variants) === 0);
const ways = Object.keys(weaknesses).filter((way): way is Weakness => Object.hasOwn(weaknesses, way));

// A machine that is busy with other tests is slow; nothing here is about time.
const settings = { test_timeout_ms: 20_000, mutation_time_ms: 300_000 };
const sandbox = openPython(settings);
const gate = createGate({ config: pythonConfig(settings), sandboxes: [sandbox], clock: fixedClock() });
beforeAll(async () => {
  await sandbox.health();
  if (!full)
    process.stderr.write(
      `judging ${sampled.length} of ${all.length} Python candidates of each sort; FOUNDRY_GATE_FULL=1 judges all\n`,
    );
});
afterAll(() => sandbox.close());

describe('Python candidates of families', () => {
  test('with good tests are admitted, and most of their small faults were tried', { timeout: 900_000 }, async () => {
    const refused: string[] = [];
    await judgeAll(sampled, async ({ family, variant }) => {
      const { id, candidate } = honest(family, variant);
      const report = await gate.judge(candidate, never);
      const strength = report.stages.find(({ stage }) => stage === 'strength');
      if (report.verdict !== 'admitted' || JSON.stringify(strength?.evidence).includes('not_run'))
        refused.push(`${id}: ${said(report)}`);
    });
    expect(refused).toEqual([]);
  });

  test('with tests that are weak in a known way are not, and the reason fits', { timeout: 900_000 }, async () => {
    const wrong: string[] = [];
    await judgeAll(sampled, async ({ family, variant, at }) => {
      const wanted = at % 2 === 0 ? 'one_way_only' : (ways[(variant + at) % ways.length] ?? 'same_answer');
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
