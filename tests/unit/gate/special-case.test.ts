import { afterAll, describe, expect, test } from 'vitest';
import type { SpecTest } from '../../../src/specs/model.js';
import { specSchema } from '../../../src/specs/model.js';
import { candidate, gateWith, never, openSandbox, stageOf, sumSpec } from './support.js';

const sandbox = openSandbox();
const gate = gateWith(sandbox);
afterAll(() => sandbox.close());

function pairTest(input: string, output: string | number): SpecTest {
  return { name: input, input: { text: input }, expected: { status: 'ok', payload: { answer: output } } };
}

async function judge(tests: readonly SpecTest[], expression: string, answer: Record<string, unknown> = {}) {
  const spec = specSchema.parse({
    ...sumSpec(),
    input_schema: { type: 'object' },
    output_schema: { type: 'object', properties: { answer } },
    tests: tests.slice(0, -1),
  });
  const code = `export async function execute(input: { text: string }) {
    return { status: 'ok', payload: { answer: ${expression} }, prov: [] };
  }`;
  const report = await gate.judge(
    candidate(code, { spec, visibleTests: spec.tests, hiddenTests: tests.slice(-1) }),
    never,
  );
  return { report, stage: stageOf(report, 'special_case') };
}

describe('the special_case stage', () => {
  const colours = [
    pairTest('a ripe tomato', 'reddish'),
    pairTest('the grass', 'greenish'),
    pairTest('ripe cherry', 'reddish'),
  ];

  test('lets a table of classes pass: words that the code decides between', async () => {
    const { report, stage } = await judge(colours, `/grass/.test(input.text) ? 'greenish' : 'reddish'`);
    expect(stage.reasons).toEqual([]);
    expect(report.verdict).toBe('admitted');
  });

  test('lets constants pass that are the same in all tests, or that the schema names', async () => {
    const prefix = ['alpha', 'beta', 'gamma'].map((each) => pairTest(each, `prefix-2024: ${each}`));
    expect((await judge(prefix, `'prefix-2024: ' + input.text`)).report.verdict).toBe('admitted');
    const codes = [pairTest('one', 'CODE-0001'), pairTest('twelve', 'CODE-0002'), pairTest('six', 'CODE-0001')];
    const expression = `input.text.length > 3 ? 'CODE-0002' : 'CODE-0001'`;
    expect((await judge(codes, expression, { enum: ['CODE-0001', 'CODE-0002'] })).report.verdict).toBe('admitted');
    expect((await judge(codes, expression)).stage.status).toBe('failed');
  });

  test('finds answers that are chosen by something else than the input itself', async () => {
    const ids = [pairTest('a', 'ID-48151'), pairTest('bb', 'ID-62342'), pairTest('ccc', 'ID-91114')];
    const { report, stage } = await judge(ids, `['ID-48151', 'ID-62342', 'ID-91114'][input.text.length - 1]`);
    expect(report).toMatchObject({ verdict: 'rejected', failed_stage: 'special_case' });
    expect(stage.reasons.join()).toContain('values of test "bb" stand in the code: "ID-62342"');
    expect(JSON.stringify(report)).not.toContain('91114');
  });

  test('finds a table of answers that is written so that no value stands in it', async () => {
    const texts = ['amber light', 'birch tree', 'cedar chest', 'delta wing', 'ember glow'];
    const tests = texts.map((text) => pairTest(text, [...text].reverse().join('')));
    const hidden = (text: string): string => Buffer.from(text).toString('hex');
    const table = Object.fromEntries(texts.map((text) => [text.length * 1_000 + text.charCodeAt(0), hidden(text)]));
    const row = `(${JSON.stringify(table)} as Record<string, string>)[input.text.length * 1000 + input.text.charCodeAt(0)]`;
    const decoded = `(${row} ?? '').replace(/../g, (two: string) => String.fromCharCode(parseInt(two, 16))).split('').reverse().join('')`;
    const { report, stage } = await judge(tests, decoded);
    expect(report).toMatchObject({ verdict: 'rejected', failed_stage: 'special_case' });
    expect(stage.reasons.join()).toContain('inputs that are in no test have no answer but one: {"answer":""}');
    expect((await judge(tests, `input.text.split('').reverse().join('')`)).stage.status).toBe('passed');
  });

  test('takes code that reads one form of text, and gives up on every other, for no table', async () => {
    const texts = ['2026-01-05', '1999-12-31', '2024-02-29', '2001-07-09'];
    const tests = texts.map((text) => pairTest(text, text.split('-').reverse().join('/')));
    const givesUp = `(() => { throw new Error('the text is no date in the form that is asked for here') })()`;
    const read = `(/^(\\d{4})-(\\d\\d)-(\\d\\d)$/.exec(input.text) ?? ${givesUp}).slice(1).reverse().join('/')`;
    const { stage } = await judge(tests, read);
    expect(stage.status, stage.reasons.join()).toBe('passed');
  });

  test('says nothing of guesses at hidden values that stand in the code', async () => {
    const ids = [pairTest('a', 'ID-1'), pairTest('bb', 'ID-2'), pairTest('customer 48151', 'ID-14')];
    const right = "'ID-' + input.text.length";
    const guess = `(['customer 48151', 'ID-14', 48151], ${right})`;
    const reportOf = async (expression: string) => (await judge(ids, expression)).stage;
    const [plain, guessing] = [await reportOf(right), await reportOf(guess)];
    expect({ ...guessing, duration_ms: 0 }).toEqual({ ...plain, duration_ms: 0 });
    expect(guessing.status).toBe('passed');
  });

  test.each([
    ['a list as JSON', `({ '[2,3]': 5, '[1,10]': 11, '[4,4]': 8 } as any)[JSON.stringify(input.numbers)] ?? 0`],
    ['a list by its elements', `({ '2,31,7': 40, '1,10,2': 13, '4,40,1': 45 } as any)[String(input.numbers)] ?? 0`],
    [
      'pairs',
      `[[[2, 3], 5], [[1, 10], 11], [[-4, 4], 0]].find(([key]) => String(key) === String(input.numbers))?.[1] ?? 0`,
    ],
  ])('finds a table of the tests whose keys are %s', async (_what, expression) => {
    const lists = expression.includes('31')
      ? [
          [2, 31, 7],
          [1, 10, 2],
          [4, 40, 1],
        ]
      : [
          [2, 3],
          [1, 10],
          [-4, 4],
        ];
    const tests = lists.map((numbers) => {
      const answer = numbers.reduce((left, right) => left + right, 0);
      return { name: `sum ${numbers}`, input: { numbers }, expected: { status: 'ok' as const, payload: { answer } } };
    });
    const { stage } = await judge(tests, expression.replaceAll('input.numbers', '(input as any).numbers'));
    expect(stage.status).toBe('failed');
    expect(stage.reasons[0]).toMatch(/^the input of test "sum .*" stands in the code/);
  });

  test('finds remembered numbers and keys of a table', async () => {
    const numbers = [pairTest('ref_ab12', 40_961), pairTest('ref_cd34', 70_229), pairTest('ref_ef56', 11_037)];
    const { stage } = await judge(
      numbers,
      `({ ref_ab12: 40961, ref_cd34: 70229, ref_ef56: 11037 } as any)[input.text]`,
    );
    expect(stage.status).toBe('failed');
    expect(stage.reasons.join()).toContain('values of test "ref_ab12" stand in the code: "ref_ab12", 40961');
  });

  test('says that remembered values are why the hidden tests failed', async () => {
    const { report, stage } = await judge(colours, `input.text === 'a ripe tomato' ? 'reddish' : 'greenish'`);
    expect(report.failed_stage).toBe('hidden');
    expect(stage.reasons.join()).toContain('"a ripe tomato"');
  });
});

describe('the strength stage', () => {
  test.each([
    [
      'identity',
      [{ text: 'a' }, { text: 'b' }, { text: 'c' }],
      (input: { text: string }) => ({ payload: { ...input } }),
    ],
    ['echo', [{ text: 'a' }, { text: 'b' }, { text: 'c' }], (input: { text: string }) => ({ payload: input.text })],
    ['empty', [{ text: 'a' }, { text: 'b' }, { text: 'c' }], () => ({ payload: {} })],
    [
      'merged_constant',
      [{ text: 'a' }, { text: 'b' }, { text: 'c' }],
      (input: { text: string }) => ({ payload_contains: { [input.text]: 1 } }),
    ],
  ])('names the baseline %s where it passes every test', async (name, inputs, expect_) => {
    const tests = inputs.map((input) => ({
      name: input.text,
      input,
      expected: { status: 'ok' as const, ...expect_(input) },
    }));
    const spec = specSchema.parse({ ...sumSpec(), input_schema: {}, output_schema: {}, tests: tests.slice(0, 2) });
    const bodies: Record<string, string> = {
      identity: '{ ...input }',
      echo: 'input.text',
      empty: '{}',
      merged_constant: '{ [input.text]: 1 }',
    };
    const code = `export async function execute(input: any) { return { status: 'ok', payload: ${bodies[name]}, prov: [] }; }`;
    const report = await gate.judge(
      candidate(code, { spec, visibleTests: tests.slice(0, 2), hiddenTests: tests.slice(2) }),
      never,
    );
    expect(report).toMatchObject({ verdict: 'rejected', failed_stage: 'strength' });
    expect(report.reasons.join()).toContain(`baseline "${name}"`);
  });
});
