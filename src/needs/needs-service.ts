import type { Config } from '../config.js';
import type { Clock } from '../context.js';
import type { EvidenceService } from '../evidence/service.js';
import type { Embedder } from '../models/model.js';
import type { ScoringService } from '../scoring/service.js';
import type { Store } from '../store.js';
import type { NeedsService } from './service.js';

export interface NeedsDeps {
  readonly config: Config;
  readonly store: Store;
  readonly evidence: EvidenceService;
  readonly scoring: ScoringService;
  readonly embedder: Embedder;
  readonly clock: Clock;
}

export function createNeedsService(_deps: NeedsDeps): NeedsService {
  throw new Error('not built yet');
}
