import { expect, it } from 'vitest';
import { isDestructiveName } from '../../../src/bridge/effects.js';
import { corpusRun } from '../../../src/generate/induction/corpus.js';
import { induce } from '../../../src/generate/induction/induce.js';
import { writeSkills } from '../../../src/generate/induction/spec-of.js';
import type { JsonObject, JsonValue } from '../../../src/json.js';
import { type Event, traceOf } from './traces.js';

const call = (tool: string, args: JsonObject, result: JsonValue): Event => ({ tool, args, result });

const bills = [
  { bill: 'B2002', due: '2026-02-01' },
  { bill: 'B1001', due: '2026-01-01' },
];

/** Every run is of the customer C1001, whose second line is the trouble; only what it is asked by differs. */
const events = (at: number): Event[] => [
  { user: `I am C1001 and my second phone is dead. Code ${at}77.` },
  call('get_customer', { customer_id: 'C1001', code: `${at}77` }, { id: 'C1001', lines: ['L1001', 'L1002'] }),
  call('list_bills', { customer: 'C1001' }, { bills, account: `A${at}99` }),
  call('get_account', { account: `A${at}99`, unit: 'GB per month' }, { state: `state ${at}` }),
  call('get_line', { line_id: 'L1002' }, { plan: `P${at}55` }),
  call('get_plan', { plan: `P${at}55`, bill: 'B1001' }, { name: `plan ${at}` }),
];

it('writes no identifier of the one customer of a log into the code', async () => {
  const runs = Array.from({ length: 20 }, (_, at) =>
    corpusRun(traceOf(`run_${100 + at}`, `task_${at}`, events(at + 100))),
  );
  const signal = new AbortController().signal;
  const options = { salt: 'salt', destructive: isDestructiveName, signal, progress: () => undefined };
  const { skills } = await induce(runs, options);
  const requests = runs.map((run) => run.request);
  const codes = writeSkills(skills, requests, { maxTests: 4, destructive: isDestructiveName }).map((one) => one.code);
  expect(codes.length).toBeGreaterThan(0);
  expect(codes.join('\n')).toContain("unit: 'GB per month'");
  expect(codes.join('\n')).not.toMatch(/[CLB]\d{4}|due/);
});
