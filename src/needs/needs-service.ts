import type { Config } from '../config.js';
import type { Clock, WorkContext } from '../context.js';
import { FoundryError, throwIfCancelled } from '../errors.js';
import type { EvidenceService } from '../evidence/service.js';
import type { RunFilter } from '../evidence/store.js';
import type { JsonObject } from '../json.js';
import { localModels } from '../models/embedding/recipe.js';
import type { Embedder } from '../models/model.js';
import { given, receipted, receiptOfFailure } from '../receipts/receipted.js';
import { storeReceipt } from '../receipts/receipts.js';
import type { ScoringService } from '../scoring/service.js';
import type { Store } from '../store.js';
import { clusterGroups, clusteringIdOf } from './clusters.js';
import type { ClusterNeedsInput, ClusterNeedsOutput, MineNeedsInput, MineNeedsOutput } from './contract.js';
import { mine } from './mine.js';
import type { Clustering, Mining, NeedGroup } from './model.js';
import { defaultParts } from './need-text.js';
import { clusterPage } from './page.js';
import type { NeedsService } from './service.js';

export interface NeedsDeps {
  readonly config: Config;
  readonly store: Store;
  readonly evidence: EvidenceService;
  readonly scoring: ScoringService;
  readonly embedder: Embedder;
  readonly clock: Clock;
}

const defaultSeed = 42;
const defaultClusterSize = 40;
/** Of a log so small that clusters of the default size would be fewer. */
const fewestClusters = 8;
const smallestDefaultSize = 5;

function defaultSizeFor(acts: number): number {
  return Math.min(defaultClusterSize, Math.max(smallestDefaultSize, Math.ceil(acts / fewestClusters)));
}

/** Texts handed to the embedder between two reports of progress. */
const embeddedAtOnce = 256;

export function createNeedsService(deps: NeedsDeps): NeedsService {
  return {
    mineNeeds(input, context) {
      const { source, run_ids, limit_acts, sample_acts, seed } = input;
      return receiptOfFailure(deps, {
        command: 'mine_needs',
        arguments: given({ source, run_ids, limit_acts, sample_acts, seed }),
        via: context.via,
        work: () => mineNeeds(deps, input, context),
      });
    },
    clusterNeeds: (input, context) => receiptedClusters(deps, input, context),
  };
}

async function mineNeeds(deps: NeedsDeps, input: MineNeedsInput, context: WorkContext): Promise<MineNeedsOutput> {
  const { store, clock, scoring } = deps;
  const [startedAt, startedMs] = [clock.now(), clock.elapsed()];
  const filter = input.path === undefined ? askedFor(input) : await importFirst(deps, input, context);
  const mined = await mine(
    { evidence: store.evidence, scoring },
    {
      filter,
      parts: input.need_text ?? defaultParts,
      limitActs: input.limit_acts,
      sampleActs: input.sample_acts,
      seed: input.seed ?? defaultSeed,
    },
    context,
  );
  throwIfCancelled(context.signal);
  const mining: Mining = { ...mined.mining, created_at: clock.now() };
  await store.needs.putMining(mining, mined.acts, mined.needs, mined.runIds);
  const { mining_id, runs, acts, needs, groups, merged, rejected } = mining;
  const counts = { runs, acts, needs, groups, merged, rejected };
  const receipt = await storeReceipt(store.receipts, clock, {
    command: 'mine_needs',
    arguments: { ...input } as JsonObject,
    counts,
    recordCounts: { in: runs, out: needs },
    warnings: acts === 0 ? ['No act was found in these runs.'] : [],
    startedAt,
    startedMs,
    via: context.via,
  });
  return { mining_id, ...counts, receipt_id: receipt.receipt_id };
}

/** What capabilities did is mined only where it is asked for by name: it is no agent's work. */
function askedFor({ source, run_ids }: MineNeedsInput): RunFilter {
  return {
    ...(source !== undefined && { source }),
    ...(run_ids && { run_ids }),
    without_executions: run_ids === undefined && source === undefined,
  };
}

const runsAtOnce = 1_000;

/** The runs of the source that the logs are imported as, and those of the logs that were stored before under another one. */
async function importFirst(deps: NeedsDeps, input: MineNeedsInput, context: WorkContext): Promise<RunFilter> {
  const { path, run_ids } = input;
  const read = new Set<string>();
  const { source } = await deps.evidence.importEvidence(
    { path, ...given({ source: input.source }) },
    context,
    (ids) => {
      for (const id of ids) read.add(id);
    },
  );
  const { evidence } = deps.store;
  const without_executions = run_ids === undefined;
  const ofSource = { source, ...(run_ids && { run_ids }), without_executions };
  if (run_ids || (await evidence.countRuns({ source, run_ids: [...read] })) === read.size) return ofSource;
  for (let after: string | undefined; ; ) {
    const page = await evidence.listRuns({ source }, runsAtOnce, after);
    for (const run of page) read.add(run.run_id);
    after = page.at(-1)?.run_id;
    if (page.length < runsAtOnce) return { run_ids: [...read], without_executions };
  }
}

/** A further page of a clustering is no work of its own. */
function receiptedClusters(
  deps: NeedsDeps,
  input: ClusterNeedsInput,
  context: WorkContext,
): Promise<ClusterNeedsOutput> {
  const work = () => clusterNeeds(deps, input, context);
  if (input.cursor !== undefined) return work();
  const { mining_id, target_cluster_size, k, seed, reuse } = input;
  return receipted(deps, {
    command: 'cluster_needs',
    arguments: given({ mining_id, target_cluster_size, k, seed, reuse }),
    via: context.via,
    work,
    tell: ({ count, embedding }) => ({ counts: { clusters: count, dimensions: embedding.dimensions } }),
  });
}

async function clusterNeeds(
  deps: NeedsDeps,
  input: ClusterNeedsInput,
  context: WorkContext,
): Promise<ClusterNeedsOutput> {
  const { store } = deps;
  const mining = await store.needs.getMining(input.mining_id);
  if (!mining) {
    throw new FoundryError(
      'not_found',
      `There is no mining ${input.mining_id}.`,
      'Call mine_needs; its mining_id is what to give here.',
    );
  }
  if (mining.groups === 0) {
    throw new FoundryError(
      'invalid_input',
      'That mining found no needs, so there is nothing to cluster.',
      'Mine runs in which tools were called, or questions answered.',
    );
  }
  const embedder = deps.embedder.forSet?.(mining.groups) ?? deps.embedder;
  const wanted = input.k ?? Math.ceil(mining.needs / (input.target_cluster_size ?? defaultSizeFor(mining.needs)));
  const k = Math.min(wanted, mining.groups);
  const seed = input.seed ?? defaultSeed;
  const config = { mining_id: mining.mining_id, k, seed, model: embedder.model };
  const clusteringId = clusteringIdOf(config);
  const stored = input.reuse === false ? undefined : await store.needs.getClustering(clusteringId);
  const clustering = stored ?? (await cluster(deps, { clusteringId, mining, config, embedder }, context));
  return clusterPage(store.needs, clustering, input);
}

interface Task {
  readonly clusteringId: string;
  readonly mining: Mining;
  readonly config: { readonly k: number; readonly seed: number; readonly model: string };
  readonly embedder: Embedder;
}

async function cluster(deps: NeedsDeps, task: Task, context: WorkContext): Promise<Clustering> {
  const { store, clock } = deps;
  const { clusteringId, mining, config, embedder } = task;
  const groups = await store.needs.groupsOf(mining.mining_id);
  const needs = await store.needs.needsOf(mining.mining_id);
  const vectors = await embedGroups(embedder, groups, context);
  const acts = await store.needs.actsOf(needs.map((need) => need.act_id));
  const { clusters, clusterOfGroup } = await clusterGroups(clusteringId, {
    groups,
    needs,
    vectors,
    toolsByAct: new Map(acts.map((act) => [act.act_id, act.calls.map((call) => call.tool)])),
    k: config.k,
    seed: config.seed,
    dropCommonPart: embedder.model === localModels.static,
    onStep: async (done, of) => {
      // Lets the abort of this work, and other work of this thread, come through.
      await new Promise((resolve) => setImmediate(resolve));
      throwIfCancelled(context.signal);
      context.progress(done, of, 'clustering');
    },
  });
  const clustering: Clustering = {
    clustering_id: clusteringId,
    mining_id: mining.mining_id,
    config,
    count: clusters.length,
    embedding: { model: embedder.model, dimensions: embedder.dimensions },
    created_at: clock.now(),
  };
  await store.needs.putClustering(clustering, clusters, clusterOfGroup);
  return clustering;
}

async function embedGroups(
  embedder: Embedder,
  groups: readonly NeedGroup[],
  context: WorkContext,
): Promise<Float32Array[]> {
  const vectors: Float32Array[] = [];
  for (let from = 0; from < groups.length; from += embeddedAtOnce) {
    context.progress(from, groups.length, 'embedding one need of each group');
    const texts = groups.slice(from, from + embeddedAtOnce).map((group) => group.representative.text);
    for (const vector of await embedder.embed(texts, context.signal)) vectors.push(vector);
  }
  context.progress(groups.length, groups.length, 'embedded');
  return vectors;
}
