import type { Config } from '../config.js';
import type { Clock } from '../context.js';
import type { Logger } from '../log.js';
import type { Roots } from '../roots.js';
import type { Store } from '../store.js';
import type { EvidenceService } from './service.js';

export interface EvidenceDeps {
  readonly config: Config;
  readonly store: Store;
  readonly roots: Roots;
  readonly clock: Clock;
  readonly log: Logger;
}

export function createEvidenceService(_deps: EvidenceDeps): EvidenceService {
  throw new Error('not built yet');
}
