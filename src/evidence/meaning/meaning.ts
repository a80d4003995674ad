import { setTimeout as wait } from 'node:timers/promises';
import { FoundryError } from '../../errors.js';
import type { Logger } from '../../log.js';
import type { VectorSource } from '../../models/embedding/recipe.js';
import { searchableText, wordsOf } from '../text.js';
import type { MeaningStore } from './model.js';
import { quantized } from './quantize.js';
import { type Near, Vectors } from './vectors.js';

/** Records embedded at a time: a query that comes meanwhile waits for no more than these. */
const chunk = 500;
const loadedAtOnce = 20_000;
/** No more than so many are told: nobody reads further. */
const mostHits = 1_000;
/** Below this cosine two texts have nothing to do with one another: unrelated ones reach .3 (`bench/evidence`). */
const minMeaning = 0.4;

export interface MeaningDeps {
  readonly store: MeaningStore;
  /** vectors of texts, made on this machine */
  readonly source: VectorSource;
  /** what is taken from a vector before it is compared */
  readonly prepare: (vector: Float32Array) => Float32Array;
  readonly log: Logger;
}

/** Records by what they mean. Vectors are made in the background once somebody searches, and kept. */
export interface Meaning {
  /** Goes on making vectors and waits for them, but no longer than so many milliseconds. @returns records done so far */
  advance(waitMs: number): Promise<number>;
  /**
   * The vector of a query; zero where nothing can be made of it.
   * @throws FoundryError internal, cancelled
   */
  vectorOf(query: string, signal: AbortSignal): Promise<Float32Array>;
  /**
   * Records near to a vector, nearest first.
   * @param among only these places, in ascending order
   */
  nearest(vector: Float32Array, among?: readonly number[]): Promise<Near[]>;
  close(): Promise<void>;
}

/** A query that holds a word: codes and numbers mean nothing, and are found as they stand. */
export function hasWords(query: string): boolean {
  return /(?<![\p{L}\p{N}_])(?=[\p{L}'-]*[aeiouy])[\p{L}'-]{3,}(?![\p{L}\p{N}_])/iu.test(query.normalize('NFD'));
}

export function createMeaning({ store, source, prepare, log }: MeaningDeps): Meaning {
  const model = `${source.model}+bytes@1`;
  const stop = new AbortController();
  let working: Promise<void> | undefined;
  let loaded: { readonly vectors: Vectors; readonly epoch: number } | undefined;
  let loading: Promise<unknown> = Promise.resolve();

  async function work(): Promise<void> {
    while (!stop.signal.aborted) {
      const records = await store.pending(model, chunk);
      if (records.length === 0) return;
      const texts = records.map(({ record }) => wordsOf(searchableText(record)));
      const vectors = await source.vectors(texts, stop.signal);
      await store.put(
        model,
        records.flatMap(({ seq, record }, at) => {
          const vector = vectors[at];
          return vector ? [{ seq, evidenceId: record.evidence_id, vector: quantized(prepare(vector)) }] : [];
        }),
      );
    }
  }

  /** Reads what is new since the last search. */
  async function load(): Promise<Vectors> {
    const { epoch } = await store.state(model);
    if (loaded?.epoch !== epoch) loaded = { vectors: new Vectors(source.dimensions ?? 0), epoch };
    const { vectors } = loaded;
    while (true) {
      const more = await store.vectors(model, vectors.last, loadedAtOnce);
      vectors.add(more);
      if (more.length < loadedAtOnce) return vectors;
    }
  }

  /** One search after the other: two that read at once would each add what they read. */
  function loadInTurn(): Promise<Vectors> {
    const turn = loading.then(load);
    loading = turn.catch(() => undefined);
    return turn;
  }

  return {
    async advance(waitMs) {
      working ??= work()
        .catch((error: unknown) => {
          if (!stop.signal.aborted) {
            const reason = error instanceof FoundryError ? error.code : log.report(error, 'search_evidence');
            log.warn('evidence_vectors_stopped', { reason });
          }
        })
        .finally(() => {
          working = undefined;
        });
      const enough = new AbortController();
      await Promise.race([working, wait(waitMs, undefined, { signal: enough.signal }).catch(() => undefined)]);
      enough.abort();
      return (await store.state(model)).done;
    },
    async vectorOf(query, signal) {
      const [vector] = await source.vectors([wordsOf(query)], signal);
      return prepare(vector ?? new Float32Array(0));
    },
    async nearest(vector, among) {
      const vectors = await loadInTurn();
      if (vectors.count === 0 || vector.every((value) => value === 0)) return [];
      return vectors.nearest(vector, { limit: mostHits, least: minMeaning, among });
    },
    async close() {
      stop.abort();
      await working;
    },
  };
}
