import type { WorkContext } from '../context.js';
import { FoundryError, throwIfCancelled } from '../errors.js';
import type { Generator, Proposal, ProposeOutcome, ProposeRequest } from '../generate/model.js';
import { canonicalJson, isJsonObject, type JsonObject, tryParseJson } from '../json.js';
import { checkSpec, skipReasonOf } from './check.js';
import type { ProposeSpecInput, ProposeSpecOutput } from './contract.js';
import { checkHandedIn } from './handed-in.js';
import type { ConcreteGenerator, GeneratorName, Spec, SpecIssue, SpecRecord } from './model.js';
import { freeInBatch } from './names.js';
import { clusteringNotFound, clusterNotFound } from './near.js';
import { pickGenerator } from './pick-generator.js';
import type { SpecDeps } from './spec-deps.js';
import { prepareSpec, type SpecDraft, storeSpec } from './store-spec.js';

const defaultSampleSize = 8;
const defaultMaxTests = 8;
const defaultRetries = 2;
const mostIssues = 20;

interface Target {
  readonly clusteringId: string;
  readonly clusterId: string | null;
}

async function findTarget(deps: SpecDeps, input: ProposeSpecInput): Promise<Target> {
  if (input.cluster_id !== undefined) {
    const cluster = await deps.store.needs.getCluster(input.cluster_id);
    if (!cluster) throw await clusterNotFound(deps.store, input.cluster_id);
    return { clusteringId: cluster.clustering_id, clusterId: cluster.cluster_id };
  }
  const id = input.clustering_id ?? '';
  if (!(await deps.store.needs.getClustering(id))) throw await clusteringNotFound(deps.store, id);
  return { clusteringId: id, clusterId: null };
}

function merge(first: ProposeOutcome, second: ProposeOutcome): ProposeOutcome {
  const proposals = [...first.proposals, ...second.proposals];
  const covered = new Set(proposals.map((proposal) => proposal.clusterId));
  return {
    status: second.status,
    proposals,
    issues: [...first.issues, ...second.issues],
    skipped: second.skipped.filter(({ cluster_id }) => !covered.has(cluster_id)),
    brief: second.brief,
    ...(first.compression && { compression: first.compression }),
    ...(second.templates && { templates: second.templates }),
  };
}

interface Stage {
  readonly outcome: ProposeOutcome;
  readonly generatorOf: ReadonlyMap<Proposal, ConcreteGenerator>;
  readonly generator: string;
}

function byOne(outcome: ProposeOutcome, generator: ConcreteGenerator): Stage {
  return { outcome, generatorOf: new Map(outcome.proposals.map((proposal) => [proposal, generator])), generator };
}

/** Induction over what was recorded; then a model, where one is configured, for the clusters without a flow; else the brief. */
async function proposeAuto(deps: SpecDeps, request: ProposeRequest, context: WorkContext): Promise<Stage> {
  const induction = pickGenerator(deps, 'induction');
  const induced = byOne(await induction.propose(request, context), 'induction');
  const uncovered = induced.outcome.skipped.map(({ cluster_id }) => cluster_id);
  const wantsMore = request.clusterId === null ? uncovered.length > 0 : induced.outcome.proposals.length === 0;
  const next: Generator | undefined = deps.generators.openai;
  if (next && wantsMore) {
    const rest = request.clusterId === null ? { ...request, clusterIds: uncovered } : request;
    const asked = byOne(await next.propose(rest, context), 'openai');
    return {
      outcome: merge(induced.outcome, asked.outcome),
      generatorOf: new Map([...induced.generatorOf, ...asked.generatorOf]),
      generator: induced.outcome.proposals.length > 0 ? 'induction, openai' : 'openai',
    };
  }
  if (induced.outcome.proposals.length > 0) return induced;
  const brief = byOne(await pickGenerator(deps, 'agent').propose(request, context), 'agent');
  return { ...brief, outcome: { ...merge(induced.outcome, brief.outcome), skipped: induced.outcome.skipped } };
}

async function proposeBy(
  deps: SpecDeps,
  name: GeneratorName,
  request: ProposeRequest,
  context: WorkContext,
): Promise<Stage> {
  if (name === 'auto') return proposeAuto(deps, request, context);
  return byOne(await pickGenerator(deps, name).propose(request, context), name);
}

/** Rules of style, which a spec that was written by rule rather than by an author need not keep. */
const matterOfStyle = new Set(['vague_goal', 'summary_not_a_verb']);

/** Every spec is checked at the door; its tools were recorded, and a name that is taken is settled when it is judged. */
function faultsOf(spec: Spec): string[] {
  const raw = tryParseJson(JSON.stringify(spec));
  if (!isJsonObject(raw)) return ['shape'];
  const checked = checkSpec(raw, {
    isTool: () => true,
    isCapability: () => true,
    isTaken: () => false,
  });
  if ('spec' in checked) return [];
  return checked.issues.filter(({ code }) => !matterOfStyle.has(code)).map(({ code, path }) => `${code} at ${path}`);
}

interface Stored {
  readonly records: SpecRecord[];
  readonly refused: { readonly cluster_id: string; readonly reason: string }[];
}

async function storeProposals(
  deps: SpecDeps,
  stage: Stage,
  clusteringId: string,
  context: WorkContext,
): Promise<Stored> {
  const used = new Set<string>();
  const seen = new Map<string, string>();
  const stored: Stored = { records: [], refused: [] };
  for (const proposal of stage.outcome.proposals) {
    throwIfCancelled(context.signal);
    const generator = stage.generatorOf.get(proposal) ?? 'agent';
    const faults = generator === 'induction' ? faultsOf(proposal.spec) : [];
    if (faults.length > 0) {
      const reason = `the spec ${proposal.spec.name} is refused: ${faults.slice(0, 3).join('; ')}`;
      stored.refused.push({ cluster_id: proposal.clusterId ?? '', reason });
      continue;
    }
    const content = canonicalJson([proposal.spec, proposal.pattern?.code ?? null]);
    const twin = seen.get(content);
    if (twin !== undefined) {
      stored.refused.push({ cluster_id: proposal.clusterId ?? '', reason: `it calls for the same as ${twin}` });
      continue;
    }
    const name = freeInBatch(proposal.spec.name, used);
    used.add(name);
    seen.set(content, name);
    const record = await storeSpec(deps, {
      spec: { ...proposal.spec, name },
      hiddenTests: generator === 'induction' ? proposal.hiddenTests : null,
      generator,
      clusterId: proposal.clusterId,
      clusteringId,
      authorSawAll: false,
    });
    if (proposal.pattern) await deps.store.specs.putPatterns([{ ...proposal.pattern, spec_id: record.spec_id }]);
    stored.records.push(record);
  }
  return stored;
}

function summaryOf(record: SpecRecord): ProposeSpecOutput['specs'][number] {
  const { name, kind, summary } = record.spec;
  return { spec_id: record.spec_id, name, kind, summary, ...(record.cluster_id && { cluster_id: record.cluster_id }) };
}

function statusOf(records: readonly SpecRecord[], outcome: ProposeOutcome): ProposeSpecOutput['status'] {
  if (records.length > 0) return 'proposed';
  if (outcome.brief) return 'brief';
  return outcome.status === 'invalid' ? 'invalid' : 'skipped';
}

/** A spec that the caller wrote, for a cluster where it names one: so the capability leads back to its logs. */
async function proposeOwn(deps: SpecDeps, raw: JsonObject, target: Target | null): Promise<ProposeSpecOutput> {
  const nothing = { specs: [], issues: [], skipped: [], generator: 'agent' };
  const skip = skipReasonOf(raw);
  if (skip !== undefined)
    return { ...nothing, status: 'skipped', skipped: [{ cluster_id: target?.clusterId ?? '', reason: skip }] };
  const draftOf = (spec: Spec): SpecDraft => ({
    spec,
    hiddenTests: null,
    generator: 'agent',
    clusterId: target?.clusterId ?? null,
    clusteringId: target?.clusteringId ?? null,
    authorSawAll: false,
  });
  const checked = await checkHandedIn(deps, raw, {
    supersedes: null,
    isSame: async (spec, existing) => (await prepareSpec(deps, draftOf(spec))).record.spec_id === existing.spec_id,
  });
  if ('issues' in checked) return { ...nothing, status: 'invalid', issues: [...checked.issues] };
  const record = await storeSpec(deps, draftOf(checked.spec));
  return { ...nothing, status: 'proposed', specs: [summaryOf(record)], spec: { ...record.spec } };
}

/** @throws FoundryError invalid_input, not_found, needs_setup, upstream, timeout, budget_exceeded, cancelled */
export async function proposeSpec(
  deps: SpecDeps,
  input: ProposeSpecInput,
  context: WorkContext,
): Promise<ProposeSpecOutput> {
  const places = [input.cluster_id, input.clustering_id].filter((value) => value !== undefined);
  const ownForClustering = input.spec !== undefined && input.clustering_id !== undefined;
  if (places.length > 1 || (places.length === 0 && input.spec === undefined) || ownForClustering) {
    throw new FoundryError(
      'invalid_input',
      'propose_spec takes exactly one of cluster_id, clustering_id and spec.',
      'For example { "clustering_id": "..." } for specs from recorded work, or { "spec": { ... } } to hand in your own (with the cluster_id that it is for, if there is one).',
    );
  }
  if (input.spec !== undefined) {
    return proposeOwn(deps, input.spec, input.cluster_id === undefined ? null : await findTarget(deps, input));
  }
  const generator = input.generator ?? deps.config.generator;
  if (generator !== 'auto') pickGenerator(deps, generator);
  const target = await findTarget(deps, input);
  const request: ProposeRequest = {
    ...target,
    templateMode: input.template_mode ?? 'none',
    sampleSize: input.sample_size ?? defaultSampleSize,
    maxTests: input.max_tests ?? defaultMaxTests,
    maxClusters: input.max_clusters ?? null,
    retries: input.retries ?? defaultRetries,
  };
  const stage = await proposeBy(deps, generator, request, context);
  const { outcome } = stage;
  const { records, refused } = await storeProposals(deps, stage, target.clusteringId, context);
  const issues: SpecIssue[] = outcome.issues.slice(0, mostIssues);
  return {
    status: statusOf(records, outcome),
    specs: records.map(summaryOf),
    ...(records[0] && { spec: { ...records[0].spec } }),
    issues,
    ...(outcome.brief && { brief: outcome.brief }),
    skipped: [...outcome.skipped.map(({ cluster_id, reason }) => ({ cluster_id, reason })), ...refused],
    ...(outcome.templates && {
      templates: outcome.templates.map(({ cluster_id, template }) => ({ ...(cluster_id && { cluster_id }), template })),
    }),
    ...(outcome.compression && { compression: outcome.compression }),
    generator: stage.generator,
  };
}
