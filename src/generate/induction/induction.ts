import { effectOfAnnotations } from '../../bridge/effects.js';
import type { WorkContext } from '../../context.js';
import { FoundryError } from '../../errors.js';
import type { RunTrace } from '../../evidence/model.js';
import { contentId, hashOf } from '../../hash.js';
import type { ScoringService } from '../../scoring/service.js';
import type { Store } from '../../store.js';
import type { Compression, Generator, Proposal, ProposeOutcome, ProposeRequest } from '../model.js';
import { clusterOf, clusterView, whyNone } from './belonging.js';
import { callCost, programSize, savedBy } from './choose.js';
import { type CorpusRun, corpusOf, rejectedOf } from './corpus.js';
import { induce } from './induce.js';
import { type WrittenSkill, writeSkills } from './spec-of.js';
import { type DeclaredTool, toolSchemas } from './tool-words.js';

export interface InductionDeps {
  readonly store: Store;
  readonly scoring: ScoringService;
  /** true where a tool changes state: by its server's annotations, else by the verb of its name */
  readonly isDestructive: (tool: string) => Promise<boolean>;
}

/** What one induction gave: kept by corpus, so that asking for one cluster after another learns once. */
interface Learnt {
  readonly compression: Compression;
  readonly proposals: readonly Proposal[];
  readonly skipped: readonly { cluster_id: string; reason: string }[];
}

const batch = 50;
const keptResults = 4;
const maxClusters = 100_000;

interface Corpus {
  /** of the accepted runs, in order */
  readonly sources: readonly string[];
  readonly accepted: readonly CorpusRun[];
  readonly rejected: readonly CorpusRun[];
}

interface Known extends Corpus {
  readonly declared: readonly DeclaredTool[];
}

/** The accepted and the rejected runs behind a clustering; runs without a score are scored on the way. */
async function loadCorpus(deps: InductionDeps, runIds: readonly string[], context: WorkContext): Promise<Corpus> {
  const accepted: CorpusRun[] = [];
  const rejected: CorpusRun[] = [];
  const sources = new Set<string>();
  for (let at = 0; at < runIds.length; at += batch) {
    context.signal.throwIfAborted();
    context.progress(at, runIds.length, 'reading runs');
    const traces: RunTrace[] = [];
    for (const runId of runIds.slice(at, at + batch)) {
      const trace = await deps.store.evidence.getTrace(runId);
      if (trace) traces.push(trace);
    }
    const scores = await deps.scoring.scoresOf(traces, context);
    const learntFrom = corpusOf(traces, scores);
    const ids = new Set(learntFrom.map((one) => one.runId));
    for (const { run } of traces) if (ids.has(run.run_id)) sources.add(run.source);
    accepted.push(...learntFrom);
    rejected.push(...rejectedOf(traces, scores));
  }
  return { accepted, rejected, sources: [...sources].sort() };
}

function toolsOf(corpus: readonly CorpusRun[]): string[] {
  return [...new Set(corpus.flatMap((run) => run.calls.map((call) => call.tool)))].sort();
}

/** What the sources of the accepted runs define their tools by. */
async function declaredTools(deps: InductionDeps, { accepted, sources }: Corpus): Promise<DeclaredTool[]> {
  const declared: DeclaredTool[] = [];
  const tools = toolsOf(accepted);
  for (const source of sources) declared.push(...(await deps.store.evidence.declaredTools(source, tools)));
  return declared;
}

/** A recorded definition that says of its tool that it changes something counts too: the server may not be there now. */
async function destructiveTools(deps: InductionDeps, { accepted, declared }: Known): Promise<Set<string>> {
  const changing = declared.filter(({ tool }) => effectOfAnnotations(tool.annotations) === 'changes');
  const found = new Set(changing.map(({ tool }) => tool.name));
  for (const tool of toolsOf(accepted)) if (await deps.isDestructive(tool)) found.add(tool);
  return found;
}

async function learn(
  deps: InductionDeps,
  request: ProposeRequest,
  known: Known,
  context: WorkContext,
): Promise<Learnt> {
  const { signal } = context;
  const { accepted: corpus, rejected } = known;
  const changing = await destructiveTools(deps, known);
  const destructive = (tool: string) => changing.has(tool);
  const salt = await deps.store.salt();
  const progress = (done: number, total: number, message: string) => context.progress(done, total, message);
  const induced = await induce(corpus, { salt, destructive, rejected, signal, progress });
  const written = writeSkills(
    induced.skills,
    corpus.map((run) => run.request),
    { maxTests: request.maxTests, destructive, schemas: toolSchemas(known.declared) },
  );
  const view = await clusterView(deps.store, request.clusteringId, signal);
  /** The skill that each recorded call went into. */
  const covering = new Map<string, string>();
  const proposals = written.map((one): Proposal => {
    const cluster = clusterOf(one, view, destructive);
    const runs = (list: typeof one.skill.train) => [...new Set(list.map((each) => each.run.runId))].sort();
    for (const each of one.skill.own) for (const call of each.calls) covering.set(call.evidenceId, one.spec.name);
    return {
      spec: one.spec,
      clusterId: cluster,
      hiddenTests: one.hiddenTests,
      pattern: {
        pattern_id: contentId('pattern', { clustering_id: request.clusteringId, code: one.code, spec: one.spec }),
        clustering_id: request.clusteringId,
        cluster_id: cluster,
        code: one.code,
        train_run_ids: runs(one.skill.train),
        held_out_run_ids: runs(one.skill.heldOut),
        calls_replaced: one.skill.own.reduce((sum, each) => sum + each.calls.length, 0),
        occurrences: one.skill.own.length,
        destructive_tools: one.destructiveTools,
      },
    };
  });
  const accepted = new Set(corpus.map((run) => run.runId));
  const own = new Set(proposals.map((one) => one.clusterId));
  const clusters = await deps.store.needs.clustersOf(request.clusteringId, maxClusters);
  const skipped = clusters
    .filter((one) => !own.has(one.cluster_id))
    .map((one) => ({ cluster_id: one.cluster_id, reason: whyNone(one.cluster_id, view, { accepted, covering }) }));
  return { proposals, skipped, compression: compressionOf(corpus, written) };
}

function compressionOf(corpus: readonly CorpusRun[], written: readonly WrittenSkill[]): Compression {
  const calls = corpus.flatMap((run) => run.calls);
  const before = calls.reduce((sum, call) => sum + callCost(call), 0);
  const saved = written.map((one) => [one.spec.name, savedBy(one.skill.own)] as const);
  const size = written.reduce((sum, one) => sum + programSize(one.skill.program), 0);
  return {
    runs: corpus.length,
    calls: calls.length,
    size_before: before,
    size_after: before - saved.reduce((sum, [, share]) => sum + share, 0) + size,
    shares: Object.fromEntries(saved.map(([name, share]) => [name, before === 0 ? 0 : share / before])),
  };
}

function outcomeFor(learnt: Learnt, clusterId: string | null): ProposeOutcome {
  const proposals = learnt.proposals.filter((one) => clusterId === null || one.clusterId === clusterId);
  const skipped = learnt.skipped.filter((one) => clusterId === null || one.cluster_id === clusterId);
  return {
    status: proposals.length > 0 ? 'proposed' : 'skipped',
    proposals,
    issues: [],
    skipped,
    brief: null,
    ...(clusterId === null && { compression: learnt.compression }),
  };
}

/**
 * The generator without a model: learns skills from the recorded calls of accepted runs. Specs, code and tests depend on the
 * runs, their scores, the definitions of their tools and the store's salt alone.
 */
export function createInductionGenerator(deps: InductionDeps): Generator {
  const results = new Map<string, Learnt>();

  async function learntFor(request: ProposeRequest, context: WorkContext): Promise<Learnt> {
    const clustering = await deps.store.needs.getClustering(request.clusteringId);
    if (!clustering) {
      throw new FoundryError(
        'not_found',
        `There is no clustering ${request.clusteringId}.`,
        'Make one with cluster_needs.',
      );
    }
    const runIds = [...(await deps.store.needs.runsOfMining(clustering.mining_id))].sort();
    const corpus = await loadCorpus(deps, runIds, context);
    const declared = await declaredTools(deps, corpus);
    const key = hashOf([
      request.clusteringId,
      request.maxTests,
      corpus.accepted.map((run) => run.runId),
      corpus.rejected.map((run) => run.runId),
      declared,
    ]);
    const known = results.get(key);
    if (known) return known;
    const learnt = await learn(deps, request, { ...corpus, declared }, context);
    results.set(key, learnt);
    for (const old of [...results.keys()].slice(0, -keptResults)) results.delete(old);
    return learnt;
  }

  return {
    name: 'induction',
    async propose(request, context) {
      return outcomeFor(await learntFor(request, context), request.clusterId);
    },
    async generate(request) {
      const pattern = await deps.store.specs.patternOfSpec(request.record.spec_id);
      if (!pattern) return { kind: 'none', reason: 'this spec was not induced: there is no recorded flow behind it' };
      return { kind: 'code', code: pattern.code, language: 'typescript' };
    },
  };
}
