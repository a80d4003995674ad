import { afterAll, describe, expect, test } from 'vitest';
import { type Candidate, gateReportSchema, stageCodes } from '../../../src/gate/model.js';
import { specSchema } from '../../../src/specs/model.js';
import { candidate, gateWith, never, openSandbox, rightSum, stageOf, sumSpec, sumTest } from './support.js';

const sandbox = openSandbox();
const gate = gateWith(sandbox, { test_timeout_ms: 1_500 });
afterAll(() => sandbox.close());

const judge = (code: string, parts: Partial<Candidate> = {}) => gate.judge(candidate(code, parts), never);

describe('the gate', () => {
  test('admits right code and reports every stage in order', async () => {
    const report = await judge(rightSum);
    expect(report.reasons).toEqual([]);
    expect(report.verdict).toBe('admitted');
    expect(report.failed_stage).toBeNull();
    expect(report.stages.map((stage) => stage.stage)).toEqual([...stageCodes]);
    expect(gateReportSchema.parse(report)).toEqual(report);
    expect(report.runtime.fingerprint).toMatch(/^deno \d/);
    expect(report.runtime.isolation).toEqual(expect.arrayContaining(['process', 'deno_permissions']));
  });

  test('says the same about the same candidate every time', async () => {
    const wrong = rightSum.replace('sum += each', 'sum -= each');
    expect(await judge(rightSum)).toEqual(await judge(rightSum));
    expect(await judge(wrong)).toEqual(await judge(wrong));
  });

  test('rejects a wrong answer and shows the visible test that failed', async () => {
    const report = await judge(rightSum.replace('sum += each', 'sum -= each'));
    expect(report).toMatchObject({ verdict: 'rejected', failed_stage: 'visible' });
    expect(report.reasons[0]).toContain('expected payload {"sum":5}, got {"sum":-5}');
    expect(stageOf(report, 'hidden').status).toBe('not_run');
  });

  test.each([
    ['throws', `export async function execute() { throw new RangeError('no'); }`, 'visible', 'throw: RangeError: no'],
    ['never returns', `export async function execute() { for (;;); }`, 'visible', 'timeout'],
    [
      'waits for nothing',
      `export async function execute() { await new Promise(() => {}); }`,
      'visible',
      'never_settles',
    ],
    [
      'reads a file',
      `export async function execute() { return Deno.readTextFileSync('/etc/passwd'); }`,
      'static',
      'Deno',
    ],
    [
      'always gives the first answer',
      `export async function execute() { return { status: 'ok', payload: { sum: 5 }, prov: [] }; }`,
      'visible',
      'got {"sum":5}',
    ],
    ['returns no observation', `export async function execute() { return 5; }`, 'visible', 'expected an observation'],
    [
      'breaks the output schema',
      `export async function execute() { return { status: 'ok', payload: { sum: 'five' }, prov: [] }; }`,
      'contract',
      '/sum must be number',
    ],
    [
      'changes its input',
      rightSum.replace('let sum', 'input.numbers.reverse(); let sum').replace('reverse()', 'push(0)'),
      'contract',
      'changed its input',
    ],
  ])('rejects code that %s', async (_name, code, stage, reason) => {
    const report = await judge(code);
    expect(report.verdict).toBe('rejected');
    expect(report.failed_stage).toBe(stage);
    expect(report.reasons.join('\n')).toContain(reason);
  });

  test('rejects code that fits the visible tests only, and tells nothing of the hidden ones', async () => {
    const table = `
      const known: Record<string, number> = { '2,3': 5, '1,10,100': 111 };
      export async function execute(input: { numbers: number[] }) {
        return { status: 'ok', payload: { sum: known[input.numbers.join()] ?? 0 }, prov: [] };
      }`;
    const hiddenTests = [sumTest('concealed_name', [424242, 1])];
    const report = await judge(table, { hiddenTests });
    expect(report).toMatchObject({ verdict: 'rejected', failed_stage: 'hidden' });
    expect(stageOf(report, 'hidden').reasons).toEqual(['payload differs in a hidden test']);
    expect(JSON.stringify(report)).not.toMatch(/424242|424243|concealed_name/);
  });

  test('a hidden input that the code throws back at us does not reach the report', async () => {
    const code = rightSum.replace(
      'let sum = 0;',
      'let sum = 0; if (input.numbers.length > 3) throw new Error(input.numbers.join());',
    );
    const report = await judge(code, { hiddenTests: [sumTest('long', [424242, 1, 2, 3])] });
    expect(report.failed_stage).toBe('hidden');
    expect(JSON.stringify(report)).not.toContain('424242');
  });

  test('rejects code whose answer changes with the surroundings', async () => {
    const codes = [
      rightSum.replace('let sum = 0;', 'let sum = new Date(0).getHours();'),
      rightSum.replace('sum += each', 'sum += Number((1.5).toLocaleString() === "1.5") * each'),
      rightSum.replace(
        'let sum = 0;',
        'let sum = [1, 2].map(Reflect.get(Math, ["rand", "om"].join("")))[0] < 0.63 ? 0 : 1;',
      ),
    ];
    for (const code of codes) {
      const report = await judge(code);
      expect(report).toMatchObject({ verdict: 'rejected', failed_stage: 'determinism' });
    }
  });

  test('ctx.now() and ctx.random() are inputs and pass', async () => {
    const spec = sumSpec({
      output_schema: { type: 'object' },
      tests: ['2026-01-01T00:00:00Z', '2027-02-02T00:00:00Z', '2028-03-03T00:00:00Z'].map((now) => ({
        name: now,
        input: { numbers: [] },
        now,
        seed: 7,
        expected: { status: 'ok', payload_contains: { year: Number(now.slice(0, 4)) } },
      })),
    });
    const code = `export async function execute(_input: unknown, ctx: { now(): string; random(): number }) {
      return { status: 'ok', payload: { year: Number(ctx.now().slice(0, 4)), dice: ctx.random() }, prov: [] };
    }`;
    const report = await judge(code, { spec, visibleTests: spec.tests.slice(1), hiddenTests: spec.tests.slice(0, 1) });
    expect(report.reasons).toEqual([]);
    expect(report.verdict).toBe('admitted');
  });

  test('tests that a constant passes admit nothing', async () => {
    const same = ['a', 'b', 'c'].map((name) => ({
      ...sumTest(name, [1, 1]),
      input: { numbers: [2, name.length - 1] },
    }));
    const spec = sumSpec({ tests: same.slice(0, 2) });
    const report = await judge(rightSum, { spec, visibleTests: same.slice(0, 2), hiddenTests: same.slice(2) });
    expect(report).toMatchObject({ verdict: 'rejected', failed_stage: 'strength' });
    expect(report.reasons.join()).toContain('baseline "constant"');
  });

  test('too few tests, or none hidden, are inconclusive; where the author saw all, the report says so', async () => {
    const few = await judge(rightSum, { visibleTests: [sumTest('two', [2, 3])], hiddenTests: [sumTest('none', [])] });
    expect(few.verdict).toBe('inconclusive');
    const shown = [sumTest('two', [2, 3]), sumTest('none', []), sumTest('negative', [-7, 4])];
    const open = await judge(rightSum, { visibleTests: shown, hiddenTests: [] });
    expect(open).toMatchObject({ verdict: 'inconclusive', failed_stage: null });
    const seen = await judge(rightSum, { visibleTests: shown, hiddenTests: [], authorSawAll: true });
    expect(seen).toMatchObject({ verdict: 'admitted', author_saw_all: true });
    expect(stageOf(seen, 'hidden').reasons.join()).toContain('the author has seen them all');
  });

  test('a better version must pass the tests of the one that it supersedes', async () => {
    const report = await judge(rightSum, {
      inheritedTests: [{ name: 'old', input: { numbers: [1] }, expected: { payload: { sum: 2 } } }],
    });
    expect(report).toMatchObject({ verdict: 'rejected', failed_stage: 'visible' });
    expect(report.reasons[0]).toContain('inherited test "old"');
  });

  test('code that remembers the tests is named, without the hidden values', async () => {
    const tests = ['AB1234', 'CD5678', 'EF9012'].map((id, index) => ({
      name: id,
      input: { id },
      expected: { status: 'ok' as const, payload: { owner: `person_${index}${index}` } },
    }));
    const spec = specSchema.parse({ ...sumSpec(), input_schema: {}, output_schema: {}, tests: tests.slice(0, 2) });
    const pairs = tests.map((each) => `'${each.input.id}': '${each.expected.payload.owner}'`).join(', ');
    const code = `const owners: Record<string, string> = { ${pairs} };
      export async function execute(input: { id: string }) {
        return { status: 'ok', payload: { owner: owners[input.id] ?? null }, prov: [] };
      }`;
    const report = await judge(code, { spec, visibleTests: tests.slice(0, 2), hiddenTests: tests.slice(2) });
    expect(report).toMatchObject({ verdict: 'rejected', failed_stage: 'special_case' });
    expect(report.reasons.join()).toContain('"AB1234"');
    expect(JSON.stringify(report)).not.toMatch(/EF9012|person_22/);
  });

  test('a hostile schema is a rejected candidate, not a stalled gate', async () => {
    const report = await judge(rightSum, { spec: sumSpec({ input_schema: { pattern: '(?=' } }) });
    expect(report).toMatchObject({ verdict: 'rejected', failed_stage: 'contract' });
  });

  test('Python is refused with a typed error, and a cancelled judgement is cancelled', async () => {
    await expect(gate.judge(candidate('def execute(): pass', { language: 'python' }), never)).rejects.toMatchObject({
      code: 'sandbox_unavailable',
      message: expect.stringContaining('python is not run here'),
    });
    await expect(gate.judge(candidate(rightSum), AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });
});
