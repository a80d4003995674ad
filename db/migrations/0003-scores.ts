import type { Migration } from './migration.js';

/**
 * `current_scores` is what counts for a run now: a person's newest override, else `needs_human_review` where a client
 * has suggested anything, else the newest score. No table points at `runs`: judgements outlive a forgotten run.
 * `run_records` is how many records the run had when it was scored: one that has grown since counts as unscored.
 */
export const migration0003: Migration = {
  name: 'scores',
  sql: `
    CREATE TABLE scores (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      run_id TEXT NOT NULL,
      category TEXT NOT NULL CHECK (category IN ('accepted', 'partially_accepted', 'rejected', 'needs_human_review')),
      reasons TEXT NOT NULL,
      scorer_version TEXT NOT NULL,
      input_hash TEXT NOT NULL,
      scored_at TEXT NOT NULL,
      via TEXT NOT NULL,
      run_records INTEGER,
      UNIQUE (run_id, scorer_version, input_hash)
    ) STRICT;
    CREATE INDEX scores_by_run ON scores (run_id, seq);

    CREATE TABLE overrides (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      run_id TEXT NOT NULL,
      category TEXT NOT NULL CHECK (category IN ('accepted', 'partially_accepted', 'rejected', 'needs_human_review')),
      reason TEXT NOT NULL,
      at TEXT NOT NULL,
      via TEXT NOT NULL CHECK (via IN ('cli', 'elicited')),
      UNIQUE (run_id, category, reason, at, via)
    ) STRICT;
    CREATE INDEX overrides_by_run ON overrides (run_id, seq);

    CREATE TABLE suggestions (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      run_id TEXT NOT NULL,
      category TEXT NOT NULL CHECK (category IN ('accepted', 'partially_accepted', 'rejected', 'needs_human_review')),
      reason TEXT NOT NULL,
      at TEXT NOT NULL,
      via TEXT NOT NULL,
      UNIQUE (run_id, category, reason, at, via)
    ) STRICT;
    CREATE INDEX suggestions_by_run ON suggestions (run_id, seq);

    CREATE VIEW current_scores (run_id, category) AS
      SELECT o.run_id, o.category FROM overrides o
        WHERE o.seq = (SELECT max(n.seq) FROM overrides n WHERE n.run_id = o.run_id)
      UNION ALL
      SELECT g.run_id, 'needs_human_review' FROM suggestions g
        WHERE g.seq = (SELECT max(n.seq) FROM suggestions n WHERE n.run_id = g.run_id)
          AND NOT EXISTS (SELECT 1 FROM overrides o WHERE o.run_id = g.run_id)
      UNION ALL
      SELECT s.run_id, s.category FROM scores s
        WHERE s.seq = (SELECT max(n.seq) FROM scores n WHERE n.run_id = s.run_id)
          AND NOT EXISTS (SELECT 1 FROM overrides o WHERE o.run_id = s.run_id)
          AND NOT EXISTS (SELECT 1 FROM suggestions g WHERE g.run_id = s.run_id);
  `,
};
