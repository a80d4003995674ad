import type { LibraryStore } from '../../src/library/model.js';
import type { Connection } from './connection.js';

export function createLibraryStore(_connection: Connection): LibraryStore {
  throw new Error('not built yet');
}
