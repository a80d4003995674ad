import { throwIfCancelled } from '../errors.js';
import type { JsonObject } from '../json.js';
import type { ChatRequest } from '../models/model.js';
import type { NeedCluster } from '../needs/model.js';
import { checkSpec, deriveSpecJsonSchema, skipReasonOf } from '../specs/check.js';
import type { Spec, SpecIssue } from '../specs/model.js';
import { quoteActs, samplesOf, toolsIn } from './brief-samples.js';
import type { ProposeRequest } from './model.js';
import { readObject } from './openai-answer.js';
import type { OpenaiGeneratorDeps } from './openai-deps.js';
import { saveRaw } from './openai-raw.js';
import { specMessages, specRepair } from './templates/spec-prompt.js';

export const sampleSeed = 42;
/** Characters that the samples of one prompt may take: whole recorded answers are what tests are made of. */
export const sampleChars = 24_000;
const maxTokens = 8_000;

export type SpecOutcome =
  | { readonly kind: 'spec'; readonly spec: Spec }
  | { readonly kind: 'skipped'; readonly reason: string; readonly issues: readonly SpecIssue[] };

/** A model's spec does not see the library: what it is checked by depends on its own samples alone, and so does the result. */
function checkAnswer(value: JsonObject, tools: readonly string[]): ReturnType<typeof checkSpec> {
  return checkSpec(value, {
    isTool: (name) => tools.includes(name),
    isCapability: () => false,
    isTaken: () => false,
  });
}

/** Keeps the first tests, and the first that expects `ok` among them. */
function trimTests(spec: Spec, max: number): Spec {
  if (spec.tests.length <= max) return spec;
  const ok = spec.tests.findIndex((test) => test.expected.status === 'ok');
  const kept = spec.tests.filter((_, at) => at < max - 1 || at === Math.max(ok, max - 1));
  return { ...spec, tests: kept.slice(0, max) };
}

function unreadableIssue(message: string): SpecIssue[] {
  return [{ code: 'shape', path: '', message }];
}

function skipped(reason: string, issues: readonly SpecIssue[] = []): SpecOutcome {
  return { kind: 'skipped', reason, issues };
}

/**
 * Asks for the spec of one cluster; what is wrong with an answer is fed back, `retries` times.
 * @throws FoundryError what the chat model throws
 */
export async function askForSpec(
  deps: OpenaiGeneratorDeps,
  cluster: NeedCluster,
  request: ProposeRequest,
  options: { readonly template: JsonObject | null; readonly signal: AbortSignal },
): Promise<SpecOutcome> {
  const acts = await samplesOf(deps.store, cluster, { size: request.sampleSize, seed: sampleSeed });
  if (acts.length === 0) return skipped('the cluster has no acts');
  const tools = toolsIn(acts);
  const schema = deriveSpecJsonSchema();
  const first = specMessages({
    cluster,
    tools,
    samples: quoteActs(acts, sampleChars).map((one) => one.quoted),
    template: options.template,
    maxTests: request.maxTests,
    schema,
  });
  // Not required as a whole: a model may answer {"skip": reason}.
  const { required: _, ...answerSchema } = schema;
  let messages: ChatRequest['messages'] = first;
  let issues: readonly SpecIssue[] = [];
  for (let attempt = 0; attempt <= request.retries; attempt += 1) {
    throwIfCancelled(options.signal);
    const answer = await deps.chat.chat(
      { stage: 'spec', messages, schema: { name: 'spec', schema: answerSchema }, maxTokens },
      options.signal,
    );
    await saveRaw(deps.debugDir, `spec-${cluster.cluster_id}-${attempt + 1}`, answer.text);
    const read = readObject(answer);
    if (read.kind === 'refusal') return skipped('the model declined');
    if (read.kind === 'unreadable') issues = unreadableIssue(read.message);
    else {
      const reason = skipReasonOf(read.value);
      if (reason !== undefined) return skipped(`the model found no deterministic operation: ${reason.slice(0, 300)}`);
      const checked = checkAnswer(read.value, tools);
      if ('spec' in checked) return { kind: 'spec', spec: trimTests(checked.spec, request.maxTests) };
      issues = checked.issues;
    }
    messages = [...first, ...specRepair(answer.text, issues)];
  }
  const tries = request.retries + 1;
  const codes = [...new Set(issues.map((issue) => issue.code))].join(', ');
  return skipped(`no valid spec after ${tries} ${tries === 1 ? 'answer' : 'answers'} (${codes})`, issues);
}
