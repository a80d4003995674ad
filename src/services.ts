import type { ToolBridge } from './bridge/model.js';
import type { Config } from './config.js';
import type { Clock } from './context.js';
import type { DatasetService } from './datasets/service.js';
import type { EvidenceService } from './evidence/service.js';
import type { Gate } from './gate/model.js';
import type { JobService } from './jobs/service.js';
import type { LibraryService } from './library/service.js';
import type { Logger } from './log.js';
import type { NeedsService } from './needs/service.js';
import type { Roots } from './roots.js';
import type { ScoringService } from './scoring/service.js';
import type { SpecService } from './specs/service.js';
import type { StatusService } from './status.js';
import type { Store } from './store.js';

/** Everything that tools, resources, prompts and the command line may use. */
export interface Services {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Logger;
  readonly roots: Roots;
  readonly store: Store;
  readonly evidence: EvidenceService;
  readonly scoring: ScoringService;
  readonly needs: NeedsService;
  readonly specs: SpecService;
  readonly gate: Gate;
  readonly library: LibraryService;
  readonly datasets: DatasetService;
  readonly jobs: JobService;
  readonly bridge: ToolBridge;
  readonly status: StatusService;
  close(): Promise<void>;
}
