import { expect, test } from 'vitest';
import { PlanLedger, Planner, sealed } from '../../../src/library/plans.js';

test('what stands in an answer that was made up is open in later calls, what is known is not', () => {
  const planner = new Planner({ input: { who: 'C1' } });
  planner.sawReal({ title: 'broken lamp' });
  planner.leaveOut('desk.create', { title: 'broken lamp', who: 'C1' }, { id: 'T-recorded', owner: 'C1' });
  planner.leaveOut(
    'desk.note',
    { 'ticket/id': 'T-recorded', who: 'C1', lines: ['about T-recorded', 'broken lamp'] },
    {},
  );
  expect(planner.calls).toEqual([
    { name: 'desk.create', args: { title: 'broken lamp', who: 'C1' } },
    {
      name: 'desk.note',
      args: { 'ticket/id': 'T-recorded', who: 'C1', lines: ['about T-recorded', 'broken lamp'] },
      open: ['/ticket~1id', '/lines/0'],
    },
  ]);
  const ledger = () => new PlanLedger(planner.calls.map(sealed));
  const note = (id: string, who: string) => ({ 'ticket/id': id, who, lines: [`about ${id}`, 'broken lamp'] });
  expect(ledger().claim('desk.note', note('T-real', 'C1'))).toBe(true);
  expect(ledger().claim('desk.note', note('T-real', 'C2'))).toBe(false);
  expect(ledger().claim('desk.create', { title: 'other', who: 'C1' })).toBe(false);
});

test('each planned call may be made once, in any order, and with nothing added', () => {
  const ledger = new PlanLedger([
    { name: 'a', args: { x: 1 } },
    { name: 'a', args: { x: 2 } },
  ]);
  expect(ledger.claim('a', { x: 2 })).toBe(true);
  expect(ledger.claim('a', { x: 2 })).toBe(false);
  expect(ledger.claim('a', { x: 1, y: 1 })).toBe(false);
  expect(ledger.claim('b', { x: 1 })).toBe(false);
  expect(ledger.claim('a', { x: 1 })).toBe(true);
});

test('what is stored of a plan does not hold the texts that its calls carry', () => {
  const call = sealed({ name: 'a', args: { key: 'told in confidence', list: [{ note: 'likewise' }], count: 3 } });
  expect(JSON.stringify(call)).not.toMatch(/confidence|likewise/);
  expect(new PlanLedger([call]).claim('a', { key: 'told in confidence', list: [{ note: 'likewise' }], count: 3 })).toBe(
    true,
  );
  expect(new PlanLedger([call]).claim('a', call.args)).toBe(false);
});
