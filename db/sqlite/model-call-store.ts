import type { ModelCallStore } from '../../src/models/model.js';
import type { Connection } from './connection.js';

export function createModelCallStore(_connection: Connection): ModelCallStore {
  throw new Error('not built yet');
}
