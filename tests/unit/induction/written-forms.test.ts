import { expect, test } from 'vitest';
import { corpusRun, knownBefore, saidBefore } from '../../../src/generate/induction/corpus.js';
import { traceOf } from './traces.js';

const run = corpusRun(
  traceOf('run', null, [
    { user: 'Book a seat in Premium Economy for May 20th, by gift card. My town is BERGEN.' },
    { tool: 'look', args: { at: 1 }, result: { note: 'leaves on june 3rd' } },
    { user: 'Back on 6/3/2026.' },
  ]),
);

test.each(['2026-05-20', 'premium_economy', 'gift_card', 'Bergen'])(
  'a person who says it otherwise has said %s',
  (value) => {
    expect(saidBefore(run, value, 1)).toBe(true);
  },
);

test.each(['2026-05-02', '2026-06-20', 'SEA', 'berg'])('nobody has said %s', (value) => {
  expect(saidBefore(run, value, 1)).toBe(false);
});

test('what is said later is not known before, and results are taken by the letter', () => {
  expect(knownBefore(run, '2026-06-03', 3)).toBe(false);
  expect(knownBefore(run, '2026-06-03', 4)).toBe(true);
});
