import type { APIError, OpenAI } from 'openai';
import * as z from 'zod';
import type { ChatRequest } from '../model.js';

export interface EndpointOptions {
  readonly apiKey: string | undefined;
  readonly baseUrl: string | undefined;
  readonly model: string;
  readonly timeoutMs: number;
  /** Milliseconds since 1970, to read a retry-after that is a date. */
  now(): number;
}

export interface Completion {
  readonly text: string;
  readonly refusal: boolean;
  readonly usage: { readonly prompt: number; readonly completion: number; readonly total: number } | null;
}

/** `detail` is one of ours, never the endpoint's words: those may quote the request. */
export interface Failure {
  readonly kind: 'retry' | 'timeout' | 'setup' | 'fatal' | 'no_response_format' | 'other_token_field' | 'cancelled';
  readonly detail: string;
  /** What the endpoint asked us to wait, in milliseconds. */
  readonly retryAfterMs: number | null;
}

export type SendOutcome = { readonly ok: true; readonly completion: Completion } | ({ readonly ok: false } & Failure);

/** How this endpoint wants to be spoken to; learnt from its refusals. */
export interface Dialect {
  readonly format: 'json_schema' | 'json_object' | 'plain';
  readonly tokenField: 'max_completion_tokens' | 'max_tokens';
}

export interface Endpoint {
  send(request: ChatRequest, dialect: Dialect, signal: AbortSignal): Promise<SendOutcome>;
}

export const openaiBaseUrl = 'https://api.openai.com/v1';

const count = z.number().int().min(0);
const completionSchema = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
        finish_reason: z.string().nullish(),
      }),
    )
    .min(1),
  usage: z.object({ prompt_tokens: count, completion_tokens: count }).nullish().catch(null),
});

function failed(kind: Failure['kind'], detail: string, retryAfterMs: number | null = null): SendOutcome {
  return { ok: false, kind, detail, retryAfterMs };
}

function bodyOf(model: string, request: ChatRequest, dialect: Dialect): OpenAI.ChatCompletionCreateParamsNonStreaming {
  const body: OpenAI.ChatCompletionCreateParamsNonStreaming = {
    model,
    messages: request.messages.map(({ role, content }) => ({ role, content })),
    [dialect.tokenField]: request.maxTokens,
  };
  if (request.schema === null || dialect.format === 'plain') return body;
  if (dialect.format === 'json_object') return { ...body, response_format: { type: 'json_object' } };
  // Not strict: a spec holds free-form objects (schemas, test inputs), which strict mode cannot express.
  const { name, schema } = request.schema;
  return { ...body, response_format: { type: 'json_schema', json_schema: { name, schema, strict: false } } };
}

function readCompletion(raw: unknown): SendOutcome {
  const parsed = completionSchema.safeParse(raw);
  const choice = parsed.data?.choices[0];
  if (!parsed.success || choice === undefined) return failed('retry', 'the answer is not a chat completion');
  const refused = typeof choice.message.refusal === 'string' && choice.message.refusal !== '';
  const usage = parsed.data.usage;
  return {
    ok: true,
    completion: {
      text: (refused ? choice.message.refusal : choice.message.content) ?? '',
      refusal: refused || choice.finish_reason === 'content_filter',
      usage: usage
        ? {
            prompt: usage.prompt_tokens,
            completion: usage.completion_tokens,
            total: usage.prompt_tokens + usage.completion_tokens,
          }
        : null,
    },
  };
}

/** `retry-after-ms`, or `retry-after` in seconds or as a date; null where neither says a time. */
export function retryAfterMs(headers: { get(name: string): string | null } | undefined, now: number): number | null {
  const exact = Number(headers?.get('retry-after-ms') ?? Number.NaN);
  if (Number.isFinite(exact) && exact >= 0) return exact;
  const text = headers?.get('retry-after')?.trim();
  if (!text) return null;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(text);
  return Number.isFinite(date) ? Math.max(0, date - now) : null;
}

function readApiError(error: APIError, now: number): SendOutcome {
  const status = error.status;
  if (status === undefined) return failed('retry', 'the connection failed');
  if (status === 400 || status === 422) {
    const words = `${error.param ?? ''} ${error.message}`;
    if (/response_format|json_schema|json_object|structured output/i.test(words))
      return failed('no_response_format', `http ${status}, response_format is not supported`);
    if (/max_(completion_)?tokens/i.test(words))
      return failed('other_token_field', `http ${status}, the token limit goes by another name`);
  }
  if (status === 401 || status === 403) return failed('setup', `http ${status}, the key was refused`);
  if (status === 404) return failed('setup', 'http 404, no such model or path');
  if (error.code === 'insufficient_quota') return failed('fatal', `http ${status}, the account has no quota left`);
  if (status === 408 || status === 409 || status === 429 || status >= 500)
    return failed('retry', `http ${status}`, retryAfterMs(error.headers, now));
  return failed('fatal', `http ${status}`);
}

/** Ends waiting at the deadline even while a body trickles in: the SDK's own timeout stops at the headers. */
async function within<T>(
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | 'timeout' | 'cancelled'> {
  const controller = new AbortController();
  const listeners = new AbortController();
  const ended = new Promise<'timeout' | 'cancelled'>((resolve) => {
    const timer = setTimeout(() => resolve('timeout'), ms);
    listeners.signal.addEventListener('abort', () => clearTimeout(timer));
    if (signal.aborted) resolve('cancelled');
    signal.addEventListener('abort', () => resolve('cancelled'), { signal: listeners.signal });
  });
  try {
    return await Promise.race([work(controller.signal), ended]);
  } finally {
    listeners.abort();
    controller.abort();
  }
}

/** One request at a time to an OpenAI-compatible endpoint. Never throws for what the endpoint does. */
export function createEndpoint(options: EndpointOptions): Endpoint {
  let client: { sdk: typeof import('openai'); openai: OpenAI } | undefined;
  // Loaded at the first call: a server that never asks a model starts without the SDK.
  const connect = async (): Promise<NonNullable<typeof client>> => {
    if (client) return client;
    const sdk = await import('openai');
    const openai = new sdk.OpenAI({
      apiKey: options.apiKey ?? 'none',
      baseURL: options.baseUrl ?? openaiBaseUrl,
      maxRetries: 0,
      timeout: options.timeoutMs,
      // The SDK's logger writes request bodies to stdout when OPENAI_LOG asks for it; stdout is the protocol's.
      logLevel: 'off',
    });
    client = { sdk, openai };
    return client;
  };
  return {
    async send(request, dialect, signal) {
      const { sdk, openai } = await connect();
      const body = bodyOf(options.model, request, dialect);
      try {
        const raw = await within(options.timeoutMs, signal, (inner) =>
          openai.chat.completions.create(body, { signal: inner }).then((answer) => ({ answer })),
        );
        if (raw === 'timeout') return failed('timeout', 'no answer in time');
        if (raw === 'cancelled') return failed('cancelled', 'cancelled');
        return readCompletion(raw.answer);
      } catch (error) {
        if (error instanceof sdk.APIConnectionTimeoutError) return failed('timeout', 'no answer in time');
        if (error instanceof sdk.APIError) return readApiError(error, options.now());
        return failed('retry', 'the answer could not be read');
      }
    },
  };
}
