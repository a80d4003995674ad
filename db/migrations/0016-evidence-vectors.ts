import type { Migration } from './migration.js';

/**
 * Merging its parts is most of what the full-text index costs an import: it now does so at sixteen of them, not at four.
 * Vectors of records, of one model at a time, a byte a component. `epoch` tells who holds copies that one was taken away.
 */
export const migration0016: Migration = {
  name: 'evidence_vectors',
  sql: `
    CREATE TABLE evidence_vectors (
      seq INTEGER PRIMARY KEY REFERENCES evidence (seq) ON DELETE CASCADE,
      vector BLOB NOT NULL
    ) STRICT;
    CREATE TABLE evidence_vector_state (
      only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
      model TEXT NOT NULL,
      done INTEGER NOT NULL,
      epoch INTEGER NOT NULL
    ) STRICT;
    INSERT INTO evidence_vector_state VALUES (1, '', 0, 0);
    CREATE TRIGGER evidence_vectors_gone AFTER DELETE ON evidence_vectors BEGIN
      UPDATE evidence_vector_state SET done = done - 1, epoch = epoch + 1;
    END;
    INSERT INTO evidence_fts (evidence_fts, rank) VALUES ('automerge', 16);
  `,
};
