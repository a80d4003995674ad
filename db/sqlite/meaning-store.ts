import type { MeaningStore, PlacedVector } from '../../src/evidence/meaning/model.js';
import type { Connection } from './connection.js';
import { type RecordRow, recordColumns, recordOf } from './evidence-body.js';

interface VectorRow {
  readonly seq: number;
  readonly vector: Buffer;
}

function placed({ seq, vector }: VectorRow): PlacedVector {
  return { seq, vector: new Int8Array(vector.buffer, vector.byteOffset, vector.byteLength) };
}

function stateOf({ db }: Connection): { model: string; done: number; epoch: number } {
  const row = db
    .prepare<[], { model: string; done: number; epoch: number }>(
      'SELECT model, done, epoch FROM evidence_vector_state WHERE only_one = 1',
    )
    .get();
  return row ?? { model: '', done: 0, epoch: 0 };
}

/** Vectors of records, kept by the place of the record. */
export function createMeaningStore(connection: Connection): MeaningStore {
  const isOf = (model: string): boolean => stateOf(connection).model === model;
  return {
    async state(model) {
      const { model: kept, done, epoch } = stateOf(connection);
      return { done: kept === model ? done : 0, epoch };
    },
    async pending(model, limit) {
      // Vectors are made in order of place: what is missing stands behind the last.
      const last = isOf(model)
        ? connection.db.prepare<[], { last: number }>('SELECT ifnull(max(seq), 0) AS last FROM evidence_vectors').get()
        : undefined;
      return connection.db
        .prepare<[number, number], { seq: number } & RecordRow>(
          `SELECT seq, ${recordColumns} FROM evidence WHERE seq > ? ORDER BY seq LIMIT ?`,
        )
        .all(last?.last ?? 0, limit)
        .map((row) => ({ seq: row.seq, record: recordOf(row) }));
    },
    async put(model, vectors) {
      connection.write(() => {
        const { db } = connection;
        if (!isOf(model)) {
          db.prepare('DELETE FROM evidence_vectors').run();
          db.prepare('UPDATE evidence_vector_state SET model = ?, done = 0, epoch = epoch + 1').run(model);
        }
        // A record may have been forgotten, or embedded by another process, since it was read.
        const insert = db.prepare(
          'INSERT OR IGNORE INTO evidence_vectors SELECT seq, ? FROM evidence WHERE seq = ? AND evidence_id = ?',
        );
        let done = 0;
        for (const { seq, vector, evidenceId } of vectors) {
          done += insert.run(Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength), seq, evidenceId).changes;
        }
        db.prepare('UPDATE evidence_vector_state SET done = done + ?').run(done);
      });
    },
    async vectors(model, after, limit) {
      if (!isOf(model)) return [];
      return connection.db
        .prepare<[number, number], VectorRow>(
          'SELECT seq, vector FROM evidence_vectors WHERE seq > ? AND length(vector) > 0 ORDER BY seq LIMIT ?',
        )
        .all(after, limit)
        .map(placed);
    },
  };
}
