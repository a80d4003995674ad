import { afterAll, describe, expect, test } from 'vitest';
import { fixedClock } from '../../src/context.js';
import { createGate } from '../../src/gate/gate.js';
import type { SpecTest } from '../../src/specs/model.js';
import { openPython, pythonConfig } from '../support/python.js';
import {
  candidate,
  configWith,
  gateWith,
  never,
  openSandbox,
  runOnce,
  sumSpec,
  sumTest,
} from '../unit/gate/support.js';

const sandbox = openSandbox();
const gate = gateWith(sandbox);
afterAll(() => sandbox.close());

/** Tests that ask for a number and hardly look at it. */
function weakTest(name: string, numbers: number[]): SpecTest {
  return { name, input: { numbers }, expected: { status: 'ok', payload_keys: ['sum'] } };
}
const weakSpec = sumSpec({
  tests: [sumTest('a', [2, 3]), weakTest('b', [1]), weakTest('c', [1, 2, 3]), sumTest('d', [4, 5])] as never,
});
const weak = { spec: weakSpec, visibleTests: weakSpec.tests, hiddenTests: [weakTest('h', [3, 9])] };
const work = `const work = (input: any) => {
  const n = input.numbers.length;
  let sum = input.numbers[0] + input.numbers[1];
  if (n > 2) sum = n * 7 + 3 - 1;
  else if (n === 1) sum = 99 - 3 * n;
  return { status: 'ok', payload: { sum }, prov: [] };
};`;
const plain = `${work}\nexport async function execute(input: any) { return work(input); }`;
const hash = `const hash = (f: any) => { let h = 0; String(f).split('').forEach((c) => { h = (h * 31 + c.charCodeAt(0)) | 0; }); return h; };`;

describe('weak tests', () => {
  test('are refused', async () => {
    expect(await gate.judge(candidate(plain, weak), never)).toMatchObject({ failed_stage: 'strength' });
  });

  test('are refused too where the code throws when its own text has changed', async () => {
    const asking = `${hash}\n${work}\nexport async function execute() { return hash(work); }`;
    const own = await runOnce(sandbox, asking);
    const checking = `${hash}\n${work}\nexport async function execute(input: any) {
      if (hash(work) !== ${own.ok ? String(own.value) : 0}) throw new Error('changed');
      return work(input);
    }`;
    expect(await gate.judge(candidate(checking, weak), never)).toMatchObject({ failed_stage: 'strength' });
  });

  test('are refused too where the code would be strict among mutants, if it could see that it is one', async () => {
    const names = ['loop_passes_of_mutant', 'loop_passes', 'mutant', 'guard'];
    const tries = names.map((name) => `typeof ${name} !== 'undefined'`).join(' || ');
    const sly = `${work}\nexport async function execute(input: any) {
      for (const each of [1]) if ((${tries}) && each) throw new Error('seen');
      return work(input);
    }`;
    expect(await gate.judge(candidate(sly, weak), never)).toMatchObject({ failed_stage: 'strength' });
  });

  test('are not judged by the few faults that the time reaches', async () => {
    let ms = 0;
    const clock = { now: () => '2026-01-01T00:00:00.000Z', elapsed: () => (ms += 1_500) };
    const slow = createGate({ config: configWith(), sandboxes: [sandbox], clock });
    const report = await slow.judge(candidate(plain, weak), never);
    expect(report.verdict).not.toBe('admitted');
  });

  test('are refused too where the code is so slow that each mutant of it would run out of time', async () => {
    const spin = 'const end = []; for (let i = 0; i < 3e7; i += 1) end[0] = i;';
    const slow = plain.replace('return work(input)', `${spin} return work(input)`);
    const hasty = gateWith(sandbox, { mutation_time_ms: 3_000 });
    expect((await hasty.judge(candidate(slow, weak), never)).verdict).not.toBe('admitted');
  });
});

describe('weak tests of Python', () => {
  const python = openPython();
  afterAll(() => python.close());
  const pythonGate = createGate({ config: pythonConfig(), sandboxes: [python], clock: fixedClock() });
  const adding = `def work(numbers):
    n = len(numbers)
    if n > 2:
        return n * 7 + 3 - 1
    if n == 1:
        return 99 - 3 * n
    return numbers[0] + numbers[1]
`;
  const answer = `return {"status": "ok", "payload": {"sum": work(input["numbers"])}, "prov": []}`;
  const verdictOf = async (code: string): Promise<string> =>
    (await pythonGate.judge(candidate(code, { ...weak, language: 'python' }), never)).verdict;

  test('are refused', async () => {
    expect(await verdictOf(`${adding}\ndef execute(input, ctx):\n    ${answer}\n`)).toBe('rejected');
  });

  test('are not taken for good where the code throws when its own code has changed', async () => {
    const mark = `${adding}
def mark(f):
    code = getattr(f, '__co' + 'de__')
    return str(hash((code.co_code, str(code.co_consts), str(code.co_names))))
`;
    const asking = `${mark}\ndef execute(input, ctx):\n    return mark(work)\n`;
    const own = await runOnce(python, asking, { timeoutMs: 20_000 });
    const known = own.ok ? String(own.value) : '';
    const checking = `${mark}\ndef execute(input, ctx):\n    if mark(work) != '${known}':\n        raise ValueError()\n    ${answer}\n`;
    expect(known).not.toBe('');
    expect(await verdictOf(checking)).toBe('inconclusive');
  });

  test('are not taken for good where the code counts, outside of the interpreter, how often it is asked', async () => {
    const counting = `${adding}
def count():
    import sys
    held = getattr(sys, 'mod' + 'ules')['pyodide_js']
    setattr(held, 'seen', getattr(held, 'seen', 0) + 1)
    return held.seen

def execute(input, ctx):
    if count() > 20:
        raise ValueError()
    ${answer}
`;
    expect(await verdictOf(counting)).not.toBe('admitted');
  });
});

describe('code that is right only while it is judged', () => {
  const bomb = (condition: string): string => `export async function execute(input: any, ctx: any) {
    let sum = 0;
    for (const each of input.numbers) sum += each;
    if (${condition}) sum += 1;
    return { status: 'ok', payload: { sum }, prov: [] };
  }`;

  test.each([
    ['at another time', `ctx.now() !== '2026-01-01T00:00:00.000Z'`],
    ['in another year', `!ctx.now().startsWith('2026')`],
    ['with other dice', `ctx.random() !== 0.6270739405881613`],
    ['by another clock', `new Date(Date.parse(ctx.now())).getFullYear() > 2030`],
  ])('is refused where it is wrong %s', async (_when, condition) => {
    expect(await gate.judge(candidate(bomb(condition)), never)).toMatchObject({ failed_stage: 'determinism' });
  });

  test.each([
    ['a date', `new Date(0).getHours() > 0`],
    ['an heir of dates', `new (class extends Date {})(0).getHours() > 0`],
    ['a date made by reflection', `Reflect.construct(Date, [1e12]).getTimezoneOffset() < 0`],
    ['a text read as a date', `Date.parse('2026-01-02T00:00:00') < Date.UTC(2026, 0, 2)`],
    ['the locale of numbers', `(1234.5).toLocaleString() !== '1,234.5'`],
    ['the locale of big numbers', `1234n.toLocaleString() !== '1,234'`],
    ['the locale of a list', `[1234.5].toLocaleString() !== '1,234.5'`],
    ['the locale of bytes', `new Float64Array([1234.5]).toLocaleString() !== '1,234.5'`],
    ['the order of letters', `['ı', 'i'].sort((a, b) => a.localeCompare(b))[0] === 'ı'`],
    ['a formatter', `new Intl.NumberFormat().resolvedOptions().locale !== 'en-US'`],
    [
      'a formatter behind a name',
      `(globalThis as any)['In' + 'tl'].DateTimeFormat().resolvedOptions().timeZone !== 'UTC'`,
    ],
    [
      'a descriptor of the formatters',
      `(Object.getOwnPropertyDescriptor(globalThis, 'Intl') as any).get().Collator().resolvedOptions().locale !== 'en-US'`,
    ],
  ])('is refused where it looks at its place by %s', async (_what, condition) => {
    const report = await gate.judge(candidate(bomb(condition)), never);
    expect(['determinism', 'static']).toContain(report.failed_stage);
  });
});

describe('a table of the tests in place of the work, where the author has seen them all', () => {
  const lists = [
    [2, 3],
    [1, 10, 100],
    [0, -1],
    [-7, 4],
    [1.5, 2.25],
  ];
  const tests = lists.map((numbers) => sumTest(`sum of ${numbers}`, numbers));
  const spec = sumSpec({ tests: tests as never });
  const given = { spec, visibleTests: tests, hiddenTests: [], authorSawAll: true };
  const answer = `return { status: 'ok', payload: { sum }, prov: [] };`;
  const keys = lists.map((numbers) => `'${JSON.stringify(numbers)}': ${numbers.reduce((a, b) => a + b)}`);
  const pairs = lists.map((numbers) => `[${JSON.stringify(numbers)}, ${numbers.reduce((a, b) => a + b)}]`);

  test.each([
    [
      'keyed by JSON',
      `const table: any = { ${keys.join(', ')} }; const sum = table[JSON.stringify(input.numbers)] ?? 0; ${answer}`,
    ],
    [
      'that throws elsewhere',
      `const table: any = { ${keys.join(', ')} }; const sum = table[JSON.stringify(input.numbers)]; if (sum === undefined) throw new Error('unknown'); ${answer}`,
    ],
    [
      'of pairs',
      `const table: any[] = [${pairs.join(', ')}]; const sum = table.find(([key]) => String(key) === String(input.numbers))?.[1] ?? 0; ${answer}`,
    ],
  ])('is refused: one %s', async (_kind, body) => {
    const report = await gate.judge(candidate(`export async function execute(input: any) { ${body} }`, given), never);
    expect(report).toMatchObject({ verdict: 'rejected', failed_stage: 'special_case' });
  });
});
