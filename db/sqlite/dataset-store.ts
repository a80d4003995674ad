import type { DatasetStore } from '../../src/datasets/model.js';
import type { Connection } from './connection.js';

export function createDatasetStore(_connection: Connection): DatasetStore {
  throw new Error('not built yet');
}
