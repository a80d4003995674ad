import { expect, it } from 'vitest';
import { corpusRun } from '../../../src/generate/induction/corpus.js';
import type { Instance } from '../../../src/generate/induction/flows.js';
import { selectorByFlow } from '../../../src/generate/induction/select.js';
import { EACH } from '../../../src/generate/induction/values.js';
import { traceOf } from './traces.js';

/** A ticket that names an item, and the order of that item among so many others, which is opened then. */
function instance(at: number, others: number): Instance {
  const orders = [at, ...Array.from({ length: others }, (_, more) => at + 100 * (more + 1))].map((one) => ({
    order: `order-${one}`,
    item: `item-${one}`,
  }));
  const run = corpusRun(
    traceOf(`run_${at}`, `task_${at}`, [
      { tool: 'get_ticket', args: { ticket: `ticket-${at}` }, result: { item: `item-${at}`, orders } },
      { tool: 'open_order', args: { order: `order-${at}` }, result: { open: true } },
    ]),
  );
  return { linked: { run, links: [] }, calls: run.calls.map((call) => [call]), maps: [false, false] };
}

const selected = (others: readonly number[]) =>
  selectorByFlow(
    others.map((count, at) => instance(at, count)),
    { step: 1, slot: 'order' },
    [{ step: 0, path: ['orders', EACH, 'order'] }],
  );

it('takes an element by what an earlier result names, where there were others to take in three task groups', () => {
  expect(selected([1, 2, 1, 0])).toMatchObject({ by: ['item'], wanted: { kind: 'get', step: 0, path: ['item'] } });
});

it('learns nothing of a list that held one element, or nearly always one', () => {
  expect(selected([0, 0, 0, 0])).toBeNull();
  expect(selected([1, 0, 2, 0])).toBeNull();
});
