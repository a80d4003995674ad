import type { Worker } from 'node:worker_threads';
import { FoundryError, throwIfCancelled } from '../../errors.js';
import type { Logger } from '../../log.js';
import { startWorker } from '../../workers.js';
import { localDimensions, localModels, type Recipe, type VectorSource } from './recipe.js';

export interface EngineRequest {
  readonly id: number;
  readonly recipe: Recipe;
  readonly texts: readonly string[];
}

export type EngineAnswer =
  | { readonly id: number; readonly rows: Float32Array }
  | { readonly id: number; readonly error: string };

/** The offline model on a thread of its own, started by the first text. */
export interface LocalModel {
  source(recipe: Recipe): VectorSource;
  /** What is under way fails with `cancelled`. */
  close(): Promise<void>;
}

interface Waiting {
  resolve(rows: Float32Array): void;
  reject(error: FoundryError): void;
}

/** Texts handed to the worker at a time: small enough to stop soon, large enough to sort by length. */
const chunks: Readonly<Record<Recipe, number>> = { full: 32, static: 2_000 };

const closedError = (): FoundryError =>
  new FoundryError('cancelled', 'The embedding model was closed.', 'Start the server again.');

export function createLocalModel(log: Logger): LocalModel {
  let worker: Worker | undefined;
  let closed = false;
  let nextId = 0;
  const waiting = new Map<number, Waiting>();

  const failAll = (error: FoundryError): void => {
    for (const one of waiting.values()) one.reject(error);
    waiting.clear();
  };
  const failed = (detail: string): FoundryError => {
    log.error('embedding_failed', { detail });
    return new FoundryError(
      'internal',
      'The offline embedding model failed.',
      'Reinstall the package if this repeats, or set FOUNDRY_EMBEDDINGS=openai; the log on stderr has the details.',
    );
  };
  const settle = (answer: EngineAnswer): void => {
    const one = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (waiting.size === 0) worker?.unref();
    if ('rows' in answer) one?.resolve(answer.rows);
    else one?.reject(failed(answer.error));
  };
  const start = (): Worker => {
    const started = startWorker(new URL('./worker.js', import.meta.url));
    const ended = (detail: string): void => {
      if (worker !== started) return;
      worker = undefined;
      failAll(failed(detail));
    };
    started.on('message', settle);
    started.on('error', (error) => ended(error instanceof Error ? error.message : String(error)));
    started.on('exit', (code) => ended(`the worker ended with code ${code}`));
    return started;
  };

  const ask = (recipe: Recipe, texts: readonly string[], signal: AbortSignal): Promise<Float32Array> => {
    throwIfCancelled(signal);
    if (closed) throw closedError();
    worker ??= start();
    worker.ref();
    const id = nextId;
    nextId += 1;
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        waiting.delete(id);
        if (waiting.size === 0) worker?.unref();
        reject(new FoundryError('cancelled', 'The work was cancelled.', 'Start it again; what was finished is kept.'));
      };
      const settled = (): void => signal.removeEventListener('abort', abort);
      signal.addEventListener('abort', abort, { once: true });
      waiting.set(id, {
        resolve: (rows) => {
          settled();
          resolve(rows);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      });
      worker?.postMessage({ id, recipe, texts } satisfies EngineRequest);
    });
  };

  return {
    source: (recipe) => ({
      model: localModels[recipe],
      dimensions: localDimensions,
      chunk: chunks[recipe],
      async vectors(texts, signal) {
        const rows = await ask(recipe, texts, signal);
        return texts.map((_, index) => rows.slice(index * localDimensions, (index + 1) * localDimensions));
      },
    }),
    async close() {
      closed = true;
      const ending = worker;
      worker = undefined;
      failAll(closedError());
      await ending?.terminate();
    },
  };
}
