import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSqliteStore } from '../../../db/sqlite/store.js';
import { createCachedEmbedder } from '../../../src/models/embedding/cached.js';
import type { VectorSource } from '../../../src/models/embedding/recipe.js';
import { seededRandom } from '../../../src/needs/random.js';
import type { Store } from '../../../src/store.js';

let folder: string;
let store: Store;
const signal = new AbortController().signal;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vectors-'));
  store = createSqliteStore(join(folder, 'foundry.db'));
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Vectors out of the lengths of texts, and a list of what was asked for. */
function source(model: string, asked: string[], vectorOf = (text: string) => [text.length, 1]): VectorSource {
  return {
    model,
    dimensions: 2,
    chunk: 2,
    async vectors(texts) {
      asked.push(...texts);
      return texts.map((text) => Float32Array.from(vectorOf(text)));
    },
  };
}

describe('a cached embedder', () => {
  it('asks for each text once, and gives unit vectors in the order of the texts', async () => {
    const asked: string[] = [];
    const embedder = createCachedEmbedder(source('m@1', asked), store.embeddings);
    const first = await embedder.embed(['aaa', 'b', 'aaa', 'cc'], signal);
    expect(asked).toEqual(['aaa', 'b', 'cc']);
    expect(first[0]).toEqual(first[2]);
    for (const [x = 0, y = 0] of first) expect(Math.hypot(x, y)).toBeCloseTo(1, 6);
    const again = createCachedEmbedder(source('m@1', asked), store.embeddings);
    expect(await again.embed(['cc', 'aaa'], signal)).toEqual([first[3], first[0]]);
    expect(asked).toHaveLength(3);
  });

  it('never mixes the vectors of two models', async () => {
    const asked: string[] = [];
    await createCachedEmbedder(source('m@1', asked), store.embeddings).embed(['a'], signal);
    await createCachedEmbedder(source('m@2', asked), store.embeddings).embed(['a'], signal);
    expect(asked).toEqual(['a', 'a']);
  });

  it('keeps what was finished when a later chunk fails', async () => {
    const asked: string[] = [];
    const failing = source('m@1', asked);
    const embedder = createCachedEmbedder(
      {
        ...failing,
        vectors: (texts, at) => (texts.includes('bad') ? Promise.reject(new Error('no')) : failing.vectors(texts, at)),
      },
      store.embeddings,
    );
    await expect(embedder.embed(['a', 'b', 'bad'], signal)).rejects.toThrow('no');
    expect(await createCachedEmbedder(failing, store.embeddings).embed(['a', 'b'], signal)).toHaveLength(2);
    expect(asked).toEqual(['a', 'b']);
  });

  it.each([
    ['zeros', [0, 0]],
    ['not numbers', [Number.NaN, 1]],
    ['another dimension', [1, 2, 3]],
  ])('refuses a vector of %s instead of making one up', async (_, vector) => {
    const embedder = createCachedEmbedder(
      source('m@1', [], () => vector),
      store.embeddings,
    );
    await expect(embedder.embed(['a'], signal)).rejects.toMatchObject({ code: 'upstream' });
    expect((await store.embeddings.get('m@1', 2, ['a'])).size).toBe(0);
  });

  it('refuses an empty text', async () => {
    const embedder = createCachedEmbedder(source('m@1', []), store.embeddings);
    await expect(embedder.embed(['a', ' '], signal)).rejects.toMatchObject({ code: 'invalid_input' });
  });
});

describe('the nearest of a family', () => {
  it('are ranked exactly as a comparison with every vector ranks them', async () => {
    const random = seededRandom(11);
    const vector = () => Float32Array.from({ length: 32 }, () => random() - 0.5);
    const entries = new Map(Array.from({ length: 500 }, (_, index) => [`key_${index}`, vector()]));
    await store.embeddings.index('capability', 'm@1', entries);
    await store.embeddings.index('cluster', 'm@1', new Map([['other', vector()]]));
    const query = vector();
    const cosine = (a: Float32Array, b: Float32Array): number => {
      const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
      return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
    };
    const exact = [...entries]
      .map(([key, one]) => ({ key, score: cosine(one, query) }))
      .sort((a, b) => b.score - a.score);
    const found = await store.embeddings.nearest('capability', 'm@1', query, 50);
    expect(found.map((one) => one.key)).toEqual(exact.slice(0, 50).map((one) => one.key));
    expect(found[0]?.score).toBeCloseTo(exact[0]?.score ?? 0, 5);
  });

  it('are found by the newest vector of a key, among those of one model alone', async () => {
    await store.embeddings.index(
      'capability',
      'm@1',
      new Map([
        ['a', Float32Array.of(1, 0)],
        ['b', Float32Array.of(0, 1)],
      ]),
    );
    await store.embeddings.index('capability', 'm@1', new Map([['a', Float32Array.of(0, -1)]]));
    const found = await store.embeddings.nearest('capability', 'm@1', Float32Array.of(0, 2), 5);
    expect(found.map((one) => one.key)).toEqual(['b', 'a']);
    expect(await store.embeddings.nearest('capability', 'm@2', Float32Array.of(0, 2), 5)).toEqual([]);
  });
});
