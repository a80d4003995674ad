import { afterAll, describe, expect, test } from 'vitest';
import type { Clock } from '../../src/context.js';
import { createGate } from '../../src/gate/gate.js';
import type { Sandbox, SandboxSession } from '../../src/gate/runtimes/runtime.js';
import type { JsonValue } from '../../src/json.js';
import { type SpecTest, specSchema } from '../../src/specs/model.js';
import { candidate, configWith, never, openSandbox, rightSum, sumTest } from '../unit/gate/support.js';
import { openWorkshop, type Workshop } from '../unit/specs/workshop.js';

const sandbox = openSandbox();
afterAll(() => sandbox.close());

const secret = 734_211;
const most = 1 << 20;
const doubled = (n: number): SpecTest => ({
  name: `twice ${n}`,
  input: { n },
  expected: { status: 'ok', payload: { twice: 2 * n } },
});
const spec = specSchema.parse({
  name: 'double_number',
  kind: 'primitive',
  summary: 'Double a whole number.',
  input_schema: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] },
  output_schema: { type: 'object', properties: { twice: { type: 'integer' } } },
  tests: [doubled(3), doubled(10), doubled(0)],
});
const body = (statements: string): string => `export async function execute(input: any) {
  ${statements}
  return { status: 'ok', payload: { twice: input.n * 2 }, prov: [] };
}`;

/** A spec whose hidden test nobody has seen, as induction leaves it. */
async function specWithSecret(
  workshop = openWorkshop(sandbox),
  { specId = 'spec_of_a_held_out_run', hidden = doubled(secret) } = {},
): Promise<{ workshop: Workshop; specId: string }> {
  const record = { spec_id: specId, spec, cluster_id: null, clustering_id: null };
  await workshop.library.store.specs.putSpec(
    { ...record, generator: 'induction', author_saw_all: false, created_at: '2026-01-01T00:00:00.000Z' },
    [hidden],
  );
  return { workshop, specId: record.spec_id };
}

describe('an agent that hands in one program after another', () => {
  test('cannot narrow a hidden input down: the gate stops answering', async () => {
    const { workshop, specId } = await specWithSecret();
    let [low, high] = [0, most];
    const said: string[] = [];
    for (let turn = 0; turn < 30; turn += 1) {
      const middle = Math.floor((low + high) / 2);
      const code = body(`if (input.n >= ${middle} && input.n > 10) return { status: 'fail', payload: {}, prov: [] };`);
      const { results } = await workshop.generate({ spec_id: specId, code });
      said.push(`${results[0]?.status}: ${results[0]?.reasons.join('; ')}`);
      if (results[0]?.status === 'inconclusive' || results[0]?.status === 'admitted') break;
      if (results[0]?.failed_stage === 'hidden') low = middle;
      else high = middle;
    }
    expect(said.at(-1)).toMatch(/^inconclusive: The hidden tests of "double_number" have been tried by 6 different/);
    expect(high - low).toBeGreaterThan(most / 128);
    expect(said.join('\n')).not.toContain(String(secret));
    // The same question in another spec, and by another name, has had its answers.
    const renamed = { specId: 'spec_learnt_again', hidden: { ...doubled(secret), name: 'another number' } };
    const again = await specWithSecret(workshop, renamed);
    const { results } = await workshop.generate({
      spec_id: again.specId,
      code: body('if (input.n > 12) return null;'),
    });
    expect(results[0]).toMatchObject({ status: 'inconclusive' });
  });

  test('may be wrong about what it can see as often as it likes', async () => {
    const { workshop, specId } = await specWithSecret();
    for (let turn = 0; turn < 9; turn += 1) {
      const code = body(`if (input.n === 3) return { status: 'fail', payload: { turn: ${turn} }, prov: [] };`);
      const { results } = await workshop.generate({ spec_id: specId, code });
      expect(results[0]).toMatchObject({ status: 'rejected' });
      expect(results[0]?.failed_stage).not.toBe('hidden');
    }
    const { results } = await workshop.generate({ spec_id: specId, code: body('') });
    expect(results[0]).toMatchObject({ status: 'admitted' });
  });

  test('is told no more than the kind of failure, whatever the program makes of the input', async () => {
    const { workshop, specId } = await specWithSecret();
    const told = new Set<string>();
    for (const way of [
      `throw new Error(String(input.n));`,
      `for (;;);`,
      `await new Promise(() => {});`,
      `return { status: 'ok', payload: { twice: NaN }, prov: [] };`,
      `return { status: 'ok', payload: 'x'.repeat(2e6), prov: [] };`,
    ]) {
      const { results } = await workshop.generate({ spec_id: specId, code: body(`if (input.n > 10) { ${way} }`) });
      told.add(results[0]?.reasons.join('; ') ?? '');
    }
    expect([...told]).toEqual(['hidden: the code gives no observation in a hidden test']);
  });
});

describe('the time that code takes over a hidden input', () => {
  test('stands in no stage of the report', async () => {
    let now = 0;
    let untold = 0;
    const clock: Clock = { now: () => '2026-01-01T00:00:00.000Z', elapsed: () => now };
    const numbersOf = (input: { readonly numbers?: JsonValue }): number[] =>
      Array.isArray(input.numbers) ? input.numbers.map(Number) : [];
    const open = async (): Promise<SandboxSession> => ({
      async invoke({ input }) {
        const numbers = numbersOf(input);
        const hidden = numbers.includes(77);
        now += hidden ? 5_000 : 10;
        untold += hidden ? 5_000 : 0;
        const sum = numbers.reduce((left, right) => left + right, 0);
        return { ok: true, value: { status: 'ok', payload: { sum }, prov: [] }, durationMs: 1, logs: '' };
      },
      close: async () => undefined,
    });
    const slow: Sandbox = {
      language: 'typescript',
      open,
      openGroup: () => ({ open, close: async () => undefined }),
      health: async () => ({ available: true, fingerprint: 'scripted', isolation: [], absent: [], detail: '' }),
      close: async () => undefined,
    };
    const gate = createGate({ config: configWith({ mutation_time_ms: 10_000_000 }), sandboxes: [slow], clock });
    const report = await gate.judge(
      candidate(rightSum, {
        hiddenTests: [sumTest('h', [77, 1])],
      }),
      never,
    );
    expect(report.verdict).toBe('admitted');
    const total = report.stages.reduce((sum, { duration_ms }) => sum + duration_ms, 0);
    // Once by itself, once in other surroundings, and by some mutants.
    expect(untold).toBeGreaterThan(10_000);
    expect(total).toBe(now - untold);
  });
});
