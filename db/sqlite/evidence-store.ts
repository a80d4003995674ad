import type { EvidenceStore } from '../../src/evidence/store.js';
import type { Connection } from './connection.js';

export function createEvidenceStore(_connection: Connection): EvidenceStore {
  throw new Error('not built yet');
}
