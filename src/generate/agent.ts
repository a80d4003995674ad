import type { LibraryService } from '../library/service.js';
import type { Store } from '../store.js';
import type { Generator } from './model.js';

export interface AgentGeneratorDeps {
  readonly store: Store;
  readonly library: LibraryService;
}

export function createAgentGenerator(_deps: AgentGeneratorDeps): Generator {
  throw new Error('not built yet');
}
