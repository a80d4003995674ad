import type { Config } from '../config.js';
import type { Clock } from '../context.js';
import { FoundryError } from '../errors.js';
import type { Logger } from '../log.js';
import type { Store } from '../store.js';
import { createCachedEmbedder } from './embedding/cached.js';
import { createLocalModel, type LocalModel } from './embedding/local.js';
import { createOpenaiSource } from './embedding/openai.js';
import { fullModelLimit } from './embedding/recipe.js';
import type { Embedder } from './model.js';

export interface EmbedderDeps {
  readonly config: Config;
  readonly store: Pick<Store, 'embeddings'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** The offline model, where others use it as well; the embedder closes it. */
  readonly local?: LocalModel;
  /** Milliseconds before the first retry of an endpoint (500), and the longest wait (30,000). */
  readonly retry?: { readonly baseMs?: number; readonly capMs?: number };
}

const defaultModel = 'text-embedding-3-small';
const defaultTimeoutMs = 60_000;
const defaultRetries = 3;

/**
 * The configured embedder; nothing is loaded before the first text. `local`: the offline model in full, on a thread of its
 * own; large sets get its static recipe by `forSet`. `openai`: an OpenAI-compatible endpoint.
 */
export function createEmbedder(deps: EmbedderDeps): Embedder {
  return deps.config.embeddings === 'openai' ? openaiEmbedder(deps) : localEmbedder(deps);
}

function localEmbedder({ store, log, local = createLocalModel(log) }: EmbedderDeps): Embedder {
  const full = createCachedEmbedder(local.source('full'), store.embeddings);
  const fast = createCachedEmbedder(local.source('static'), store.embeddings);
  return { ...full, forSet: (count) => (count > fullModelLimit ? fast : full), close: () => local.close() };
}

function openaiEmbedder({ config, store, log, retry }: EmbedderDeps): Embedder {
  const { openaiApiKey: apiKey, openaiBaseUrl: baseUrl, file } = config;
  if (apiKey === undefined && baseUrl === undefined) {
    const missing = async (): Promise<never> => {
      throw new FoundryError(
        'needs_setup',
        'Embeddings are set to openai, but there is neither a key nor an address.',
        'Set OPENAI_API_KEY or OPENAI_BASE_URL, or FOUNDRY_EMBEDDINGS=local, which needs neither.',
      );
    };
    return { model: 'openai/none', dimensions: 0, embed: missing };
  }
  const source = createOpenaiSource({
    apiKey,
    baseUrl,
    model: config.embedModel ?? defaultModel,
    timeoutMs: file.models?.timeout_ms ?? defaultTimeoutMs,
    retry: {
      maxRetries: file.models?.max_retries ?? defaultRetries,
      baseMs: retry?.baseMs ?? 500,
      capMs: retry?.capMs ?? 30_000,
    },
    log,
  });
  return createCachedEmbedder(source, store.embeddings);
}
