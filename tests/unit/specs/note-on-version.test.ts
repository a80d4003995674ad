import { afterAll, expect, test } from 'vitest';
import { plainContext } from '../../../src/context.js';
import { openSandbox } from '../gate/support.js';
import { putState } from '../library/desk.js';
import { sumCode, sumSpec } from './specs.js';
import { openWorkshop } from './workshop.js';

const sandbox = openSandbox({ test_timeout_ms: 500 });
afterAll(() => sandbox.close());

const better = { supersedes: 'sum_numbers' };

test('the author of a version beside an active one is told how to call it', async () => {
  const { handIn, library } = openWorkshop(sandbox);
  expect(await handIn(sumSpec(), sumCode)).not.toHaveProperty('note');
  await putState(library.store, 'sum_numbers', 1, 'active');
  const result = await handIn(sumSpec(), `${sumCode}// 2`, better);
  expect(result).toMatchObject({
    status: 'admitted',
    capability: { version: 2 },
    note: expect.stringMatching(/^Version 1 is active and stays the current one: call this one with version 2\./),
  });
});

test('the author of a version that others reach is told what became of them', async () => {
  const { handIn, library } = openWorkshop(sandbox);
  await handIn(sumSpec(), sumCode);
  const lists = [[1, 2], [5], [3, 3, 3], [-4, 9]];
  const double = sumSpec({
    name: 'double_sum',
    kind: 'skill',
    summary: 'Double the sum of numbers.',
    dependencies: { capabilities: ['sum_numbers'], tools: [] },
    tests: lists.map((numbers) => {
      const total = numbers.reduce((sum, number) => sum + number, 0);
      return {
        name: numbers.join(' and '),
        input: { numbers },
        calls: [{ name: 'sum_numbers', args: { numbers }, result: { status: 'ok', payload: { total }, prov: [] } }],
        expected: { status: 'ok', payload: { total: total * 2 } },
      };
    }),
  });
  const code = `export async function execute(input, ctx) {
    const sum = await ctx.call('sum_numbers', { numbers: input.numbers });
    return { status: 'ok', payload: { total: sum.payload.total * 2 }, prov: [] };
  }`;
  expect(await handIn(double, code)).toMatchObject({ status: 'admitted' });
  const result = await handIn(sumSpec(), `${sumCode}// 2`, better);
  expect(result.note).toBe('Regated what calls it: double_sum version 1 admitted.');
  // Handing it in again finds it there, and nothing left to judge.
  expect(await handIn(sumSpec(), `${sumCode}// 2`, better)).not.toHaveProperty('note');
  const [change] = await library.store.library.changesOf('double_sum', 1);
  expect(change).toMatchObject({ action: 'regate', reason: 'version 2 of sum_numbers is the current one' });
});

test('what was deprecated and is handed in again is not told as if it could be called', async () => {
  const { handIn, library } = openWorkshop(sandbox);
  await handIn(sumSpec(), sumCode);
  await library.service.manage({ name: 'sum_numbers', action: 'deprecate' }, plainContext('mcp'));
  expect((await handIn(sumSpec(), sumCode)).note).toBe('Version 1 is deprecated; capability://sum_numbers says why.');
});
