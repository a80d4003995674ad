import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSqliteStore } from '../../../db/sqlite/store.js';
import { tempFolder } from '../../support/temp.js';
import { versionOf } from '../library/fixtures.js';
import { sumCode, sumSpec } from '../specs/specs.js';
import { runMain, useEnvironment } from './run-main.js';

/** A library with one capability that is right, one that is not any more, and one that calls the first. */
async function openHome(): Promise<void> {
  const home = tempFolder();
  useEnvironment(home);
  const store = createSqliteStore(join(home, 'foundry.db'));
  const report = { ...versionOf().report, author_saw_all: true };
  await store.library.admit(versionOf({ spec: sumSpec(), code: sumCode, report }), null);
  const wrong = sumCode.replace('total += number', 'total -= number');
  await store.library.admit(versionOf({ spec: sumSpec({ name: 'broken_sum' }), code: wrong, report }), null);
  const calling = sumSpec({ name: 'calling_sum', dependencies: { capabilities: ['broken_sum'], tools: [] } });
  await store.library.admit(
    versionOf({ spec: calling, code: sumCode.replace('{ total }', '{ total: total * 2 }'), report }),
    null,
  );
  await store.close();
}

test('regate shows what the gate says now, and ends with 1 only where it refuses one', async () => {
  await openHome();
  const good = await runMain('regate', 'sum_numbers');
  expect(good, good.err).toMatchObject({ code: 0 });
  expect(good.out).toMatch(/^sum_numbers +1 +admitted +staged +it passes 5 visible and 0 hidden tests$/m);
  expect(good.out).toMatch(/^1 judged, 0 refused$/m);

  const all = await runMain('regate', '--all', '--json', '--reason', 'a new gate');
  expect(all.code).toBe(1);
  const rows = all.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(rows).toMatchObject([
    {
      name: 'broken_sum',
      version: 1,
      verdict: 'rejected',
      state: 'deprecated',
      changed: true,
      failed_stage: 'visible',
    },
    { name: 'calling_sum', verdict: 'not_judged', state: 'staged', changed: false },
    { name: 'sum_numbers', verdict: 'admitted', state: 'staged', changed: false },
  ]);
  const card = JSON.parse((await runMain('call', 'read', '{"uri":"capability://broken_sum"}')).out).text;
  expect(card).toContain('regate, rejected, via cli: staged -> deprecated');
  expect(card).toContain('Regated because: a new gate');
});

test('regate of one with what calls it judges both', async () => {
  await openHome();
  const { code, out } = await runMain('regate', 'broken_sum', '--dependents');
  expect(code).toBe(1);
  expect(out).toMatch(/^broken_sum +1 +rejected +now deprecated +visible/m);
  expect(out).toMatch(/^calling_sum +1 +not judged +staged +it calls what is deprecated or gone: broken_sum$/m);
  expect(out).toMatch(/^2 judged, 1 refused$/m);
});

test('regate of a library that is empty, and of a name that is not there', async () => {
  useEnvironment(tempFolder());
  expect(await runMain('regate', '--all')).toMatchObject({ code: 0, out: 'There is nothing to judge.\n' });
  const none = await runMain('regate', 'nothing');
  expect(none).toMatchObject({ code: 1, err: expect.stringContaining('not_found: No capability is named "nothing".') });
});

test('a person promotes, and makes another version current, from the command line', async () => {
  await openHome();
  const call = (input: object) => runMain('call', 'manage_capability', JSON.stringify(input));
  await runMain('call', 'call_capability', JSON.stringify({ name: 'sum_numbers', input: { numbers: [1] } }));
  const refused = await call({ name: 'sum_numbers', action: 'promote' });
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('Give a reason') });
  const done = JSON.parse((await call({ name: 'sum_numbers', action: 'promote', reason: 'checked by hand' })).out);
  expect(done).toMatchObject({
    state: 'active',
    changed: true,
    note: expect.stringContaining('Standing: 1 execution;'),
  });
});
