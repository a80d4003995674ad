import type { Config } from '../config.js';
import type { Clock } from '../context.js';
import type { Logger } from '../log.js';
import type { Store } from '../store.js';
import type { ChatModel } from './model.js';

export interface ChatDeps {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
}

/** undefined where no chat model is configured. */
export function createChatModel(_deps: ChatDeps): ChatModel | undefined {
  throw new Error('not built yet');
}
