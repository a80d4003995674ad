import type { LibraryService } from '../library/service.js';
import type { ChatModel } from '../models/model.js';
import type { Store } from '../store.js';

export interface OpenaiGeneratorDeps {
  readonly chat: ChatModel;
  readonly store: Pick<Store, 'needs'>;
  readonly library: Pick<LibraryService, 'related'>;
  /** Where raw answers are written, one file each; absent: nowhere. */
  readonly debugDir?: string;
  /** Clusters asked about at the same time, 1 to 4 (2). */
  readonly concurrency?: number;
}
