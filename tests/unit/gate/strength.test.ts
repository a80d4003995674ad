import { afterAll, describe, expect, test } from 'vitest';
import { type Mutants, mutantsOf as mutantsWith } from '../../../src/gate/mutation/mutants.js';
import { typescriptFaults } from '../../../src/gate/mutation/typescript-faults.js';
import { candidate, gateWith, never, openSandbox, rightSum, stageOf, sumSpec, sumTest } from './support.js';

const sandbox = openSandbox();
const gate = gateWith(sandbox);
afterAll(() => sandbox.close());

function mutantsOf(code: string, wanted: number): Mutants {
  const faults = typescriptFaults(code);
  if (faults === undefined) throw new Error('the code cannot be read');
  return mutantsWith(code, faults, wanted);
}

describe('the mutants of a candidate', () => {
  const described = (code: string): string[] => mutantsOf(code, 100).chosen.map((one) => one.description);

  test.each([
    ['x = a + b;', '`+` becomes `-`'],
    ['x = a < b;', '`<` becomes `<=`'],
    ['x = a < b;', '`<` becomes `>=`'],
    ['x = a && b;', '`&&` becomes `||`'],
    ['x = !a;', '`!a` becomes `(a)`'],
    ['x = true;', '`true` becomes `false`'],
    ["x = 'word';", "`'word'` becomes `''`"],
    ['x = 41;', '`41` becomes `42`'],
    ['x = a ?? b;', '`a ?? b` becomes `a`'],
    ['x = a?.b;', '`?.` becomes `.`'],
    ['x = a ? b : c;', '`a` becomes `false`'],
    ['if (a) b();', '`a` becomes `true`'],
    ['while (a) { b(); }', '`b();` is left out'],
    ['function f(a = 3) { return a; }', '`a = 3` becomes `a`'],
    ['function f(a) { return a.b; }', '`a.b` becomes `null`'],
    ['x = a.length;', '`a.length` becomes `(a.length - 1)`'],
    ['x = a.filter(b);', '`a.filter(b)` becomes `a`'],
    ['x = Math.min(a, b);', '`min` becomes `max`'],
    ["x = await ctx.call('get', { id: a });", "`ctx.call('get', { id: a })` becomes `null`"],
    ["x = await ctx.call('get', { id: a });", '`{ id: a }` becomes `{}`'],
    ["x = { status: 'ok', payload: a };", "`'ok'` becomes `'missing'`"],
    ['switch (a) { case 1: b(); }', '`b();` becomes `break;`'],
    ['x += 1;', '`+=` becomes `-=`'],
    ['x++;', '`x++` becomes `x--`'],
  ])('of %s have %s', (code, description) => {
    expect(described(code)).toContain(description);
  });

  test('leave types, keys, comments and the parts between other tokens alone', () => {
    const code = "type A = 'x' | 1; const o: A = ({ 'key': a /* + */ + b } as unknown as A);";
    for (const mutant of mutantsOf(code, 100).chosen) expect(mutant.code).toContain("type A = 'x' | 1; const o: A");
    expect(described(code).some((text) => text.includes('key') && text.startsWith("`'key'"))).toBe(false);
  });

  test('all differ, stand in the order of the text and name their line', () => {
    const { chosen } = mutantsOf(rightSum, 100);
    expect(new Set(chosen.map((one) => one.code)).size).toBe(chosen.length);
    expect(chosen.map((one) => one.line)).toEqual(chosen.map((one) => one.line).sort((a, b) => a - b));
    expect(chosen[0]).toMatchObject({ line: 3, description: '`0` becomes `1`' });
  });

  test('are chosen evenly over the whole code, and the same ones each time', () => {
    const long = Array.from({ length: 100 }, (_, at) => `function f${at}(a, b) { return a + b; }`).join('\n');
    const { chosen, total } = mutantsOf(long, 10);
    expect(total).toBe(200);
    expect(chosen.map((one) => one.line)).toEqual([1, 11, 21, 31, 41, 51, 61, 71, 81, 91]);
    expect(mutantsOf(long, 10)).toEqual(mutantsOf(long, 10));
  });
});

describe('the strength of tests', () => {
  const clamp = `export async function execute(input: { n: number }) {
  let n = input.n;
  if (n < 0) n = 0;
  if (n > 10) n = 10;
  return { status: 'ok', payload: { n }, prov: [] };
}`;
  const spec = sumSpec({
    input_schema: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] },
    output_schema: { type: 'object' },
  });
  const caseOf = (n: number) => ({
    name: `n ${n}`,
    input: { n },
    expected: { status: 'ok' as const, payload: { n: Math.min(10, Math.max(0, n)) } },
  });
  const judge = (visible: number[], hidden: number[], settings: Record<string, unknown> = {}, code = clamp) =>
    (Object.keys(settings).length === 0 ? gate : gateWith(sandbox, settings)).judge(
      candidate(code, { spec, visibleTests: visible.map(caseOf), hiddenTests: hidden.map(caseOf) }),
      never,
    );

  test('is refused where small faults pass, and the author is told which, by line', async () => {
    const report = await judge([3, 5], [12]);
    expect(report).toMatchObject({ verdict: 'rejected', failed_stage: 'strength' });
    expect(stageOf(report, 'strength').evidence['survivors']).toContain(
      'line 3: `n < 0` becomes `false` (condition); write a test that tells the two apart',
    );
  });

  test('is enough once the missing tests are there', async () => {
    const report = await judge([3, -4, 40], [0, 10]);
    expect(report.reasons).toEqual([]);
    expect(report.verdict).toBe('admitted');
    const { mutants } = stageOf(report, 'strength').evidence;
    // At the bound itself < and <= do the same, and so does a bound of 1 in place of 0 with what is set there.
    expect(mutants).toMatchObject({ required: 0.8, equivalent: 3 });
  });

  test('counts what hidden tests notice, and does not tell it', async () => {
    const told = async (hidden: number[]) => stageOf(await judge([3, 5, -4], hidden), 'strength').evidence;
    expect((await judge([3, 5, -4], [77])).verdict).toBe('admitted');
    expect((await judge([3, 5, -4], [7])).verdict).toBe('rejected');
    expect(await told([77])).toEqual(await told([7]));
  });

  test('cannot be used to ask for the values of hidden tests', async () => {
    // The mutants of such a line would say whether a hidden input lies beyond the bound.
    const asking = clamp.replace('let n', 'if (false && input.n > 1000) return null; let n');
    const strengths = [];
    for (const hidden of [500, 5_000])
      strengths.push(stageOf(await judge([3, -4, 40], [0, hidden], {}, asking), 'strength').evidence);
    expect(strengths[0]).toMatchObject({ mutants: { judged: expect.any(Number) } });
    expect(strengths[0]).toEqual(strengths[1]);
  });

  test('is judged by the rate that the operator sets; with no mutants, by the baselines', async () => {
    expect((await judge([3, 5], [12], { mutation_kill_rate: 0.3 })).verdict).toBe('admitted');
    const none = await judge([3, 5], [12], { mutants: 0 });
    expect(none.verdict).toBe('admitted');
    expect(JSON.stringify(stageOf(none, 'strength').evidence)).toContain('gate.mutants is 0');
  });

  test('of code with hardly a place for a fault is judged by the baselines alone, and the report says so', async () => {
    const twice = `export async function execute(input: { n: number }) {
      return { status: 'ok', payload: { n: input.n + input.n }, prov: [] };
    }`;
    const tests = [1, 5, 9].map((n) => ({ ...caseOf(n), expected: { status: 'ok' as const, payload: { n: 2 * n } } }));
    const report = await gate.judge(
      candidate(twice, { spec, visibleTests: tests.slice(1), hiddenTests: tests.slice(0, 1) }),
      never,
    );
    expect(report.verdict).toBe('admitted');
    expect(stageOf(report, 'strength').evidence['note']).toContain('baselines alone');
  });

  test('mutants that never end are noticed without waiting for a clock', async () => {
    const looping = `export async function execute(input: { n: number }) {
  let n = 0;
  let at = 0;
  while (at < input.n) { at += 1; n += at; }
  return { status: 'ok', payload: { n }, prov: [] };
}`;
    const tests = [1, 3, 6, 0].map((n) => ({
      ...caseOf(n),
      expected: { status: 'ok' as const, payload: { n: (n * (n + 1)) / 2 } },
    }));
    const report = await gateWith(sandbox, { test_timeout_ms: 60_000 }).judge(
      candidate(looping, { spec, visibleTests: tests.slice(1), hiddenTests: tests.slice(0, 1) }),
      never,
    );
    expect(report.reasons).toEqual([]);
    expect(stageOf(report, 'strength').evidence['mutants']).toMatchObject({ kill_rate: 1 });
  });

  test('is not judged by the baselines alone where the code looks at itself while it loads', async () => {
    const looking = `const clamp = (n: number): number => (n < 0 ? 0 : n > 10 ? 10 : n);
for (const [n, wanted] of [[-4, 0], [-1, 0], [0, 0], [1, 1], [9, 9], [10, 10], [11, 10], [40, 10]])
  if (clamp(n) !== wanted) throw new Error('no');
export async function execute(input: { n: number }) { return { status: 'ok', payload: { n: clamp(input.n) }, prov: [] }; }`;
    const report = await judge([3, 5], [12], {}, looking);
    expect(report).toMatchObject({ verdict: 'inconclusive', reasons: [expect.stringContaining('from loading')] });
  });

  test('is not judged by the baselines alone where the faults of the code cannot be found', async () => {
    const report = await gateWith({ ...sandbox, possibleFaults: async () => undefined }).judge(
      candidate(rightSum, { hiddenTests: [sumTest('four', [4, 4, 4, 4])] }),
      never,
    );
    expect(report).toMatchObject({ verdict: 'inconclusive', reasons: [expect.stringContaining('split it up')] });
  });

  test('too few tests leave the mutants alone', async () => {
    const report = await gate.judge(
      candidate(rightSum, { visibleTests: [sumTest('two', [2, 3])], hiddenTests: [sumTest('none', [])] }),
      never,
    );
    expect(report.verdict).toBe('inconclusive');
    expect(stageOf(report, 'strength').status).toBe('not_run');
  });
});
