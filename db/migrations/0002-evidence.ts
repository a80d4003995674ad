import type { Migration } from './migration.js';

export const migration0002: Migration = {
  name: 'evidence',
  sql: `
    CREATE TABLE sources (
      source_id TEXT PRIMARY KEY,
      source TEXT NOT NULL,
      path TEXT NOT NULL,
      origin TEXT NOT NULL,
      format TEXT NOT NULL,
      bytes INTEGER NOT NULL,
      sha256 TEXT NOT NULL,
      importer TEXT NOT NULL,
      redaction_policy TEXT NOT NULL,
      imported_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX sources_by_label ON sources (source);

    CREATE TABLE runs (
      run_id TEXT PRIMARY KEY,
      session_id TEXT NOT NULL,
      source_id TEXT NOT NULL REFERENCES sources (source_id),
      format TEXT NOT NULL,
      origin TEXT NOT NULL,
      native_id TEXT,
      task_id TEXT,
      trial TEXT,
      project TEXT,
      agent TEXT,
      models TEXT NOT NULL,
      task TEXT,
      outcome TEXT,
      started_at TEXT,
      ended_at TEXT,
      recorded_at TEXT NOT NULL,
      records INTEGER NOT NULL,
      calls INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX runs_by_source ON runs (source_id);
    CREATE INDEX runs_by_task ON runs (task_id);

    CREATE TABLE evidence (
      seq INTEGER PRIMARY KEY,
      evidence_id TEXT NOT NULL UNIQUE,
      run_id TEXT NOT NULL REFERENCES runs (run_id),
      ordinal INTEGER NOT NULL,
      calls INTEGER NOT NULL,
      body TEXT NOT NULL,
      UNIQUE (run_id, ordinal)
    ) STRICT;

    CREATE VIRTUAL TABLE evidence_fts USING fts5 (
      content, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
    );
    CREATE VIRTUAL TABLE evidence_terms USING fts5vocab (evidence_fts, row);

    CREATE TABLE tool_definitions (
      source_id TEXT NOT NULL REFERENCES sources (source_id),
      name TEXT NOT NULL,
      body TEXT NOT NULL,
      PRIMARY KEY (source_id, name)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE diagnostics (
      source_id TEXT NOT NULL REFERENCES sources (source_id),
      kind TEXT NOT NULL,
      file TEXT NOT NULL,
      line INTEGER,
      code TEXT NOT NULL,
      message TEXT NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX diagnostics_once ON diagnostics (source_id, kind, file, ifnull(line, 0), code, message);
  `,
};
