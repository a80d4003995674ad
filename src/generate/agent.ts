import type { LibraryService } from '../library/service.js';
import type { NeedCluster } from '../needs/model.js';
import { deriveSpecJsonSchema } from '../specs/check.js';
import type { SpecTest } from '../specs/model.js';
import type { Store } from '../store.js';
import { codeInstructions, specInstructions } from './brief.js';
import { quoteActs, samplesOf, toolsIn } from './brief-samples.js';
import type { CodeBrief, CodeRequest, Generator, ProposeOutcome, ProposeRequest, SpecBrief } from './model.js';

export interface AgentGeneratorDeps {
  readonly store: Pick<Store, 'needs' | 'specs' | 'scores'>;
  readonly library: Pick<LibraryService, 'related'>;
}

/** Characters for all samples of a brief: with instructions and schema it stays under about 4,000 tokens. */
const sampleChars = 6_000;
const testChars = 9_000;
const mostSamples = 6;
const seed = 42;

/** The first cluster of a clustering that no spec was proposed for, and how many more wait behind it. */
async function nextCluster(
  deps: AgentGeneratorDeps,
  request: ProposeRequest,
): Promise<{ cluster: NeedCluster; others: number } | undefined> {
  if (request.clusterId !== null) {
    const cluster = await deps.store.needs.getCluster(request.clusterId);
    return cluster && { cluster, others: 0 };
  }
  const clusters = await deps.store.needs.clustersOf(request.clusteringId, request.maxClusters ?? 1000);
  const waiting: NeedCluster[] = [];
  for (const cluster of clusters) {
    const [known] = await deps.store.specs.listSpecs({ cluster_id: cluster.cluster_id }, 1);
    if (!known) waiting.push(cluster);
  }
  const [cluster] = waiting;
  return cluster && { cluster, others: waiting.length - 1 };
}

async function specBriefOf(
  deps: AgentGeneratorDeps,
  request: ProposeRequest,
  found: { cluster: NeedCluster; others: number },
): Promise<SpecBrief> {
  const { cluster, others } = found;
  const size = Math.min(request.sampleSize, mostSamples);
  const acts = await samplesOf(deps.store, cluster, { size, seed });
  const shown = quoteActs(acts, sampleChars);
  const scores = await deps.store.scores.effective([...new Set(shown.map(({ act }) => act.run_id))]);
  return {
    instructions: specInstructions(cluster, toolsIn(acts), others),
    samples: shown.map(({ act, quoted }) => ({
      untrusted: true,
      run_category: scores.get(act.run_id)?.category ?? 'not_scored',
      ...quoted,
    })),
    spec_schema: deriveSpecJsonSchema(),
    related_capabilities: await deps.library.related(`${cluster.label} ${acts[0]?.intent ?? ''}`.slice(0, 500), 5),
  };
}

async function propose(deps: AgentGeneratorDeps, request: ProposeRequest): Promise<ProposeOutcome> {
  const found = await nextCluster(deps, request);
  if (!found) return { status: 'skipped', proposals: [], issues: [], skipped: [], brief: null };
  const brief = await specBriefOf(deps, request, found);
  return { status: 'brief', proposals: [], issues: [], skipped: [], brief };
}

/** The tests that fit into a brief, in order; the first always does. */
function fittingTests(tests: readonly SpecTest[]): SpecTest[] {
  let used = 0;
  return tests.filter((test, at) => {
    used += JSON.stringify(test).length;
    return at === 0 || used <= testChars;
  });
}

function codeBriefOf(request: CodeRequest): CodeBrief {
  const { spec_id, spec } = request.record;
  const { tests, ...rest } = spec;
  const shown = fittingTests(tests);
  return {
    instructions: codeInstructions(spec_id, request.lastFailure !== null, tests.length - shown.length),
    spec: rest,
    tests: shown,
    ...(request.lastFailure !== null && { last_failure: request.lastFailure }),
  };
}

/** The generator without a model of its own: it tells the calling agent what to write and how to hand it in. */
export function createAgentGenerator(deps: AgentGeneratorDeps): Generator {
  return {
    name: 'agent',
    propose: (request) => propose(deps, request),
    generate: async (request) => ({ kind: 'brief', brief: codeBriefOf(request) }),
  };
}
