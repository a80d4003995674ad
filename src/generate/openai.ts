import type { LibraryService } from '../library/service.js';
import type { ChatModel } from '../models/model.js';
import type { Store } from '../store.js';
import type { Generator } from './model.js';

export interface OpenaiGeneratorDeps {
  readonly chat: ChatModel;
  readonly store: Store;
  readonly library: LibraryService;
}

export function createOpenaiGenerator(_deps: OpenaiGeneratorDeps): Generator {
  throw new Error('not built yet');
}
