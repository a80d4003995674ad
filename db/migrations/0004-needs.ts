import type { Migration } from './migration.js';

/** Acts, needs and groups are shared by the minings that found them; who found what stands in the membership tables. */
export const migration0004: Migration = {
  name: 'needs',
  sql: `
    CREATE TABLE acts (
      act_id TEXT PRIMARY KEY,
      run_id TEXT NOT NULL,
      ordinal INTEGER NOT NULL,
      intent TEXT NOT NULL,
      action TEXT NOT NULL,
      calls TEXT NOT NULL,
      observation TEXT NOT NULL,
      grounding TEXT,
      segments TEXT NOT NULL,
      evidence_ids TEXT NOT NULL
    ) STRICT;
    CREATE INDEX acts_by_run ON acts (run_id, ordinal);

    CREATE TABLE needs (
      need_id TEXT PRIMARY KEY,
      act_id TEXT NOT NULL REFERENCES acts (act_id),
      run_id TEXT NOT NULL,
      text TEXT NOT NULL
    ) STRICT;
    CREATE INDEX needs_by_act ON needs (act_id);

    CREATE TABLE minings (
      mining_id TEXT PRIMARY KEY,
      config TEXT NOT NULL,
      runs INTEGER NOT NULL,
      acts INTEGER NOT NULL,
      needs INTEGER NOT NULL,
      groups INTEGER NOT NULL,
      merged INTEGER NOT NULL,
      rejected INTEGER NOT NULL,
      created_at TEXT NOT NULL
    ) STRICT;
    CREATE TABLE mining_runs (
      mining_id TEXT NOT NULL REFERENCES minings (mining_id),
      run_id TEXT NOT NULL,
      PRIMARY KEY (mining_id, run_id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE need_groups (
      mining_id TEXT NOT NULL REFERENCES minings (mining_id),
      group_id TEXT NOT NULL,
      representative_need_id TEXT NOT NULL REFERENCES needs (need_id),
      size INTEGER NOT NULL,
      PRIMARY KEY (mining_id, group_id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE need_group_members (
      mining_id TEXT NOT NULL,
      group_id TEXT NOT NULL,
      need_id TEXT NOT NULL REFERENCES needs (need_id),
      PRIMARY KEY (mining_id, group_id, need_id),
      FOREIGN KEY (mining_id, group_id) REFERENCES need_groups (mining_id, group_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX need_group_members_by_need ON need_group_members (need_id);

    CREATE TABLE clusterings (
      clustering_id TEXT PRIMARY KEY,
      mining_id TEXT NOT NULL REFERENCES minings (mining_id),
      config TEXT NOT NULL,
      count INTEGER NOT NULL,
      embedding_model TEXT NOT NULL,
      embedding_dimensions INTEGER NOT NULL,
      created_at TEXT NOT NULL
    ) STRICT;
    CREATE TABLE need_clusters (
      cluster_id TEXT PRIMARY KEY,
      clustering_id TEXT NOT NULL REFERENCES clusterings (clustering_id),
      ordinal INTEGER NOT NULL,
      label TEXT NOT NULL,
      size INTEGER NOT NULL,
      groups INTEGER NOT NULL,
      runs INTEGER NOT NULL,
      cohesion REAL NOT NULL,
      tools TEXT NOT NULL,
      sample_act_ids TEXT NOT NULL,
      UNIQUE (clustering_id, ordinal)
    ) STRICT;
    CREATE TABLE need_cluster_members (
      clustering_id TEXT NOT NULL REFERENCES clusterings (clustering_id),
      group_id TEXT NOT NULL,
      cluster_id TEXT NOT NULL REFERENCES need_clusters (cluster_id),
      PRIMARY KEY (clustering_id, group_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX need_cluster_members_by_cluster ON need_cluster_members (cluster_id);
  `,
};
