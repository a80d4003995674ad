import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type Database from 'better-sqlite3';
import * as sqliteVec from 'sqlite-vec';
import { FoundryError } from '../../src/errors.js';
import { migrations } from '../migrations/index.js';
import { isCutShort } from './cut-file.js';
import { cannotBeWritten, damagedFile, isBusy, translateBusy } from './failures.js';
import { type Db, openKept } from './kept.js';

export type Statement = Database.Statement;

const busyTimeoutMs = 5_000;

/** Of a new store: a record rarely fits the 4 KB of SQLite's own choice, and what does not costs a page of its own. */
const pageBytes = 16_384;
/** The log before it is written back: with less, an import writes the same pages again and again. */
const checkpointBytes = 32 * 1024 * 1024;

/** A lazily opened connection: nothing is touched before the first use, and an up-to-date file is opened without a write. */
export class Connection {
  #db: Db | undefined;
  #closed = false;

  constructor(readonly path: string) {}

  /** Opens (and where needed creates or migrates) the database on first use. */
  get db(): Db {
    if (this.#closed) throw new FoundryError('cancelled', 'The store is closed.', 'Start the server again.');
    this.#db ??= translateBusy(() => open(this.path));
    return this.#db;
  }

  exists(): boolean {
    return this.#db !== undefined || existsSync(this.path);
  }

  /** Runs `work` in one immediate transaction; `work` must not await. */
  write<T>(work: () => T): T {
    return translateBusy(() => this.db.transaction(work).immediate());
  }

  close(): void {
    this.#closed = true;
    if (!this.#db) return;
    try {
      this.#db.pragma('wal_checkpoint(PASSIVE)');
    } catch {
      // On a full disk, say: what was committed stays in the log beside the file, and is read from there.
    } finally {
      this.#db.close();
      this.#db = undefined;
    }
  }
}

function makeFolder(path: string): void {
  if (path === ':memory:') return;
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw cannotBeWritten(error);
  }
}

function open(path: string): Db {
  makeFolder(path);
  if (isCutShort(path)) throw damagedFile();
  const db = openKept(path, { timeout: busyTimeoutMs });
  try {
    sqliteVec.load(db);
    db.pragma('synchronous = NORMAL');
    // A table that a migration makes anew is dropped first: what refers to its rows has to stay.
    db.pragma('foreign_keys = OFF');
    migrate(db);
    db.pragma('foreign_keys = ON');
    const page = db.pragma('page_size', { simple: true }) as number;
    db.pragma(`wal_autocheckpoint = ${Math.floor(checkpointBytes / page)}`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

const triesApartMs = 20;

/** Two processes that make one store at once: SQLite refuses the second this step at once, however long it is told to wait. */
function keepTrying(work: () => unknown): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let left = busyTimeoutMs / triesApartMs; ; left -= 1) {
    try {
      work();
      return;
    } catch (error) {
      if (left <= 0 || !isBusy(error)) throw error;
      Atomics.wait(pause, 0, 0, triesApartMs);
    }
  }
}

/** Brings the file to the newest version, each step in a transaction of its own that re-checks the version it starts from. */
function migrate(db: Db): void {
  const version = (): number => db.pragma('user_version', { simple: true }) as number;
  if (version() > migrations.length) {
    throw new FoundryError(
      'store_too_new',
      `The database has schema version ${version()}; this program knows ${migrations.length}.`,
      'Update capability-foundry, or point FOUNDRY_HOME at another data folder.',
    );
  }
  if (version() === migrations.length) return;
  // A file that is there keeps the size that it was made with.
  db.pragma(`page_size = ${pageBytes}`);
  if (db.pragma('journal_mode', { simple: true }) !== 'wal') keepTrying(() => db.pragma('journal_mode = WAL'));
  while (version() < migrations.length) {
    const step = db.transaction(() => {
      const at = version();
      const migration = migrations[at];
      if (!migration) return;
      db.exec(migration.sql);
      db.prepare('INSERT INTO migrations (version, name) VALUES (?, ?)').run(at + 1, migration.name);
      db.pragma(`user_version = ${at + 1}`);
    });
    translateBusy(() => step.immediate());
  }
}
