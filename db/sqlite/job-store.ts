import type { JobStore } from '../../src/jobs/model.js';
import type { Connection } from './connection.js';

export function createJobStore(_connection: Connection): JobStore {
  throw new Error('not built yet');
}
