import type { Migration } from './migration.js';

/** The words of a transaction are gathered in memory and written in one part: with less room they make several, to be merged. */
export const migration0018: Migration = {
  name: 'text_index',
  sql: `INSERT INTO evidence_fts (evidence_fts, rank) VALUES ('hashsize', 33554432);`,
};
