import { throwIfCancelled } from '../errors.js';
import { hashOf } from '../hash.js';
import type { Logger } from '../log.js';
import { answerFromCache, type CallLogDeps, type Question, sendAndLog } from './chat/call-log.js';
import { checkBudget } from './chat/cost.js';
import { createEndpoint, type Dialect, type Endpoint, type Failure, openaiBaseUrl } from './chat/endpoint.js';
import { failureError } from './chat/failure.js';
import { cancelled, pause, type RetryPolicy, retryDelay } from './chat/retry.js';
import type { ChatAnswer, ChatModel } from './model.js';

export interface ChatDeps extends CallLogDeps {
  readonly log: Logger;
  /** Milliseconds before the first retry (500), and the longest wait (30,000). */
  readonly retry?: { readonly baseMs?: number; readonly capMs?: number };
}

const defaultTimeoutMs = 60_000;
const defaultRetries = 3;

/** What the calls to one endpoint share: `dialect` is what its refusals have taught so far. */
interface Session {
  readonly deps: ChatDeps;
  readonly policy: RetryPolicy;
  readonly endpoint: Endpoint;
  dialect: Dialect;
}

function firstDialect(baseUrl: string | undefined): Dialect {
  // OpenAI's newer models refuse max_tokens; most compatible servers know nothing else.
  const own = baseUrl === undefined || baseUrl.startsWith(openaiBaseUrl);
  return { format: 'json_schema', tokenField: own ? 'max_completion_tokens' : 'max_tokens' };
}

/** The next thing to try with an endpoint that does not know a parameter; undefined where there is nothing left. */
function weaker(dialect: Dialect, kind: Failure['kind'], tokenFieldChanged: boolean): Dialect | undefined {
  if (kind === 'no_response_format') {
    if (dialect.format === 'json_schema') return { ...dialect, format: 'json_object' };
    if (dialect.format === 'json_object') return { ...dialect, format: 'plain' };
  }
  if (kind === 'other_token_field' && !tokenFieldChanged) {
    return { ...dialect, tokenField: dialect.tokenField === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens' };
  }
  return undefined;
}

async function ask(session: Session, question: Question, signal: AbortSignal): Promise<ChatAnswer> {
  const { deps, policy } = session;
  const { request, model } = question;
  let tokenFieldChanged = false;
  let timeouts = 0;
  for (let tries = 1; ; ) {
    await checkBudget(deps.config, model, deps.store.modelCalls);
    const dialect = session.dialect;
    const outcome = await sendAndLog(deps, question, () => session.endpoint.send(request, dialect, signal));
    if (outcome.ok) {
      const { text, refusal } = outcome.completion;
      return { text, cached: false, model, ...(refusal && { refusal }) };
    }
    if (outcome.kind === 'cancelled') throw cancelled();
    const next = weaker(dialect, outcome.kind, tokenFieldChanged);
    if (next) {
      tokenFieldChanged ||= outcome.kind === 'other_token_field';
      session.dialect = next;
      continue;
    }
    if (outcome.kind === 'timeout') timeouts += 1;
    // An endpoint that stalled twice is stalled: waiting on would make every cluster cost minutes.
    const retryable = outcome.kind === 'retry' || (outcome.kind === 'timeout' && timeouts < 2);
    if (!retryable || tries > policy.maxRetries) throw failureError(outcome, tries);
    const waitMs = retryDelay(policy, tries, outcome.retryAfterMs);
    deps.log.warn('chat_retry', { stage: request.stage, tries, reason: outcome.detail, wait_ms: waitMs });
    await pause(waitMs, signal);
    tries += 1;
  }
}

/**
 * Chat completions with retries, a response cache, a usage log and a budget.
 * Every request that goes out is one row of the log, failed ones too; an answer is never asked for twice.
 * undefined where no chat model is configured.
 */
export function createChatModel(deps: ChatDeps): ChatModel | undefined {
  const { chatModel: model, openaiApiKey: apiKey, openaiBaseUrl: baseUrl, file } = deps.config;
  if (model === undefined || (apiKey === undefined && baseUrl === undefined)) return undefined;
  const session: Session = {
    deps,
    policy: {
      maxRetries: file.models?.max_retries ?? defaultRetries,
      baseMs: deps.retry?.baseMs ?? 500,
      capMs: deps.retry?.capMs ?? 30_000,
    },
    endpoint: createEndpoint({
      apiKey,
      baseUrl,
      model,
      timeoutMs: file.models?.timeout_ms ?? defaultTimeoutMs,
      now: () => Date.parse(deps.clock.now()),
    }),
    dialect: firstDialect(baseUrl),
  };
  return {
    model,
    async chat(request, signal) {
      throwIfCancelled(signal);
      const { messages, schema, maxTokens } = request;
      // The question and where it goes; how the endpoint wants it put is not part of it.
      const requestHash = hashOf({ base_url: baseUrl ?? null, model, messages, schema, max_tokens: maxTokens });
      const question = { request, requestHash, model };
      return (await answerFromCache(deps, question)) ?? ask(session, question, signal);
    },
  };
}
