import type { Migration } from './migration.js';

/** The version that was current when a version was admitted: whose tests it had to pass as well; null for a first one. */
export const migration0010: Migration = {
  name: 'superseded-version',
  sql: 'ALTER TABLE capability_versions ADD COLUMN supersedes INTEGER;',
};
