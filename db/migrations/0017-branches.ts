import type { Migration } from './migration.js';

/** `parent` of a run: the run that it came of. `abandoned` of a record: whether it stands on a branch that was left. */
export const migration0017: Migration = {
  name: 'branches',
  sql: `
    ALTER TABLE runs ADD COLUMN parent TEXT;
    ALTER TABLE evidence ADD COLUMN abandoned INTEGER NOT NULL DEFAULT 0;
  `,
};
