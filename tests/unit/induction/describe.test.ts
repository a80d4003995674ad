import { expect, it } from 'vitest';
import { isDestructiveName } from '../../../src/bridge/effects.js';
import { type CorpusRun, corpusRun } from '../../../src/generate/induction/corpus.js';
import { induce } from '../../../src/generate/induction/induce.js';
import { writeSkills } from '../../../src/generate/induction/spec-of.js';
import type { JsonObject, JsonValue } from '../../../src/json.js';
import { type Event, traceOf } from './traces.js';

const call = (tool: string, args: JsonObject, result: JsonValue): Event => ({ tool, args, result });

function ticket(at: number, body: string): Event[] {
  const id = `T${at}00`;
  return [
    { user: `Please handle ${id}.` },
    call('get_ticket', { ticket: id }, { id, body, order: `O${at}00`, customer: `C${at}00` }),
  ];
}

const families: readonly ((at: number) => Event[])[] = [
  (at) => [
    ...ticket(at, 'Is this still under warranty?'),
    call('get_order', { order: `O${at}00` }, { product: `P${at}00` }),
    call('get_product', { product: `P${at}00` }, { months: at }),
    call('close_ticket', { ticket: `T${at}00` }, { closed: `T${at}00` }),
  ],
  (at) => [
    ...ticket(at, 'The same parcels came twice, refund one.'),
    call('refund_order', { order: `O${at}00`, reason: 'duplicate', notify: true }, { refund: `R${at}00` }),
    call('close_ticket', { ticket: `T${at}00` }, { closed: `T${at}00` }),
  ],
];

async function written(options: { salt: string }) {
  const runs: CorpusRun[] = Array.from({ length: 32 }, (_, at) => {
    const events = (families[at % families.length] ?? (() => []))(at + 100);
    return corpusRun(traceOf(`run_${100 + at}`, `task_${at}`, events));
  });
  const signal = new AbortController().signal;
  const induced = await induce(runs, {
    salt: options.salt,
    destructive: isDestructiveName,
    signal,
    progress: () => undefined,
  });
  const requests = runs.map((run) => run.request);
  return writeSkills(induced.skills, requests, { maxTests: 4, destructive: isDestructiveName }).map((one) => one.spec);
}

it('names a change: the one that is its own, else what it reads and the change that it shares', async () => {
  const names = (await written({ salt: 'salt' })).map((spec) => spec.name).sort();
  expect(names).toEqual(['get_product_and_close_ticket', 'refund_order_for_ticket']);
  expect((await written({ salt: 'salt' })).map((spec) => spec.name).sort()).toEqual(names);
});

it('says what is always sent, and what the requests were about', async () => {
  const summary = (await written({ salt: 'salt' })).find((spec) => spec.name.startsWith('refund'))?.summary ?? '';
  expect(summary).toContain('then refund order with notify true, reason "duplicate", then close ticket');
  expect(summary).toMatch(/for requests about: .*parcels/);
  expect(summary).toMatch(/^Get ticket by ticket, then/);
});
