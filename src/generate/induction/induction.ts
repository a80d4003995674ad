import type { ScoringService } from '../../scoring/service.js';
import type { Store } from '../../store.js';
import type { Generator } from '../model.js';

export interface InductionDeps {
  readonly store: Store;
  readonly scoring: ScoringService;
  /** true where a tool changes state: by its annotations, else by the verb of its name */
  readonly isDestructive: (tool: string) => Promise<boolean>;
}

export function createInductionGenerator(_deps: InductionDeps): Generator {
  throw new Error('not built yet');
}
