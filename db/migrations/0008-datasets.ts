import type { Migration } from './migration.js';

export const migration0008: Migration = {
  name: 'datasets',
  sql: `
    CREATE TABLE receipts (
      receipt_id TEXT PRIMARY KEY,
      command TEXT NOT NULL,
      ended_at TEXT NOT NULL,
      body TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE datasets (
      dataset_id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('sft', 'preference', 'rag')),
      format TEXT NOT NULL,
      config TEXT NOT NULL,
      rows INTEGER NOT NULL,
      files TEXT NOT NULL,
      excluded TEXT NOT NULL,
      card TEXT NOT NULL,
      output_dir TEXT NOT NULL,
      receipt_id TEXT NOT NULL,
      created_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE dataset_rows (
      dataset_id TEXT NOT NULL REFERENCES datasets (dataset_id) ON DELETE CASCADE,
      ordinal INTEGER NOT NULL,
      row_id TEXT NOT NULL,
      split TEXT NOT NULL,
      run_id TEXT NOT NULL,
      evidence_ids TEXT NOT NULL,
      PRIMARY KEY (dataset_id, ordinal)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX dataset_rows_by_run ON dataset_rows (run_id);
  `,
};
