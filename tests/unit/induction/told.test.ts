import { expect, test } from 'vitest';
import { corpusRun, knownBefore, saidBefore } from '../../../src/generate/induction/corpus.js';
import { type Event, traceOf } from './traces.js';

const calls: Event[] = [
  { tool: 'find', args: { name: 'Ada Lovelace', limit: 500 }, result: { id: 'CU-4711' } },
  { tool: 'orders', args: { customer: 'CU-4711' }, result: ['OR-1'] },
];

test('where nobody is heard in a run, what its calls used and no result had shown counts as said at the beginning', () => {
  const run = corpusRun(traceOf('run_a', null, calls));
  expect(knownBefore(run, 'Ada Lovelace', 0)).toBe(true);
  expect(saidBefore(run, 500, 0)).toBe(true);
  expect(knownBefore(run, 'CU-4711', 0)).toBe(false);
});

test('where a person is heard, only their words count', () => {
  const run = corpusRun(traceOf('run_b', null, [{ user: 'Look after Ada.' }, ...calls]));
  expect(saidBefore(run, 'Ada', 1)).toBe(true);
  expect(knownBefore(run, 'Ada Lovelace', 1)).toBe(false);
});
