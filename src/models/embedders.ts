import type { Config } from '../config.js';
import type { Clock } from '../context.js';
import type { Logger } from '../log.js';
import type { Store } from '../store.js';
import type { Embedder } from './model.js';

export interface EmbedderDeps {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
}

export function createEmbedder(_deps: EmbedderDeps): Embedder {
  throw new Error('not built yet');
}
