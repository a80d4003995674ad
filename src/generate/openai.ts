import type { WorkContext } from '../context.js';
import type { JsonObject } from '../json.js';
import type { NeedCluster } from '../needs/model.js';
import type { SpecIssue } from '../specs/model.js';
import { quoteActs, samplesOf } from './brief-samples.js';
import type { CodeOutcome, CodeRequest, Generator, Proposal, ProposeOutcome, ProposeRequest } from './model.js';
import { readCode, readObject } from './openai-answer.js';
import { eachCluster } from './openai-clusters.js';
import type { OpenaiGeneratorDeps } from './openai-deps.js';
import { saveRaw } from './openai-raw.js';
import { askForSpec, type SpecOutcome, sampleChars, sampleSeed } from './openai-spec.js';
import { codeMessages, codeSchema } from './templates/code-prompt.js';
import { templateMessages, templateSchema } from './templates/template-prompt.js';

export type { OpenaiGeneratorDeps } from './openai-deps.js';

const templateTokens = 3_000;
const codeTokens = 8_000;
const defaultConcurrency = 2;
const mostClusters = 10_000;

async function clustersFor(deps: OpenaiGeneratorDeps, request: ProposeRequest): Promise<NeedCluster[]> {
  if (request.clusterId !== null) {
    const cluster = await deps.store.needs.getCluster(request.clusterId);
    return cluster ? [cluster] : [];
  }
  const all = await deps.store.needs.clustersOf(request.clusteringId, mostClusters);
  const wanted = request.clusterIds && new Set(request.clusterIds);
  const chosen = wanted ? all.filter(({ cluster_id }) => wanted.has(cluster_id)) : all;
  return request.maxClusters === null ? chosen : chosen.slice(0, request.maxClusters);
}

/** A template; null where the model gave none that can be read: specs are then asked for without. */
async function askForTemplate(
  deps: OpenaiGeneratorDeps,
  question: { clusters: readonly NeedCluster[]; samples: readonly JsonObject[]; name: string },
  signal: AbortSignal,
): Promise<JsonObject | null> {
  const answer = await deps.chat.chat(
    {
      stage: 'spec_template',
      messages: templateMessages(question.clusters, question.samples),
      schema: { name: 'spec_template', schema: templateSchema },
      maxTokens: templateTokens,
    },
    signal,
  );
  await saveRaw(deps.debugDir, `template-${question.name}`, answer.text);
  const read = readObject(answer);
  return read.kind === 'value' ? read.value : null;
}

/** One call over the whole clustering, whichever of its clusters are asked about: the question is always the same. */
async function globalTemplate(
  deps: OpenaiGeneratorDeps,
  request: ProposeRequest,
  signal: AbortSignal,
): Promise<JsonObject | null> {
  const clusters = await deps.store.needs.clustersOf(request.clusteringId, mostClusters);
  return askForTemplate(deps, { clusters, samples: [], name: 'global' }, signal);
}

async function clusterTemplate(
  deps: OpenaiGeneratorDeps,
  cluster: NeedCluster,
  request: ProposeRequest,
  signal: AbortSignal,
): Promise<JsonObject | null> {
  const acts = await samplesOf(deps.store, cluster, { size: request.sampleSize, seed: sampleSeed });
  const samples = quoteActs(acts, sampleChars).map((one) => one.quoted);
  return askForTemplate(deps, { clusters: [cluster], samples, name: cluster.cluster_id }, signal);
}

interface ClusterResult {
  readonly outcome: SpecOutcome;
  readonly template: JsonObject | null;
}

function statusOf(proposals: readonly Proposal[], issues: readonly SpecIssue[]): ProposeOutcome['status'] {
  if (proposals.length > 0) return 'proposed';
  return issues.length > 0 ? 'invalid' : 'skipped';
}

async function propose(
  deps: OpenaiGeneratorDeps,
  request: ProposeRequest,
  context: WorkContext,
): Promise<ProposeOutcome> {
  const clusters = await clustersFor(deps, request);
  const shared = request.templateMode === 'global' ? await globalTemplate(deps, request, context.signal) : null;
  let done = 0;
  const results = await eachCluster(
    clusters,
    { concurrency: deps.concurrency ?? defaultConcurrency, signal: context.signal },
    async (cluster, signal): Promise<ClusterResult> => {
      const own = request.templateMode === 'per_cluster' ? await clusterTemplate(deps, cluster, request, signal) : null;
      const outcome = await askForSpec(deps, cluster, request, { template: own ?? shared, signal });
      done += 1;
      context.progress(done, clusters.length, cluster.cluster_id);
      return { outcome, template: own };
    },
  );
  const proposals: Proposal[] = [];
  const skipped: { cluster_id: string; reason: string }[] = [];
  const issues: SpecIssue[] = [];
  const templates: { cluster_id: string | null; template: JsonObject }[] = [];
  if (shared) templates.push({ cluster_id: null, template: shared });
  for (const [at, { cluster_id }] of clusters.entries()) {
    const result = results[at];
    if (result === undefined) continue;
    if ('failed' in result) {
      skipped.push({ cluster_id, reason: `${result.failed.code}: ${result.failed.message}` });
      continue;
    }
    if (result.template) templates.push({ cluster_id, template: result.template });
    if (result.outcome.kind === 'spec')
      proposals.push({ spec: result.outcome.spec, clusterId: cluster_id, hiddenTests: [], pattern: null });
    else {
      skipped.push({ cluster_id, reason: result.outcome.reason });
      issues.push(...result.outcome.issues);
    }
  }
  return {
    status: statusOf(proposals, issues),
    proposals,
    issues,
    skipped,
    brief: null,
    ...(templates.length > 0 && { templates }),
  };
}

async function generate(deps: OpenaiGeneratorDeps, request: CodeRequest, context: WorkContext): Promise<CodeOutcome> {
  const { record, attempt, lastCode, lastFailure } = request;
  const last = lastFailure === null ? null : { code: lastCode, failure: lastFailure };
  const answer = await deps.chat.chat(
    {
      stage: 'code',
      messages: codeMessages(record.spec, attempt, last),
      schema: { name: 'code', schema: codeSchema },
      maxTokens: codeTokens,
    },
    context.signal,
  );
  await saveRaw(deps.debugDir, `code-${record.spec_id}-${attempt}`, answer.text);
  const read = readCode(answer);
  if (read.kind === 'value') return { kind: 'code', code: read.value, language: 'typescript' };
  if (read.kind === 'refusal') return { kind: 'none', reason: 'the model declined to write the code' };
  return { kind: 'none', reason: read.message, retry: true };
}

/**
 * Asks an OpenAI-compatible endpoint. Its questions depend on the recorded acts and the settings alone, never on the
 * state of the library, so that the same work done again is answered from the cache.
 */
export function createOpenaiGenerator(deps: OpenaiGeneratorDeps): Generator {
  return {
    name: 'openai',
    propose: (request, context) => propose(deps, request, context),
    generate: (request, context) => generate(deps, request, context),
  };
}
