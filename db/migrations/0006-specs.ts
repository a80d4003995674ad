import type { Migration } from './migration.js';

export const migration0006: Migration = {
  name: 'specs',
  sql: `
    CREATE TABLE specs (
      spec_id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('primitive', 'skill')),
      spec TEXT NOT NULL,
      generator TEXT NOT NULL,
      cluster_id TEXT,
      clustering_id TEXT,
      author_saw_all INTEGER NOT NULL CHECK (author_saw_all IN (0, 1)),
      created_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX specs_by_cluster ON specs (cluster_id);
    CREATE INDEX specs_by_clustering ON specs (clustering_id);

    CREATE TABLE hidden_tests (
      spec_id TEXT NOT NULL REFERENCES specs (spec_id) ON DELETE CASCADE,
      ordinal INTEGER NOT NULL,
      test TEXT NOT NULL,
      PRIMARY KEY (spec_id, ordinal)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE patterns (
      pattern_id TEXT NOT NULL,
      spec_id TEXT NOT NULL REFERENCES specs (spec_id) ON DELETE CASCADE,
      clustering_id TEXT NOT NULL,
      cluster_id TEXT,
      code TEXT NOT NULL,
      train_run_ids TEXT NOT NULL,
      held_out_run_ids TEXT NOT NULL,
      calls_replaced INTEGER NOT NULL,
      occurrences INTEGER NOT NULL,
      destructive_tools TEXT NOT NULL,
      PRIMARY KEY (pattern_id, spec_id)
    ) STRICT;
    CREATE INDEX patterns_by_spec ON patterns (spec_id);
    CREATE INDEX patterns_by_clustering ON patterns (clustering_id);
  `,
};
