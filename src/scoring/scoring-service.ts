import type { Config } from '../config.js';
import type { Clock } from '../context.js';
import type { Store } from '../store.js';
import type { ScoringService } from './service.js';

export interface ScoringDeps {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
}

export function createScoringService(_deps: ScoringDeps): ScoringService {
  throw new Error('not built yet');
}
