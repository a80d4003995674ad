import type { Migration } from './migration.js';

/** Which code was run over which hidden test, by hashes: each such run tells its author a little of the test. */
export const migration0011: Migration = {
  name: 'hidden-tries',
  sql: `
    CREATE TABLE hidden_tries (
      test_hash TEXT NOT NULL,
      code_hash TEXT NOT NULL,
      PRIMARY KEY (test_hash, code_hash)
    ) STRICT, WITHOUT ROWID;
  `,
};
