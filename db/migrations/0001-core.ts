import type { Migration } from './migration.js';

export const migration0001: Migration = {
  name: 'core',
  sql: `
    CREATE TABLE migrations (
      version INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
    ) STRICT;
    CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    INSERT INTO settings (key, value) VALUES ('salt', lower(hex(randomblob(16))));
  `,
};
