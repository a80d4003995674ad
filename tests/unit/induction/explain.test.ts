import { describe, expect, test } from 'vitest';
import { explainRun } from '../../../src/generate/induction/explain.js';
import type { JsonValue } from '../../../src/json.js';
import { type Event, traceOf } from './traces.js';

function desk(n: number): Event[] {
  const id = `CU-${n}4711`;
  return [
    { user: `Please look after Ada${n} Lovelace.` },
    {
      tool: 'find',
      args: { name: `Ada${n} Lovelace`, region: 'europe-west' },
      result: { id, cards: { [`card_${n}9`]: { last: `${n}123` } } },
    },
    { tool: 'orders', args: { customer: { id } }, result: [{ order: `OR-${n}1` }, { order: `OR-${n}2` }] },
    { tool: 'cancel', args: { order: `OR-${n}1`, reason: `made up ${n}`, card: `card_${n}9` }, result: 'done' },
    { tool: 'note', args: { order: `OR-${n}1`, orders: [`OR-${n}2`], all: [`OR-${n}2`, `CU-${n}4711`] }, result: null },
  ];
}

const runs = [1, 2, 3, 4].map((n) => traceOf(`run_${n}`, null, desk(n)));
const [first] = runs;
const explained = explainRun(first ?? expect.fail(), runs);

function sources(call: number, name: string): JsonValue {
  const found = explained.calls[call - 1]?.arguments?.find((one) => one.name === name);
  return (found?.sources ?? []).map((one) => ({ ...one }));
}

describe('an argument comes', () => {
  test("from the user's words, with the turn", () => {
    expect(sources(1, 'name')).toEqual([{ kind: 'user', turn: 1, runs: 4, of: 4 }]);
  });

  test('from nowhere but that it is always the same', () => {
    expect(sources(1, 'region')).toEqual([{ kind: 'constant', runs: 4, of: 4 }]);
  });

  test('from a path into an earlier result, also inside of an object of arguments', () => {
    expect(sources(2, 'customer.id')).toEqual([{ kind: 'result', call: 1, path: 'id', runs: 4, of: 4 }]);
  });

  test('from an element of a list, which stands for itself where each of the list holds no more often', () => {
    expect(sources(3, 'order')).toEqual([{ kind: 'result', call: 2, path: '[0].order', runs: 4, of: 4 }]);
  });

  test('from a key of an object that is used as a dictionary', () => {
    expect(sources(3, 'card')).toEqual([{ kind: 'result', call: 1, path: 'cards[each key]', runs: 4, of: 4 }]);
  });

  test('from an earlier argument', () => {
    expect(sources(4, 'order')).toContainEqual({ kind: 'argument', call: 3, argument: 'order', runs: 4, of: 4 });
  });

  test('from some elements of a list', () => {
    const change = 'of some of them, as a list';
    expect(sources(4, 'orders')).toEqual([{ kind: 'result', call: 2, path: '[each].order', change, runs: 4, of: 4 }]);
  });

  test('not from a list of one element that would have been joined', () => {
    const shop = (n: number): Event[] => [
      { tool: 'basket', args: {}, result: { items: [{ product: `PR-${n}4711`, price: n }] } },
      { tool: 'look', args: { product: `PR-${n}4711` }, result: null },
    ];
    const [one, ...rest] = [1, 2, 3].map((n) => traceOf(`run_${n}`, null, shop(n)));
    const found = explainRun(one ?? expect.fail(), rest).calls[1]?.arguments?.[0]?.sources;
    expect(found).toEqual([{ kind: 'result', call: 1, path: 'items[0].product', runs: 3, of: 3 }]);
  });

  test('part by part', () => expect(sources(4, 'all')).toEqual([{ kind: 'parts', runs: 1, of: 1 }]));

  test('from nowhere that the log shows', () => expect(sources(3, 'reason')).toEqual([]));
});

test('what holds in more runs comes first, whatever is nearer', () => {
  const run = (id: string, own: string): ReturnType<typeof traceOf> =>
    traceOf(id, null, [
      { tool: 'a', args: {}, result: { main: `M-${id}` } },
      { tool: 'b', args: {}, result: { other: own } },
      { tool: 'c', args: { key: `M-${id}` }, result: 1 },
    ]);
  const all = [run('one', 'M-one'), run('two', 'x'), run('three', 'y')];
  const [one] = all;
  expect(explainRun(one ?? expect.fail(), all).calls[2]?.arguments?.[0]?.sources).toEqual([
    { kind: 'result', call: 1, path: 'main', runs: 3, of: 3 },
    { kind: 'result', call: 2, path: 'other', runs: 1, of: 3 },
  ]);
});

test('what was done to a value on its way is said in words, after sources that need nothing done', () => {
  const run = traceOf('run_c', null, [
    {
      tool: 'offers',
      args: {},
      result: {
        code: 'AB-4711',
        when: '2026-03-04T05:06:07Z',
        list: [
          { id: 'X-100', price: 900 },
          { id: 'X-200', price: 700 },
        ],
      },
    },
    {
      tool: 'take',
      args: { code: 'ab-4711', number: '4711', day: '2026-03-04', id: 'X-200', all: ['X-100', 'X-200'], cost: 1600 },
      result: 1,
    },
  ]);
  const [, take] = explainRun(run, []).calls;
  const words = take?.arguments?.map(({ name, sources: [one] }) => [
    name,
    one?.kind === 'result' ? [one.path, one.change] : one,
  ]);
  expect(words).toEqual([
    ['all', ['list', 'the id of each, as a list']],
    ['code', ['code', 'in lower case']],
    ['cost', ['list', 'the price of each, added up']],
    ['day', ['when', 'its date']],
    ['id', ['list[each].id', undefined]],
    ['number', ['code', 'what follows the last "-"']],
  ]);
  expect(take?.arguments?.find((one) => one.name === 'id')?.sources).toContainEqual(
    expect.objectContaining({ path: 'list', change: 'the id of the one with the least price' }),
  );
});

test('failed calls are explained and are no source, and placeholders are shown as they are stored', () => {
  const run = traceOf('run_x', null, [
    { user: 'write to [EMAIL_1]' },
    { tool: 'send', args: { to: '[EMAIL_1]' }, result: 'Error: [EMAIL_1] bounced token-77', failed: true },
    { tool: 'send', args: { to: '[EMAIL_1]', token: 'token-77' }, result: 'sent' },
  ]);
  const { calls, turns, compared } = explainRun(run, []);
  expect([turns, compared]).toEqual([['write to [EMAIL_1]'], 1]);
  expect(calls[0]).toMatchObject({ number: 1, failed: true, turn: 1, arguments: [{ name: 'to', value: '[EMAIL_1]' }] });
  expect(calls[1]?.arguments).toEqual([
    {
      name: 'to',
      value: '[EMAIL_1]',
      sources: [
        { kind: 'argument', call: 1, argument: 'to', runs: 1, of: 1 },
        { kind: 'user', turn: 1, runs: 1, of: 1 },
      ],
    },
    { name: 'token', value: 'token-77', sources: [] },
  ]);
});

test('a run without calls, and calls whose arguments could not be read, are explained as what they are', () => {
  expect(explainRun(traceOf('run_y', null, []), [])).toEqual({ turns: [], calls: [], compared: 1 });
  const run = traceOf('run_z', null, [{ tool: 'a', args: {}, result: 1 }]);
  const records = run.records.map((one) => ({
    ...one,
    tool_calls: one.tool_calls.map((call) => ({ ...call, arguments: null, raw_arguments: '{' })),
  }));
  expect(explainRun({ ...run, records }, []).calls).toEqual([
    { number: 1, tool: 'a', turn: 0, failed: false, arguments: null, result: 1 },
  ]);
});
