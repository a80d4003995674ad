import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSqliteStore } from '../../../db/sqlite/store.js';
import { fixedClock } from '../../../src/context.js';
import { FoundryError } from '../../../src/errors.js';
import { sha256 } from '../../../src/hash.js';
import { folderRefs } from '../../../src/receipts/folder-refs.js';
import { receipted } from '../../../src/receipts/receipted.js';
import { tempFolder } from '../../support/temp.js';

const what = { command: 'x', arguments: { id: '1' }, via: 'cli' as const };

test('work that is done leaves a receipt of what it tells', async () => {
  const store = createSqliteStore(join(tempFolder(), 'foundry.db'));
  const deps = { store, clock: fixedClock() };
  const done = await receipted(deps, { ...what, work: async () => 7, tell: (n) => ({ counts: { n } }) });
  expect(done).toBe(7);
  expect(await store.receipts.listReceipts(10)).toMatchObject([
    { command: 'x', counts: { n: 7 }, validation_pass: true },
  ]);
  await store.close();
});

test('work that fails leaves a receipt with the error, and makes no store for it', async () => {
  const path = join(tempFolder(), 'foundry.db');
  const store = createSqliteStore(path);
  const deps = { store, clock: fixedClock() };
  const fails = {
    ...what,
    work: async () => {
      throw new FoundryError('conflict', 'It is taken.', 'Take another.');
    },
    tell: () => ({ counts: {} }),
  };
  await expect(receipted(deps, fails)).rejects.toMatchObject({ code: 'conflict' });
  expect(store.exists()).toBe(false);
  await store.salt();
  await expect(receipted(deps, fails)).rejects.toMatchObject({ code: 'conflict' });
  expect(await store.receipts.listReceipts(10)).toMatchObject([
    { errors: ['conflict: It is taken.'], validation_pass: false, unsubstantiated: expect.any(Array) },
  ]);
  await store.close();
});

test('a failure says nothing secret back, neither in its error nor in its arguments', async () => {
  const store = createSqliteStore(join(tempFolder(), 'foundry.db'));
  await store.salt();
  const secret = `AKIA${'Q7PLM2RT5WX9ZK4B'}`;
  const work = async () => {
    throw new FoundryError('not_found', `Nothing is at ${secret}.jsonl.`, 'Check the path.');
  };
  const fails = { ...what, arguments: { source: secret }, work, tell: () => ({ counts: {} }) };
  await expect(receipted({ store, clock: fixedClock() }, fails)).rejects.toMatchObject({ code: 'not_found' });
  const left = JSON.stringify(await store.receipts.listReceipts(10));
  expect(left).toContain('not_found: Nothing is at [AWS_KEY_1].jsonl.');
  expect(left).not.toContain(secret);
  await store.close();
});

test('the files of a folder are named with their hashes, in order', async () => {
  const folder = tempFolder();
  mkdirSync(join(folder, 'b'));
  writeFileSync(join(folder, 'b', 'one'), '1');
  writeFileSync(join(folder, 'a'), '');
  expect(await folderRefs(folder, 'shown')).toEqual([
    { path: 'shown/a', sha256: sha256(''), bytes: 0 },
    { path: 'shown/b/one', sha256: sha256('1'), bytes: 1 },
  ]);
});
