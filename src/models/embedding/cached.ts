import { FoundryError, throwIfCancelled } from '../../errors.js';
import { sha256 } from '../../hash.js';
import type { Embedder, EmbeddingStore } from '../model.js';
import type { VectorSource } from './recipe.js';

/**
 * An embedder over a source of vectors that asks for each text once: vectors are kept by the hash of their text, chunk by
 * chunk, so that work that was cut off goes on where it stopped.
 */
export function createCachedEmbedder(source: VectorSource, store: EmbeddingStore): Embedder {
  let kept: number | undefined;
  const lookUp = async (hashes: readonly string[]): Promise<Map<string, Float32Array>> => {
    kept ??= source.dimensions ?? (await store.dimensionsOf?.(source.model));
    return kept === undefined ? new Map() : store.get(source.model, kept, hashes);
  };

  return {
    model: source.model,
    get dimensions() {
      return source.dimensions ?? kept ?? 0;
    },
    async embed(texts, signal) {
      const hashes = texts.map((text) => sha256(text));
      const textOf = new Map(hashes.map((hash, index) => [hash, texts[index] ?? '']));
      const empty = texts.find((text) => text.trim() === '');
      if (empty !== undefined) {
        throw new FoundryError('invalid_input', 'An empty text cannot be embedded.', 'Give a text with words in it.');
      }
      const found = await lookUp([...textOf.keys()]);
      const missing = [...textOf.keys()].filter((hash) => !found.has(hash));
      for (let from = 0; from < missing.length; from += source.chunk) {
        throwIfCancelled(signal);
        const chunk = missing.slice(from, from + source.chunk);
        const fresh = await freshVectors(source, chunk, { textOf, signal });
        await store.put(source.model, source.dimensions ?? 0, fresh);
        for (const [hash, vector] of fresh) found.set(hash, vector);
      }
      return hashes.map((hash) => {
        const vector = found.get(hash);
        if (!vector) throw new Error('a text was left without a vector');
        return vector;
      });
    },
  };
}

async function freshVectors(
  source: VectorSource,
  hashes: readonly string[],
  { textOf, signal }: { textOf: ReadonlyMap<string, string>; signal: AbortSignal },
): Promise<Map<string, Float32Array>> {
  const texts = hashes.map((hash) => textOf.get(hash) ?? '');
  const vectors = await source.vectors(texts, signal);
  if (vectors.length !== texts.length) throw noVector(source, 'gave another number of vectors than of texts');
  return new Map(hashes.map((hash, index) => [hash, unit(source, vectors[index])]));
}

function unit(source: VectorSource, vector: Float32Array | undefined): Float32Array {
  if (!vector || vector.length !== source.dimensions) throw noVector(source, 'gave a vector of another dimension');
  let squares = 0;
  for (const value of vector) squares += value * value;
  const length = Math.sqrt(squares);
  if (!(length > 0 && Number.isFinite(length))) throw noVector(source, 'found nothing in a text that it could embed');
  return vector.map((value) => value / length);
}

function noVector(source: VectorSource, what: string): FoundryError {
  return new FoundryError(
    'upstream',
    `The embedding model ${source.model} ${what}.`,
    'Nothing is put in its place. Try again, or choose another embedding model.',
  );
}
