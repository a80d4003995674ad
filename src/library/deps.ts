import type { ToolBridge } from '../bridge/model.js';
import type { Config } from '../config.js';
import type { Clock } from '../context.js';
import type { RecordExecution } from '../evidence/record-execution.js';
import type { Gate } from '../gate/model.js';
import type { Sandbox } from '../gate/runtimes/runtime.js';
import type { Logger } from '../log.js';
import type { Embedder } from '../models/model.js';
import type { Fetcher } from '../net/model.js';
import type { Roots } from '../roots.js';
import type { Store } from '../store.js';

export interface LibraryDeps {
  readonly config: Config;
  readonly store: Pick<Store, 'library' | 'specs' | 'embeddings' | 'receipts' | 'exists'>;
  readonly roots: Roots;
  readonly gate: Gate;
  readonly sandboxes: readonly Sandbox[];
  readonly bridge: ToolBridge;
  readonly embedder: Embedder;
  /** Keeps a real run of a capability as evidence, after it was redacted. */
  readonly recordExecution: RecordExecution;
  readonly clock: Clock;
  readonly log: Logger;
  /** Makes the requests of capabilities; the default goes by this machine's network. */
  readonly fetcher?: Fetcher;
  /** Random hex for ids of executions and plans, which no one may guess; the default draws 128 bits. */
  readonly random?: () => string;
}
