import type { ScoreStore } from '../../src/scoring/model.js';
import type { Connection } from './connection.js';

export function createScoreStore(_connection: Connection): ScoreStore {
  throw new Error('not built yet');
}
