import type { Migration } from './migration.js';

export const migration0009: Migration = {
  name: 'jobs',
  sql: `
    CREATE TABLE jobs (
      job_id TEXT PRIMARY KEY,
      kind TEXT NOT NULL,
      input TEXT NOT NULL,
      key TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
      via TEXT NOT NULL,
      progress TEXT,
      result TEXT,
      error TEXT,
      owner TEXT,
      lease_until TEXT,
      cancel_requested INTEGER NOT NULL DEFAULT 0,
      delivered INTEGER NOT NULL DEFAULT 0,
      created_at TEXT NOT NULL,
      updated_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX jobs_by_key ON jobs (key);
    CREATE INDEX jobs_by_state ON jobs (state, created_at);
    CREATE TABLE events (
      id INTEGER PRIMARY KEY,
      ts TEXT NOT NULL,
      job_id TEXT,
      event TEXT NOT NULL,
      stage TEXT NOT NULL,
      counts TEXT NOT NULL
    ) STRICT;
    CREATE INDEX events_by_job ON events (job_id, id);
  `,
};
