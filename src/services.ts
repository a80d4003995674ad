import { createSqliteStore } from '../db/sqlite/store.js';
import type { ToolBridge } from './bridge/model.js';
import type { Config } from './config.js';
import type { Clock } from './context.js';
import { systemClock } from './context.js';
import type { DatasetService } from './datasets/service.js';
import { createCleaner } from './evidence/clean.js';
import type { EvidenceService } from './evidence/service.js';
import type { Gate } from './gate/model.js';
import { createPythonSandbox } from './gate/runtimes/python.js';
import { createTypescriptSandbox } from './gate/runtimes/typescript.js';
import { createInlineExecutor } from './jobs/inline-executor.js';
import { createJobService } from './jobs/job-service.js';
import type { JobService } from './jobs/service.js';
import { createWorkerExecutor } from './jobs/worker-executor.js';
import type { KnowledgeService } from './knowledge/service.js';
import type { LibraryService } from './library/service.js';
import type { Logger } from './log.js';
import { createLogger } from './log.js';
import { createChatModel } from './models/chat.js';
import { createEmbedder } from './models/embedders.js';
import { createLocalModel } from './models/embedding/local.js';
import type { NeedsService } from './needs/service.js';
import { onDemand } from './on-demand.js';
import type { Roots } from './roots.js';
import { createRoots } from './roots.js';
import { createScoringService } from './scoring/scoring-service.js';
import type { ScoringService } from './scoring/service.js';
import type { SpecService } from './specs/service.js';
import type { StatusService } from './status.js';
import { createStatusService } from './status-service.js';
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
  readonly knowledge: KnowledgeService;
  readonly jobs: JobService;
  readonly bridge: ToolBridge;
  readonly status: StatusService;
  close(): Promise<void>;
}

export interface ServiceOptions {
  /** `worker`: jobs on a thread of their own (the server). `inline`: on this thread (the command line, tests). `none`: no jobs. */
  readonly jobs: 'worker' | 'inline' | 'none';
  readonly clock?: Clock;
  readonly log?: Logger;
  /** What relative paths are relative to. */
  readonly base?: string;
}

function withCleanReceipts(store: Store, config: Config): Store {
  const clean = createCleaner(config.file.redaction);
  return { ...store, receipts: { ...store.receipts, clean: async (quoted) => (await clean(quoted)).value } };
}

/** The composition root. Builds everything, opens and starts nothing. */
export function createServices(config: Config, options: ServiceOptions): Services {
  const clock = options.clock ?? systemClock;
  const log = options.log ?? createLogger(config.logLevel);
  const roots = createRoots(config.roots, config.readRoots, options.base ?? process.cwd());
  const store = withCleanReceipts(createSqliteStore(config.db), config);
  const common = { config, store, clock, log };

  const scoring = createScoringService(common);
  const local = createLocalModel(log);
  const embedder = createEmbedder({ ...common, local });
  const sandboxes = [createTypescriptSandbox({ config, log }), createPythonSandbox({ config, log })];
  const chat = createChatModel(common);

  const { service: evidence, ifLoaded: ifEvidence } = onDemand<EvidenceService>(async () => {
    const { createEvidenceService } = await import('./evidence/evidence-service.js');
    const { NeedTally } = await import('./needs/recurring.js');
    return createEvidenceService({ ...common, roots, needs: () => new NeedTally(), vectors: local.source('static') });
  });
  const { service: needs } = onDemand<NeedsService>(async () => {
    const { createNeedsService } = await import('./needs/needs-service.js');
    return createNeedsService({ ...common, evidence, scoring, embedder });
  });
  const { service: gate } = onDemand<Gate>(async () => {
    const { createGate } = await import('./gate/gate.js');
    const { createGateLibrary } = await import('./library/gate-view.js');
    return createGate({ config, sandboxes, clock, library: createGateLibrary({ store, embedder, log }) });
  });
  const { service: bridge, ifLoaded: ifBridge } = onDemand<ToolBridge>(async () => {
    const { createToolBridge } = await import('./bridge/tool-bridge.js');
    return createToolBridge({ config, log });
  });
  const { service: library } = onDemand<LibraryService>(async () => {
    const { createLibraryService } = await import('./library/library-service.js');
    const { createExecutionRecorder } = await import('./evidence/record-execution.js');
    const recordExecution = createExecutionRecorder(store.evidence, config.file.redaction);
    return createLibraryService({ ...common, roots, gate, sandboxes, bridge, embedder, recordExecution });
  });
  const { service: specs } = onDemand<SpecService>(async () => {
    const { createSpecService } = await import('./specs/spec-service.js');
    const { createGenerators } = await import('./generate/generators.js');
    const generators = createGenerators({ config, store, scoring, library, bridge, chat });
    return createSpecService({ config, store, gate, library, generators, clock });
  });
  const { service: datasets } = onDemand<DatasetService>(async () => {
    const { createDatasetService } = await import('./datasets/dataset-service.js');
    return createDatasetService({ config, store, roots, scoring, evidence, clock });
  });
  const { service: knowledge } = onDemand<KnowledgeService>(async () => {
    const { createKnowledgeService } = await import('./knowledge/knowledge-service.js');
    return createKnowledgeService({ config, store, roots, scoring, clock });
  });
  const status = createStatusService({ config, store, sandboxes });

  const operationServices = { evidence, scoring, needs, specs, datasets, library, knowledge };
  const executor =
    options.jobs === 'worker' ? createWorkerExecutor(config) : createInlineExecutor(() => operationServices);
  const jobs = createJobService({ store, executor, clock, log, redaction: config.file.redaction });

  return {
    config,
    clock,
    log,
    roots,
    store,
    evidence,
    scoring,
    needs,
    specs,
    gate,
    library,
    datasets,
    knowledge,
    jobs,
    bridge,
    status,
    async close() {
      await jobs.close();
      await Promise.all([
        ifBridge((loaded) => loaded.close()),
        ifEvidence((loaded) => loaded.close()),
        local.close(),
        ...sandboxes.map((sandbox) => sandbox.close()),
      ]);
      await store.close();
    },
  };
}
