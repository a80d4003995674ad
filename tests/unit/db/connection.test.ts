import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { migrations } from '../../../db/migrations/index.js';
import { Connection } from '../../../db/sqlite/connection.js';
import { openKept } from '../../../db/sqlite/kept.js';
import { createSqliteStore } from '../../../db/sqlite/store.js';
import { tempFolder } from '../../support/temp.js';

describe('the store file', () => {
  test('is not made before the first use', async () => {
    const path = join(tempFolder(), 'deep', 'f.db');
    const store = createSqliteStore(path);
    expect(store.exists()).toBe(false);
    expect(existsSync(path)).toBe(false);
    expect(await store.salt()).toMatch(/^[0-9a-f]{32}$/);
    expect(store.exists()).toBe(true);
    await store.close();
  });

  test('is opened without a write when it is up to date', () => {
    const path = join(tempFolder(), 'f.db');
    const first = new Connection(path);
    first.db.pragma('user_version');
    first.close();
    const watcher = openKept(path);
    const before = watcher.pragma('data_version', { simple: true });
    const second = new Connection(path);
    expect(second.db.prepare('SELECT count(*) AS n FROM migrations').get()).toEqual({ n: migrations.length });
    expect(watcher.pragma('data_version', { simple: true })).toBe(before);
    second.close();
    watcher.close();
  });

  test('of a newer program is refused, and left as it is', () => {
    const path = join(tempFolder(), 'f.db');
    const newer = openKept(path);
    newer.pragma('user_version = 9999');
    newer.close();
    expect(() => new Connection(path).db).toThrow(expect.objectContaining({ code: 'store_too_new' }));
    const after = openKept(path);
    expect(after.pragma('user_version', { simple: true })).toBe(9999);
    after.close();
  });

  test('of a time when several versions of a name could be active is put right, and its history keeps its order', () => {
    const path = join(tempFolder(), 'f.db');
    const older = openKept(path);
    const at = migrations.findIndex(({ name }) => name === 'library-life');
    for (const { sql } of migrations.slice(0, at)) older.exec(sql);
    older.pragma(`user_version = ${at}`);
    older.exec(`
      INSERT INTO capabilities VALUES (1, 'a', 2, '', '');
      INSERT INTO capability_versions VALUES
        ('a', 1, 'primitive', 'h1', '', '', '', '', '', '', '', 0, 'active', '', NULL),
        ('a', 2, 'primitive', 'h2', '', '', '', '', '', '', '', 0, 'active', '', 1);
      INSERT INTO capability_changes VALUES
        ('z', 'a', 1, 'promote', 'staged', 'active', NULL, NULL, 'cli', '2026-01-01'),
        ('y', 'a', 2, 'promote', 'staged', 'active', NULL, NULL, 'cli', '2026-01-02');`);
    older.close();
    const { db } = new Connection(path);
    const states = db.prepare('SELECT version, state FROM capability_versions ORDER BY version').all();
    expect(states).toEqual([
      { version: 1, state: 'staged' },
      { version: 2, state: 'active' },
    ]);
    const order = db.prepare('SELECT change_id FROM capability_changes ORDER BY seq').all();
    expect(order).toEqual([{ change_id: 'z' }, { change_id: 'y' }]);
    db.close();
  });

  test('that is no database is refused with what to do', () => {
    const path = join(tempFolder(), 'f.db');
    writeFileSync(path, 'this is no database, but it is long enough to look like one'.repeat(40));
    expect(() => new Connection(path).db).toThrow(expect.objectContaining({ code: 'needs_setup' }));
  });

  test('can be written by two processes in turn, and says busy when one of them holds it', () => {
    const path = join(tempFolder(), 'f.db');
    const first = new Connection(path);
    const second = new Connection(path);
    first.write(() => first.db.prepare("INSERT INTO settings VALUES ('a', '1')").run());
    second.write(() => second.db.prepare("INSERT INTO settings VALUES ('b', '2')").run());
    second.db.pragma('busy_timeout = 10');
    first.db.exec('BEGIN IMMEDIATE');
    expect(() => second.write(() => 1)).toThrow(expect.objectContaining({ code: 'busy' }));
    first.db.exec('ROLLBACK');
    expect(second.db.prepare("SELECT count(*) AS n FROM settings WHERE key IN ('a', 'b')").get()).toEqual({ n: 2 });
    first.close();
    second.close();
  });
});
