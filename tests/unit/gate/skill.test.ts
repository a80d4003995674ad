import { afterAll, describe, expect, test } from 'vitest';
import type { SpecTest } from '../../../src/specs/model.js';
import { candidate, gateWith, never, openSandbox, stageOf, sumSpec } from './support.js';

const sandbox = openSandbox();
const gate = gateWith(sandbox);
afterAll(() => sandbox.close());

function orderTest(user: string, orders: Record<string, number>): SpecTest {
  const ids = Object.keys(orders);
  return {
    name: `orders of ${user}`,
    input: { user },
    calls: [
      { name: 'shop.get_user', args: { user }, result: { orders: ids } },
      ...ids.map((id) => ({ name: 'shop.get_order', args: { id }, result: { id, total: orders[id] ?? 0 } })),
    ],
    expected: { status: 'ok', payload: { total: Object.values(orders).reduce((left, right) => left + right, 0) } },
  };
}

const tests = [orderTest('ann', { o1: 5, o2: 7 }), orderTest('bob', {}), orderTest('cleo', { o3: 4, o4: 9, o5: 1 })];
const spec = sumSpec({
  name: 'order_total',
  kind: 'skill',
  input_schema: { type: 'object', properties: { user: { type: 'string' } }, required: ['user'] },
  output_schema: { type: 'object', properties: { total: { type: 'number' } } },
  tests: tests.slice(0, 2),
  dependencies: { capabilities: [], tools: ['shop.get_user', 'shop.get_order'] },
});

const skill = (body: string): string => `
type Ctx = { call(name: string, args: unknown): Promise<any> };
export async function execute(input: { user: string }, ctx: Ctx) {
  const user = await ctx.call('shop.get_user', { user: input.user });
  ${body}
  const total = orders.reduce((sum: number, order: any) => sum + order.total, 0);
  return { status: 'ok', payload: { total }, prov: [] };
}`;
const together = `const orders = await Promise.all(user.orders.map((id: string) => ctx.call('shop.get_order', { id })));`;
const oneByOne = `const orders: any[] = [];
  for (const id of [...user.orders].reverse()) orders.push(await ctx.call('shop.get_order', { id }));`;

const judge = (body: string) =>
  gate.judge(candidate(skill(body), { spec, visibleTests: tests.slice(0, 2), hiddenTests: tests.slice(2) }), never);

describe('a skill at the gate', () => {
  test.each([
    ['together', together],
    ['one by one, in another order', oneByOne],
  ])('is admitted when it makes the recorded calls %s', async (_name, body) => {
    const report = await judge(body);
    expect(report.reasons).toEqual([]);
    expect(report.verdict).toBe('admitted');
  });

  test('is rejected when it leaves a call out, makes one twice, or makes one up', async () => {
    const left = await judge(`const orders = [{ total: 12 }]; if (user.orders.length === 0) orders.pop();`);
    expect(left.reasons.join()).toContain('never called shop.get_order with {"id":"o1"}');
    const twice = await judge(
      `${together} if (user.orders.length) await ctx.call('shop.get_order', { id: 'o1' }).catch(() => 0);`,
    );
    expect(twice.reasons.join()).toContain('called shop.get_order with {"id":"o1"}, which is not recorded');
    const other = await judge(`${together} await ctx.call('shop.delete_all', {}).catch(() => 0);`);
    expect(other.reasons.join()).toContain('called shop.delete_all with {}, which is not recorded');
    for (const report of [left, twice, other]) expect(report.verdict).toBe('rejected');
  });

  test('is rejected when its answer depends on which of two calls is answered first', async () => {
    const racing = await judge(`const orders: any[] = [];
      await Promise.all(user.orders.map(async (id: string) => { orders.push(await ctx.call('shop.get_order', { id })); }));
      if (orders.length && orders[0].id > orders[orders.length - 1].id) orders.push({ total: 1 });`);
    expect(racing).toMatchObject({ verdict: 'rejected', failed_stage: 'determinism' });
  });

  test('gets a recorded failure as a typed error', async () => {
    const failing: SpecTest[] = ['x', 'y', 'z'].map((user) => ({
      name: user,
      input: { user },
      calls: [{ name: 'shop.get_user', args: { user }, error: `no user ${user}` }],
      expected: { status: 'missing', payload: { why: `upstream no user ${user}` } },
    }));
    const code = `export async function execute(input: any, ctx: any) {
      try { await ctx.call('shop.get_user', input); } catch (error: any) {
        return { status: 'missing', payload: { why: error.code + ' ' + error.message }, prov: [] };
      }
    }`;
    const report = await gate.judge(
      candidate(code, { spec, visibleTests: failing.slice(0, 2), hiddenTests: failing.slice(2) }),
      never,
    );
    expect(report.reasons).toEqual([]);
    expect(report.verdict).toBe('admitted');
  });

  test('whose tests record calls that it does not declare breaks the contract', async () => {
    const undeclared = sumSpec({ ...spec, dependencies: { capabilities: [], tools: ['shop.get_user'] } });
    const report = await gate.judge(
      candidate(skill(together), { spec: undeclared, visibleTests: tests.slice(0, 2), hiddenTests: tests.slice(2) }),
      never,
    );
    expect(report.failed_stage).toBe('contract');
    expect(stageOf(report, 'contract').reasons.join()).toContain('shop.get_order, which dependencies do not name');
  });
});
