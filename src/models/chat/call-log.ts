import type { Config } from '../../config.js';
import type { Clock } from '../../context.js';
import type { Store } from '../../store.js';
import type { ChatAnswer, ChatRequest, ModelCall } from '../model.js';
import { costOf, promptChars } from './cost.js';
import type { SendOutcome } from './endpoint.js';

export interface CallLogDeps {
  readonly config: Config;
  readonly store: Pick<Store, 'modelCalls'>;
  readonly clock: Clock;
}

/** One question, with the hash that its answer is kept under. */
export interface Question {
  readonly request: ChatRequest;
  readonly requestHash: string;
  readonly model: string;
}

/** Marks a stored answer in which the model declined. */
const refused = 'refused';

function emptyRow(question: Question, ts: string): ModelCall {
  return {
    request_hash: question.requestHash,
    ts,
    stage: question.request.stage,
    model: question.model,
    duration_sec: 0,
    prompt_tokens: null,
    completion_tokens: null,
    total_tokens: null,
    prompt_chars: promptChars(question.request),
    completion_chars: 0,
    cost_usd: null,
    cached: false,
    response: null,
    error: null,
  };
}

/** The answer given before, if there is one. It is logged as a row of zeros: the log adds up to what was really used. */
export async function answerFromCache(deps: CallLogDeps, question: Question): Promise<ChatAnswer | undefined> {
  const found = await deps.store.modelCalls.cached(question.requestHash);
  if (found === undefined || found.response === null) return undefined;
  const zeros = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, prompt_chars: 0, cost_usd: 0 };
  await deps.store.modelCalls.put({ ...emptyRow(question, deps.clock.now()), ...zeros, cached: true });
  return { text: found.response, cached: true, model: found.model, ...(found.error === refused && { refusal: true }) };
}

/** Sends, and logs what came back before anybody sees it, so that an answer outlives a crash right after it. */
export async function sendAndLog(
  deps: CallLogDeps,
  question: Question,
  send: () => Promise<SendOutcome>,
): Promise<SendOutcome> {
  const row = emptyRow(question, deps.clock.now());
  const started = deps.clock.elapsed();
  const outcome = await send();
  const timed = { ...row, duration_sec: Math.round(deps.clock.elapsed() - started) / 1000 };
  if (!outcome.ok) {
    await deps.store.modelCalls.put({ ...timed, error: outcome.detail });
    return outcome;
  }
  const { text, refusal, usage } = outcome.completion;
  await deps.store.modelCalls.put({
    ...timed,
    prompt_tokens: usage?.prompt ?? null,
    completion_tokens: usage?.completion ?? null,
    total_tokens: usage?.total ?? null,
    completion_chars: text.length,
    cost_usd: costOf(question.request, outcome.completion, deps.config.file.models?.prices?.[question.model]),
    response: text,
    error: refusal ? refused : null,
  });
  return outcome;
}
