import type { Config } from '../config.js';
import type { Clock } from '../context.js';
import type { Gate } from '../gate/model.js';
import type { Generator } from '../generate/model.js';
import type { LibraryService } from '../library/service.js';
import type { Store } from '../store.js';
import type { ConcreteGenerator } from './model.js';

export interface SpecDeps {
  readonly config: Config;
  /** Tools need not be known here: what names them was made elsewhere, and shows as not ready until they are. */
  readonly toolsElsewhere?: boolean;
  readonly store: Store;
  readonly gate: Gate;
  readonly library: LibraryService;
  readonly generators: Readonly<Partial<Record<ConcreteGenerator, Generator>>>;
  readonly clock: Clock;
}
