import type { Migration } from './migration.js';

/**
 * `parent` of a run: the run that it came of. `abandoned` of a record: whether it stands on a branch that was left. Accounts
 * are of files that were read to their end, so that these need not be read again.
 */
export const migration0017: Migration = {
  name: 'branches',
  sql: `
    ALTER TABLE runs ADD COLUMN parent TEXT;
    ALTER TABLE evidence ADD COLUMN abandoned INTEGER NOT NULL DEFAULT 0;

    CREATE TABLE file_accounts (
      source_id TEXT PRIMARY KEY REFERENCES sources (source_id) ON DELETE CASCADE,
      key TEXT NOT NULL,
      body TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
};
