import { throwIfCancelled } from '../errors.js';
import type { LibraryDeps } from './deps.js';

const family = 'capability';
const batch = 128;
/** Of what the index holds: as many nearest neighbours as are ever ranked. */
const maxNearest = 200;

/** The vectors of the library's current versions, made when a search first needs them. */
export interface SearchIndex {
  /** Names by nearness of meaning, best first, with the cosine. @throws whatever the embedder throws */
  nearest(query: string, signal: AbortSignal): Promise<{ name: string; score: number }[]>;
  /** Embeds what has no vector under the embedder's present model. */
  refresh(signal: AbortSignal): Promise<void>;
}

export function createSearchIndex({ store, embedder }: Pick<LibraryDeps, 'store' | 'embedder'>): SearchIndex {
  // A key names the text as well, so that a vector of an earlier version is never taken for the current one's.
  const keyOf = (entry: { name: string; text_hash: string }): string => `${entry.name}@${entry.text_hash.slice(0, 16)}`;
  const indexed = new Set<string>();
  let model = '';

  async function refresh(signal: AbortSignal): Promise<Map<string, string>> {
    if (model !== embedder.model) {
      indexed.clear();
      model = embedder.model;
    }
    const current = await store.library.textHashes();
    const absent = current.filter((entry) => !indexed.has(keyOf(entry)));
    for (let from = 0; from < absent.length; from += batch) {
      throwIfCancelled(signal);
      const part = absent.slice(from, from + batch);
      const texts = await store.library.textsOf(part.map((entry) => entry.name));
      const known = part.flatMap((entry) => {
        const text = texts.get(entry.name);
        return text === undefined ? [] : [{ key: keyOf(entry), text }];
      });
      const vectors = await embedder.embed(
        known.map((entry) => entry.text),
        signal,
      );
      const rows = known.flatMap(({ key }, at) => {
        const vector = vectors[at];
        return vector ? [[key, vector] as const] : [];
      });
      if (rows.length === 0) continue;
      await store.embeddings.index(family, model, new Map(rows));
      for (const [key] of rows) indexed.add(key);
    }
    return new Map(current.map((entry) => [keyOf(entry), entry.name]));
  }

  return {
    async refresh(signal) {
      await refresh(signal);
    },
    async nearest(query, signal) {
      const names = await refresh(signal);
      if (names.size === 0) return [];
      const [vector] = await embedder.embed([query], signal);
      if (!vector) return [];
      const found = await store.embeddings.nearest(family, model, vector, maxNearest);
      return found.flatMap(({ key, score }) => {
        const name = names.get(key);
        return name === undefined ? [] : [{ name, score }];
      });
    },
  };
}
