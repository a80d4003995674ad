import type { Config } from '../config.js';
import type { Clock } from '../context.js';
import type { Roots } from '../roots.js';
import type { ScoringService } from '../scoring/service.js';
import type { Store } from '../store.js';

export interface KnowledgeDeps {
  readonly config: Config;
  readonly store: Store;
  readonly roots: Roots;
  readonly scoring: ScoringService;
  readonly clock: Clock;
}
