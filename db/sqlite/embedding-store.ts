import type { EmbeddingStore } from '../../src/models/model.js';
import type { Connection } from './connection.js';

export function createEmbeddingStore(_connection: Connection): EmbeddingStore {
  throw new Error('not built yet');
}
