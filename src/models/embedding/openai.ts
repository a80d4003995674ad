import type { APIError, OpenAI } from 'openai';
import * as z from 'zod';
import { FoundryError, throwIfCancelled } from '../../errors.js';
import type { Logger } from '../../log.js';
import { retryAfterMs } from '../chat/endpoint.js';
import { cancelled, pause, type RetryPolicy, retryDelay } from '../chat/retry.js';
import type { VectorSource } from './recipe.js';

export interface OpenaiEmbeddingOptions {
  readonly apiKey: string | undefined;
  readonly baseUrl: string | undefined;
  readonly model: string;
  readonly timeoutMs: number;
  readonly retry: RetryPolicy;
  readonly log: Logger;
}

const openaiBaseUrl = 'https://api.openai.com/v1';

/** Texts in one request: OpenAI takes up to 2,048, other servers far fewer. */
const batch = 96;

/** Dimensions of OpenAI's own models; of any other model the first answer tells. */
const knownDimensions: Readonly<Record<string, number>> = {
  'text-embedding-3-small': 1536,
  'text-embedding-3-large': 3072,
  'text-embedding-ada-002': 1536,
};

const answerSchema = z.object({
  data: z.array(z.object({ index: z.int().min(0), embedding: z.array(z.number()).min(1) })),
});

interface Failed {
  readonly error: FoundryError;
  readonly retry: boolean;
  readonly waitMs: number | null;
}

/** Embeddings of an OpenAI-compatible endpoint. The same model name at another address is another model. */
export function createOpenaiSource(options: OpenaiEmbeddingOptions): VectorSource {
  let client: Promise<{ sdk: typeof import('openai'); openai: OpenAI }> | undefined;
  let dimensions = knownDimensions[options.model];
  const connect = async (): Promise<{ sdk: typeof import('openai'); openai: OpenAI }> => {
    const sdk = await import('openai');
    const { apiKey = 'none', baseUrl = openaiBaseUrl, timeoutMs } = options;
    // The SDK's logger writes request bodies to stdout when OPENAI_LOG asks for it; stdout is the protocol's.
    const openai = new sdk.OpenAI({ apiKey, baseURL: baseUrl, maxRetries: 0, timeout: timeoutMs, logLevel: 'off' });
    return { sdk, openai };
  };

  const send = async (texts: readonly string[], signal: AbortSignal): Promise<Float32Array[] | Failed> => {
    client ??= connect();
    const { sdk, openai } = await client;
    const deadline = AbortSignal.timeout(options.timeoutMs);
    try {
      const answer = await openai.embeddings.create(
        { model: options.model, input: [...texts], encoding_format: 'float' },
        { signal: AbortSignal.any([signal, deadline]) },
      );
      return readAnswer(answer, texts.length);
    } catch (error) {
      if (signal.aborted) throw cancelled();
      if (deadline.aborted || error instanceof sdk.APIConnectionTimeoutError) return stalled();
      return error instanceof sdk.APIError ? refused(error) : unreadable();
    }
  };

  return {
    model: modelName(options),
    chunk: batch,
    get dimensions() {
      return dimensions;
    },
    async vectors(texts, signal) {
      for (let tries = 1; ; tries += 1) {
        throwIfCancelled(signal);
        const outcome = await send(texts, signal);
        if (Array.isArray(outcome)) {
          dimensions ??= outcome[0]?.length;
          return outcome;
        }
        if (!outcome.retry || tries > options.retry.maxRetries) throw outcome.error;
        const waitMs = retryDelay(options.retry, tries, outcome.waitMs);
        options.log.warn('embedding_retry', { tries, reason: outcome.error.message, wait_ms: waitMs });
        await pause(waitMs, signal);
      }
    },
  };
}

function modelName({ model, baseUrl }: OpenaiEmbeddingOptions): string {
  if (baseUrl === undefined || baseUrl.startsWith(openaiBaseUrl)) return `openai/${model}`;
  const { host, pathname } = new URL(baseUrl);
  return `${host}${pathname.replace(/\/+$/, '')}/${model}`;
}

function readAnswer(raw: unknown, count: number): Float32Array[] | Failed {
  const parsed = answerSchema.safeParse(raw);
  if (!parsed.success || parsed.data.data.length !== count) return unreadable();
  const byIndex = [...parsed.data.data].sort((a, b) => a.index - b.index);
  if (byIndex.some((row, index) => row.index !== index)) return unreadable();
  return byIndex.map((row) => Float32Array.from(row.embedding));
}

const later = 'Start the same work again later; vectors so far are kept. FOUNDRY_EMBEDDINGS=local needs no endpoint.';

function unreadable(): Failed {
  const error = new FoundryError('upstream', 'The embedding endpoint gave something else than embeddings.', later);
  return { error, retry: true, waitMs: null };
}

function stalled(): Failed {
  const error = new FoundryError('timeout', 'The embedding endpoint gave no answer in time.', later);
  return { error, retry: true, waitMs: null };
}

/** Our own words only: the endpoint's may hold keys or the texts. */
function refused(cause: APIError): Failed {
  const { status } = cause;
  if (status === 401 || status === 403 || status === 404) {
    const error = new FoundryError(
      'needs_setup',
      `The embedding endpoint refused the request (http ${status}).`,
      'Check OPENAI_API_KEY, OPENAI_BASE_URL and FOUNDRY_EMBED_MODEL, or set FOUNDRY_EMBEDDINGS=local.',
    );
    return { error, retry: false, waitMs: null };
  }
  const detail = status === undefined ? 'the connection failed' : `http ${status}`;
  return {
    error: new FoundryError('upstream', `The embedding endpoint failed (${detail}).`, later),
    retry: status === undefined || status === 408 || status === 409 || status === 429 || status >= 500,
    waitMs: retryAfterMs(cause.headers, Date.now()),
  };
}
