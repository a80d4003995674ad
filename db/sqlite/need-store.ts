import type { NeedStore } from '../../src/needs/model.js';
import type { Connection } from './connection.js';

export function createNeedStore(_connection: Connection): NeedStore {
  throw new Error('not built yet');
}
