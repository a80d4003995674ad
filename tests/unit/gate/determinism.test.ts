import { afterAll, describe, expect, test } from 'vitest';
import { fixedClock } from '../../../src/context.js';
import { createGate } from '../../../src/gate/gate.js';
import { openPython, pythonConfig } from '../../support/python.js';
import { candidate, gateWith, never, openSandbox, stageOf, sumTest } from './support.js';

const sandbox = openSandbox();
const gate = gateWith(sandbox);
const python = openPython();
const pythonGate = createGate({ config: pythonConfig(), sandboxes: [python], clock: fixedClock() });
afterAll(() => Promise.all([sandbox.close(), python.close()]));

/** Right in the usual place; elsewhere `odd` is true and the answer another one. */
const typescript = (odd: string): string => `export async function execute(input: any) {
  let sum = input.numbers.reduce((left: number, right: number) => left + right, 0);
  if (${odd}) sum += 1;
  return { status: 'ok', payload: { sum }, prov: [] };
}`;
const pythonCode = (odd: string): string => `import json, re
def execute(input, ctx):
    total = sum(input["numbers"])
    if ${odd}:
        total += 1
    return {"status": "ok", "payload": {"sum": total}, "prov": []}
`;
const hiddenTests = [sumTest('hidden', [4, 5, 6])];

describe('in TypeScript, code whose answer depends on', () => {
  test.each([
    ['the decimal comma, by a name made up at run time', `(1.5)['toLocale' + 'String']() !== '1.5'`],
    ['the order of the locale', `'\\u0131'.localeCompare('i') < 0`],
    ['the decimal comma', `(1.5).toLocaleString() !== '1.5'`],
    ['the grouping of big numbers', `1000n.toLocaleString() !== '1,000'`],
    ['numbers in a list', `[1.5].toLocaleString() !== '1.5'`],
    ['what Intl says', `Intl.DateTimeFormat().resolvedOptions().timeZone !== 'UTC'`],
    ['the zone of a date', `new Date(0).getHours() !== 0`],
    ['the zone of a text', `Date.parse('2026-01-01T00:00:00') !== Date.parse('2026-01-01T00:00:00Z')`],
    ['the clock', `Date['no' + 'w']() > 2e12`],
    ['the dice', `Math['ran' + 'dom']() !== 0.6270739405881613`],
  ])('%s is refused', async (_what, odd) => {
    const report = await gate.judge(candidate(typescript(odd), { hiddenTests }), never);
    expect(report).toMatchObject({ verdict: 'rejected', failed_stage: 'determinism' });
  });

  test('nothing but its input is run again without another process', async () => {
    const report = await gate.judge(candidate(typescript('false'), { hiddenTests }), never);
    expect(report.verdict).toBe('admitted');
    expect(stageOf(report, 'determinism').evidence['tests_that_see_place']).toBe(0);
  });

  test('a date only in ways that are the same everywhere is admitted, and was taken elsewhere', async () => {
    const report = await gate.judge(candidate(typescript(`new Date(0).getUTCHours() !== 0`), { hiddenTests }), never);
    expect(report.verdict).toBe('admitted');
    expect(stageOf(report, 'determinism').evidence['tests_that_see_place']).toBe(2);
  });
});

describe('in Python, code whose answer depends on', () => {
  const judge = (code: string) => pythonGate.judge(candidate(code, { hiddenTests, language: 'python' }), never);

  test.each([
    ['the zone', `time.localtime(0).tm_hour != 0`, 'import time\n'],
    ['the zone of a date', `datetime.datetime.fromtimestamp(0).hour != 0`, 'import datetime\n'],
  ])('%s is refused', async (_what, odd, head) => {
    const report = await judge(head + pythonCode(odd));
    expect(report.verdict).toBe('rejected');
    expect(report.failed_stage).toBe('determinism');
  });

  test('nothing but its input is run again in the same interpreter', async () => {
    const report = await judge(pythonCode('False'));
    expect(report.verdict).toBe('admitted');
    expect(stageOf(report, 'determinism').evidence['tests_that_see_place']).toBe(0);
  });
});
