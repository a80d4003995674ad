import { afterAll, beforeAll, expect, test } from 'vitest';
import { corpusRun } from '../../../src/generate/induction/corpus.js';
import { type Induced, induce } from '../../../src/generate/induction/induce.js';
import { writeSkills } from '../../../src/generate/induction/spec-of.js';
import { openSandbox } from '../gate/support.js';
import { judged } from './judge.js';
import { dice } from './planted.js';
import { traceOf } from './traces.js';

const roll = dice(3);
const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(roll() * from.length)];
const id = (prefix: string): string => `${prefix}-${100_000 + Math.floor(roll() * 900_000)}`;
const destructive = (tool: string): boolean => /^(refund|erase)/.test(tool);
const sandbox = openSandbox();
afterAll(() => sandbox.close());

/** A refund of what is in the given state. */
function refund(at: number, state: string) {
  const [order, payment] = [id('O'), id('PAY')];
  return corpusRun(
    traceOf(`run_${state}_${at}`, `task_${state}_${at}`, [
      { user: `Give back the money for ${order}.` },
      { tool: 'find_order', args: { order_id: order }, result: { order_id: order, payment, state, total: id('sum') } },
      { tool: 'refund_payment', args: { payment }, result: { refund: id('R') } },
    ]),
  );
}

/** A disk that is erased: nothing that is known before tells good from bad. */
function erase(at: number, name: string) {
  const [host, disk] = [id('HOST'), id('DISK')];
  return corpusRun(
    traceOf(`run_${name}_${at}`, `task_${name}_${at}`, [
      { user: `Make room on ${host}.` },
      { tool: 'show_host', args: { host }, result: { host, disk, size: id('size') } },
      { tool: 'erase_disk', args: { disk }, result: { done: id('E') } },
    ]),
  );
}

const many = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

let induced: Induced;
beforeAll(async () => {
  const accepted = [
    ...many(30, (at) => refund(at, pick(['paid', 'sent']) ?? '')),
    ...many(6, (at) => erase(at, 'good')),
  ];
  const rejected = [...many(10, (at) => refund(at, 'disputed')), ...many(14, (at) => erase(at, 'bad'))];
  const signal = new AbortController().signal;
  induced = await induce(accepted, { salt: 'salt', destructive, rejected, signal, progress: () => undefined });
});

test('a skill that stood in rejected runs stops where their results tell them from the accepted ones', async () => {
  const [written, ...others] = writeSkills(induced.skills, ['a', 'b'], { maxTests: 4, destructive });
  expect(others).toEqual([]);
  expect(written?.code).toContain("if (order.state === 'disputed') return { status: 'missing', payload: null");
  expect(written?.spec.summary).toContain('then refund payment only if the state of the order is not "disputed"');
  const stop = written?.spec.tests.find((one) => one.name.includes('stops in time'));
  expect(stop).toMatchObject({ expected: { status: 'missing' }, calls: [{ name: 'find_order' }] });
  if (!written) throw new Error('nothing was learnt');
  const report = await judged(sandbox, written);
  expect({ verdict: report.verdict, reasons: report.reasons }).toEqual({ verdict: 'admitted', reasons: [] });
});

test('a skill that stood in rejected runs rather than in accepted ones is refused, where nothing tells them apart', () => {
  expect(induced.skills.map(({ program }) => program.steps.at(-1)?.tool)).toEqual(['refund_payment']);
  expect(induced.dropped['it stood in rejected runs rather than in accepted ones']).toBeGreaterThan(0);
});
