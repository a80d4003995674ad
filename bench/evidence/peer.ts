import Database from 'better-sqlite3';
import * as sqliteVec from 'sqlite-vec';
import { queryTerms } from '../../src/evidence/text.js';

// The naive ways: rows put into a table and nothing more, and a search that asks SQLite for everything.

export interface Row {
  readonly evidence_id: string;
  readonly run_id: string;
  readonly ordinal: number;
  readonly calls: number;
  readonly body: string;
  readonly text: string;
  readonly vector: Int8Array | undefined;
}

const rowsPerTransaction = 5_000;

function open(path: string): Database.Database {
  const db = new Database(path);
  sqliteVec.load(db);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  return db;
}

function inTransactions(db: Database.Database, rows: readonly Row[], each: (row: Row, at: number) => void): void {
  for (let from = 0; from < rows.length; from += rowsPerTransaction) {
    db.transaction(() => {
      for (const [at, row] of rows.slice(from, from + rowsPerTransaction).entries()) each(row, from + at);
    })();
  }
}

/** How long work took, by the clock and on the processor: on a busy machine only the latter can be compared. */
export interface Taken {
  readonly seconds: number;
  readonly cpu: number;
}

export function stopwatch(): () => Taken {
  const started = performance.now();
  const used = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(used);
    return { seconds: (performance.now() - started) / 1000, cpu: (user + system) / 1e6 };
  };
}

/** What it takes to insert rows that are ready, without any index for search. */
export function insertRaw(path: string, rows: readonly Row[]): Taken {
  const db = open(path);
  db.exec(`CREATE TABLE evidence (seq INTEGER PRIMARY KEY, evidence_id TEXT NOT NULL UNIQUE, run_id TEXT NOT NULL,
    ordinal INTEGER NOT NULL, calls INTEGER NOT NULL, body TEXT NOT NULL, UNIQUE (run_id, ordinal)) STRICT`);
  const insert = db.prepare('INSERT INTO evidence (evidence_id, run_id, ordinal, calls, body) VALUES (?, ?, ?, ?, ?)');
  const stop = stopwatch();
  inTransactions(db, rows, (row) => insert.run(row.evidence_id, row.run_id, row.ordinal, row.calls, row.body));
  db.close();
  return stop();
}

export interface NaiveSearch {
  /** Places of the best, by an OR of all words and by `vec0`, merged by reciprocal rank. */
  search(query: string, vector: Float32Array): number[];
  /** Places of the ten nearest, by `vec0` alone. */
  nearest(vector: Float32Array): number[];
  close(): void;
}

const floats = (vector: Int8Array): Float32Array => {
  const length = Math.hypot(...vector);
  return Float32Array.from(vector, (value) => value / length);
};

export function naiveSearch(path: string, rows: readonly Row[], dimensions: number): NaiveSearch {
  const db = open(path);
  db.exec('CREATE VIRTUAL TABLE words USING fts5 (content, body UNINDEXED)');
  db.exec(`CREATE VIRTUAL TABLE vectors USING vec0 (vector float[${dimensions}] distance_metric=cosine)`);
  const word = db.prepare('INSERT INTO words (rowid, content, body) VALUES (?, ?, ?)');
  const put = db.prepare('INSERT INTO vectors (rowid, vector) VALUES (?, ?)');
  inTransactions(db, rows, (row, at) => {
    word.run(at + 1, row.text, row.body);
    if (row.vector) put.run(BigInt(at + 1), Buffer.from(floats(row.vector).buffer));
  });
  const byWords = db.prepare('SELECT rowid AS seq, body FROM words WHERE words MATCH ? ORDER BY rank LIMIT 200');
  const byMeaning = db.prepare('SELECT rowid AS seq FROM vectors WHERE vector MATCH ? AND k = 200');
  const tenNearest = db.prepare('SELECT rowid AS seq FROM vectors WHERE vector MATCH ? AND k = 10');
  return {
    search(query, vector) {
      const match = queryTerms(query)
        .map((term) => `"${term}"`)
        .join(' OR ');
      const lists = [byWords.all(match), byMeaning.all(Buffer.from(vector.buffer))] as { seq: number }[][];
      const sums = new Map<number, number>();
      for (const list of lists) {
        for (const [rank, { seq }] of list.entries()) sums.set(seq, (sums.get(seq) ?? 0) + 1 / (61 + rank));
      }
      return [...sums].sort((a, b) => b[1] - a[1]).map(([seq]) => seq);
    },
    nearest: (vector) => (tenNearest.all(Buffer.from(vector.buffer)) as { seq: number }[]).map(({ seq }) => seq),
    close: () => db.close(),
  };
}
