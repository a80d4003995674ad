import type { Migration } from './migration.js';

export const migration0007: Migration = {
  name: 'library',
  sql: `
    CREATE TABLE attempts (
      attempt_id TEXT PRIMARY KEY,
      spec_id TEXT NOT NULL,
      ordinal INTEGER NOT NULL,
      generator TEXT NOT NULL,
      code TEXT NOT NULL,
      language TEXT NOT NULL,
      report TEXT NOT NULL,
      capability_name TEXT,
      capability_version INTEGER,
      created_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX attempts_by_spec ON attempts (spec_id, ordinal);

    -- text_hash and text are of the current version: what the search embeds
    CREATE TABLE capabilities (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      current_version INTEGER NOT NULL,
      text_hash TEXT NOT NULL,
      text TEXT NOT NULL
    ) STRICT;
    CREATE TABLE capability_versions (
      name TEXT NOT NULL REFERENCES capabilities (name),
      version INTEGER NOT NULL CHECK (version >= 1),
      kind TEXT NOT NULL CHECK (kind IN ('primitive', 'skill')),
      content_hash TEXT NOT NULL,
      spec TEXT NOT NULL,
      code TEXT NOT NULL,
      language TEXT NOT NULL,
      spec_id TEXT NOT NULL,
      attempt_id TEXT NOT NULL,
      generator TEXT NOT NULL,
      report TEXT NOT NULL,
      destructive INTEGER NOT NULL CHECK (destructive IN (0, 1)),
      state TEXT NOT NULL CHECK (state IN ('candidate', 'staged', 'active', 'deprecated')),
      created_at TEXT NOT NULL,
      PRIMARY KEY (name, version),
      UNIQUE (name, content_hash)
    ) STRICT, WITHOUT ROWID;
    CREATE VIRTUAL TABLE capability_text USING fts5(name, summary, body, examples, tokenize = 'porter unicode61');

    -- what was done to a version after it was admitted, by whom, and why
    CREATE TABLE capability_changes (
      change_id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      version INTEGER NOT NULL,
      action TEXT NOT NULL,
      before TEXT NOT NULL,
      after TEXT NOT NULL,
      reason TEXT,
      report TEXT,
      via TEXT NOT NULL CHECK (via IN ('cli', 'mcp', 'elicited')),
      at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX capability_changes_by_name ON capability_changes (name, at);

    CREATE TABLE executions (
      execution_id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      version INTEGER NOT NULL,
      input TEXT NOT NULL,
      observation TEXT,
      error TEXT,
      calls TEXT NOT NULL,
      succeeded INTEGER NOT NULL CHECK (succeeded IN (0, 1)),
      dry_run INTEGER NOT NULL CHECK (dry_run IN (0, 1)),
      duration_ms REAL NOT NULL,
      at TEXT NOT NULL,
      via TEXT NOT NULL CHECK (via IN ('cli', 'mcp', 'elicited'))
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX executions_by_name ON executions (name, dry_run, at, succeeded);

    CREATE TABLE plans (
      plan_id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      version INTEGER NOT NULL,
      input_hash TEXT NOT NULL,
      planned_calls TEXT NOT NULL,
      created_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
};
