import type { Migration } from './migration.js';

/**
 * A row of evidence holds each thing once: what a record says in words stands in `text`, its id is found by the first 48 bits
 * of it (`tie` tells records apart that share them), and `body` no longer names its fields. Bodies of older rows stay as they are.
 */
export const migration0019: Migration = {
  name: 'lean_evidence',
  sql: `
    CREATE TABLE lean_evidence (
      seq INTEGER PRIMARY KEY,
      evidence_id TEXT NOT NULL,
      id_key INTEGER NOT NULL,
      tie INTEGER NOT NULL,
      run_id TEXT NOT NULL REFERENCES runs (run_id),
      ordinal INTEGER NOT NULL,
      abandoned INTEGER NOT NULL DEFAULT 0,
      body TEXT NOT NULL,
      text TEXT,
      UNIQUE (run_id, ordinal)
    ) STRICT;
    INSERT INTO lean_evidence (seq, evidence_id, id_key, tie, run_id, ordinal, abandoned, body)
      SELECT seq, evidence_id,
        iif(substr(evidence_id, 1, 12) GLOB '*[^0-9a-f]*', 0, json_extract('0x' || substr(evidence_id, 1, 12), '$')),
        0, run_id, ordinal, abandoned, body
      FROM evidence ORDER BY seq;
    UPDATE lean_evidence SET tie = seq
      FROM (SELECT id_key AS shared, min(seq) AS first FROM lean_evidence GROUP BY id_key HAVING count(*) > 1)
      WHERE id_key = shared AND seq > first;
    DROP TABLE evidence;
    ALTER TABLE lean_evidence RENAME TO evidence;
    CREATE UNIQUE INDEX evidence_by_id ON evidence (id_key, tie);
    -- Where a key is in use, a row has it with a tie of 0: one insert tells whether a record may be there already.
    CREATE TRIGGER evidence_first_tie AFTER DELETE ON evidence WHEN OLD.tie = 0 BEGIN
      UPDATE evidence SET tie = 0
        WHERE id_key = OLD.id_key AND tie = (SELECT min(tie) FROM evidence WHERE id_key = OLD.id_key);
    END;
  `,
};
