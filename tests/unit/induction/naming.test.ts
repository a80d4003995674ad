import { expect, it } from 'vitest';
import { summaryOf } from '../../../src/generate/induction/describe.js';
import { ordinalOf, paramName, plural, resultName } from '../../../src/generate/induction/naming.js';
import type { Program, Step } from '../../../src/generate/induction/program.js';
import { nameOf } from '../../../src/generate/induction/skill-name.js';

const step = (tool: string, fields: Partial<Step> = {}): Step => ({
  tool,
  label: `${tool}()`,
  name: tool,
  over: null,
  when: null,
  args: [],
  ...fields,
});

const programOf = (steps: readonly Step[], params: Program['params'] = []): Program => ({
  params,
  steps,
  links: [],
  order: [],
  sure: [],
  guard: null,
});

function named(steps: readonly Step[], taken: readonly string[] = [], params: Program['params'] = []): string {
  const program = programOf(steps, params);
  const destructive = (tool: string): boolean => /^(cancel|modify)/.test(tool);
  return nameOf(program, { destructive, uses: new Map(), programs: 1, taken: new Set(taken) });
}

it('says once in a name what both steps begin with, and how often one tool is called', () => {
  expect(named([step('modify_order_address'), step('modify_order_items')])).toBe('modify_order_address_and_items');
  const noted = [step('get_incident'), step('probe_host'), step('note_incident')];
  expect(named(noted)).toBe('probe_host_and_note_incident');
  expect(named([step('cancel_order'), step('cancel_order')])).toBe('cancel_two_orders');
  const customer = step('get_customer_by_phone');
  expect(named([customer, step('get_line'), step('get_bills_for_customer')])).toBe('get_bills_for_customer_by_phone');
});

it('names no step that may be left out, and tells two of one name by their last step', () => {
  const given = step('get_user', { when: { kind: 'given', name: 'user_id' } });
  expect(named([given, step('get_order'), step('get_product')])).toBe('get_order_and_product');
  const steps = [step('find_user'), step('get_order'), step('get_product'), step('get_maker')];
  const name = named(steps);
  expect(named([...steps, step('get_country')], [name])).not.toMatch(/_2$/);
});

it('tells two of the same steps by what the second is asked for', () => {
  const steps = [step('get_user'), step('get_order')];
  const asked = { name: 'order_id', step: 1, slot: 'order_id', role: 'argument' } as const;
  const names = ['get_user_and_order'];
  expect(named(steps, [], [asked])).toBe(names[0]);
  expect(named(steps, names, [asked])).toBe('get_user_and_order_by_order_id');
  expect(named(steps, [...names, 'get_user_and_order_by_order_id'], [asked])).toBe('get_user_and_order_by_order_id_2');
});

it('says in the summary which element of a list a step is for', () => {
  const change = { op: 'most', by: ['made_at'], get: ['id'] } as const;
  const last = { slot: 'lab', keys: ['lab'], expr: { kind: 'get', step: 0, path: ['visits'], change } } as const;
  const program = programOf([step('open_patient'), step('fetch_lab', { args: [last] })]);
  expect(summaryOf(program, [])).toBe('Open patient, then fetch lab for the visit with the most made at.');
  const where = { by: ['state'], is: true, wanted: { kind: 'const', value: 'open' } } as const;
  const open = { ...last, expr: { kind: 'among', step: 0, list: ['visits'], where, change } } as const;
  expect(summaryOf(programOf([step('open_patient'), step('fetch_lab', { args: [open] })]), [])).toContain(
    'the visit with the most made at of those whose state is "open"',
  );
});

it('names parameters and results of later calls by what sets these apart', () => {
  const first = { name: 'order_id', tool: 'cancel_pending_order' };
  expect(paramName('order_id', 'cancel_pending_order', [first])).toBe('second_order_id');
  expect(paramName('order_id', 'return_delivered_items', [first])).toBe('delivered_item_order_id');
  const earlier = ['get_details_by_id', 'get_line'];
  expect(resultName({ tool: 'get_details_by_id', many: false, earlier }, new Set(['details_by_id']))).toBe(
    'second_details_by_id',
  );
  expect(ordinalOf('get_line', [])).toBe('');
  expect(plural('customer_by_phone')).toBe('customers_by_phone');
});
