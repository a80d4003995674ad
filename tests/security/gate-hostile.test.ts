import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { isJsonObject, type JsonValue } from '../../src/json.js';
import type { SpecTest } from '../../src/specs/model.js';
import { everyThird } from '../support/sampled.js';
import { candidate, gateWith, never, openSandbox, rightSum, runOnce, sumTest } from '../unit/gate/support.js';
import { typescriptCorpus } from './corpus/typescript.js';

const sandbox = openSandbox({ memory_mb: 96 });
const gate = gateWith(sandbox, { test_timeout_ms: 300 });
const patientGate = gateWith(sandbox);
afterAll(() => sandbox.close());

/** Unmistakable values, so that a leak of any of them shows. */
const hiddenTests: SpecTest[] = [
  {
    ...sumTest('hidden_name_8431', [77_118_231, 1]),
    context: { segments: [{ id: 'seg_91734', text: 'concealed words' }] },
  },
  sumTest('hidden_name_8432', [-60_351_774, 2]),
];
const secrets = /77118231|77118232|60351774|60351772|hidden_name|seg_91734|concealed/;

describe('the gate', () => {
  // Each of them is run in the sandbox itself by sandbox-hostile.test.ts.
  test.each(everyThird(typescriptCorpus, 'hostile candidates in the gate', 1))(
    'rejects the candidate that $name',
    async ({ code }) => {
      const report = await gate.judge(candidate(code, { hiddenTests }), never);
      expect(report.verdict).toBe('rejected');
      expect(report.failed_stage).not.toBeNull();
      expect(report.reasons.length).toBeGreaterThan(0);
      expect(JSON.stringify(report)).not.toMatch(secrets);
    },
  );

  test('admits the right one after all of them', async () => {
    const report = await patientGate.judge(candidate(rightSum, { hiddenTests }), never);
    expect(report).toMatchObject({ verdict: 'admitted', reasons: [] });
    expect(JSON.stringify(report)).not.toMatch(secrets);
  });

  /** Right on what is shown; on anything else it gives away what it was given, one way or another. */
  test.each([
    ['throws', 'throw new Error(seen);'],
    ['logs', 'console.log(seen); console.error(seen); sum = 0;'],
    ['answers with', 'return { status: "ok", payload: { sum: 0, seen }, prov: [seen] };'],
    ['names a key after', 'return { status: "ok", payload: { sum: "0", [seen]: seen }, prov: [] };'],
    ['names its status after', 'return { status: seen, payload: {}, prov: [] };'],
    ['adds a field named after', 'return { status: "ok", payload: { sum }, prov: [], [seen]: 1 };'],
    ['calls a tool with', 'await ctx.call("leak", { seen }).catch(() => 0);'],
    ['calls a tool named after', 'await ctx.call(seen, {}).catch(() => 0);'],
    ['returns no JSON named after', 'return { [seen]: NaN };'],
    ['changes its input, which is', 'input.numbers.push(1);'],
    [
      'depends on the clock and',
      'if (new Date(0).getHours() > 0) return { status: "ok", payload: { sum: 1, seen }, prov: [] };',
    ],
  ])('tells nothing of a hidden test to code that %s it', async (_how, leak) => {
    const code = `export async function execute(input: any, ctx: any) {
      let sum = input.numbers.reduce((left: number, right: number) => left + right, 0);
      const seen = JSON.stringify([input, ctx.context]);
      if (Math.abs(sum) > 1000) { ${leak} }
      return { status: 'ok', payload: { sum }, prov: [] };
    }`;
    const report = await gate.judge(candidate(code, { hiddenTests }), never);
    expect(report.verdict).toBe('rejected');
    expect(JSON.stringify(report)).not.toMatch(secrets);
  });
});

describe('the sandbox', () => {
  const isCarried = (value: JsonValue): boolean => {
    if (typeof value === 'string') return !/[\ud800-\udfff]/.test(value);
    if (Array.isArray(value)) return value.every(isCarried);
    if (!isJsonObject(value)) return true;
    return Object.entries(value).every(([key, each]) => key !== '__proto__' && isCarried(key) && isCarried(each));
  };

  test('gives back every JSON value that code returns unchanged', async () => {
    const session = await sandbox.open('export async function execute(input) { return input.value; }', {
      pooled: true,
    });
    await fc.assert(
      fc.asyncProperty(
        fc
          .jsonValue()
          .map((value) => JSON.parse(JSON.stringify(value)) as JsonValue)
          .filter(isCarried),
        async (value) => {
          const invoked = await session.invoke(
            {
              input: { value },
              context: null,
              now: '2026-01-01T00:00:00Z',
              seed: 1,
              timeoutMs: 2_000,
              onCall: async () => null,
            },
            never,
          );
          expect(invoked).toMatchObject({ ok: true, inputChanged: false });
          expect(invoked.ok ? JSON.stringify(invoked.value) : '').toBe(JSON.stringify(value));
        },
      ),
      { numRuns: 150, seed: 7 },
    );
  });

  test('rolls the same dice for the same seed and others for another', async () => {
    const code = 'export async function execute(i, ctx) { return [ctx.random(), ctx.random(), ctx.now()]; }';
    const rolled = async (seed: number): Promise<unknown> => {
      const outcome = await runOnce(sandbox, code, { seed });
      return outcome.ok ? outcome.value : outcome.reason;
    };
    expect(await rolled(1)).toEqual(await rolled(1));
    expect(await rolled(1)).not.toEqual(await rolled(2));
  });
});
