import type { SpecStore } from '../../src/specs/model.js';
import type { Connection } from './connection.js';

export function createSpecStore(_connection: Connection): SpecStore {
  throw new Error('not built yet');
}
