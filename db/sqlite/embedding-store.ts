import type { EmbeddingStore } from '../../src/models/model.js';
import type { Connection } from './connection.js';

function toBlob(vector: Float32Array): Buffer {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
}

/** Copies, for a BLOB need not lie on a multiple of four bytes. */
function toVector(blob: Buffer): Float32Array {
  return new Float32Array(blob.buffer.slice(blob.byteOffset, blob.byteOffset + blob.byteLength));
}

function spaceOf(connection: Connection, model: string, dimensions: number): number | undefined {
  const row = connection.db
    .prepare('SELECT space_id FROM embedding_spaces WHERE model = ? AND dimensions = ?')
    .get(model, dimensions) as { space_id: number } | undefined;
  return row?.space_id;
}

/** To be called inside a write. */
function ensureSpace(connection: Connection, model: string, dimensions: number): number {
  connection.db
    .prepare('INSERT OR IGNORE INTO embedding_spaces (model, dimensions) VALUES (?, ?)')
    .run(model, dimensions);
  const space = spaceOf(connection, model, dimensions);
  if (space === undefined) throw new Error('an embedding space that was just put is not there');
  return space;
}

function dimensionsOf(vectors: ReadonlyMap<string, Float32Array>): number {
  const dimensions = new Set([...vectors.values()].map((vector) => vector.length));
  const [only, ...others] = dimensions;
  if (only === undefined || others.length > 0) throw new RangeError('vectors of one space have one dimension');
  return only;
}

/** Vectors by model, dimensions and text hash; families of keys that are found by the vector of their text. */
export function createEmbeddingStore(connection: Connection): EmbeddingStore {
  return {
    async get(model, dimensions, textHashes) {
      const found = new Map<string, Float32Array>();
      const space = spaceOf(connection, model, dimensions);
      if (space === undefined) return found;
      const select = connection.db
        .prepare('SELECT vector FROM embeddings WHERE space_id = ? AND text_hash = ?')
        .pluck();
      for (const hash of textHashes) {
        const blob = select.get(space, hash) as Buffer | undefined;
        if (blob) found.set(hash, toVector(blob));
      }
      return found;
    },
    async put(model, dimensions, vectors) {
      if (vectors.size === 0) return;
      if (dimensionsOf(vectors) !== dimensions)
        throw new RangeError(`vectors of ${model} have ${dimensions} dimensions`);
      connection.write(() => {
        const space = ensureSpace(connection, model, dimensions);
        const insert = connection.db.prepare(
          'INSERT OR IGNORE INTO embeddings (space_id, text_hash, vector) VALUES (?, ?, ?)',
        );
        for (const [hash, vector] of vectors) insert.run(space, hash, toBlob(vector));
      });
    },
    async dimensionsOf(model) {
      return connection.db
        .prepare('SELECT dimensions FROM embedding_spaces WHERE model = ? ORDER BY space_id DESC LIMIT 1')
        .pluck()
        .get(model) as number | undefined;
    },
    async nearest(family, model, query, limit) {
      const space = spaceOf(connection, model, query.length);
      if (space === undefined) return [];
      return connection.db
        .prepare(
          `SELECT key, 1 - vec_distance_cosine(vector, @query) AS score FROM embedding_index
           WHERE family = @family AND space_id = @space ORDER BY score DESC, key LIMIT @limit`,
        )
        .all({ family, space, query: toBlob(query), limit }) as { key: string; score: number }[];
    },
    async index(family, model, entries) {
      if (entries.size === 0) return;
      const dimensions = dimensionsOf(entries);
      connection.write(() => {
        const space = ensureSpace(connection, model, dimensions);
        const upsert = connection.db.prepare(
          `INSERT INTO embedding_index (family, space_id, key, vector) VALUES (?, ?, ?, ?)
           ON CONFLICT (family, space_id, key) DO UPDATE SET vector = excluded.vector`,
        );
        for (const [key, vector] of entries) upsert.run(family, space, key, toBlob(vector));
      });
    },
  };
}
