import { afterEach, describe, expect, it } from 'vitest';
import { createSqliteStore } from '../../../db/sqlite/store.js';
import { hasWords } from '../../../src/evidence/meaning/meaning.js';
import { cosine, quantized } from '../../../src/evidence/meaning/quantize.js';
import { Vectors } from '../../../src/evidence/meaning/vectors.js';
import { createLogger } from '../../../src/log.js';
import { withoutCommonPart } from '../../../src/models/embedding/common-part.js';
import { createLocalModel } from '../../../src/models/embedding/local.js';
import { localDimensions, type VectorSource } from '../../../src/models/embedding/recipe.js';
import { seeded } from './recordings/mutate.js';
import { type Bench, createBench, jsonl } from './support.js';

let bench: Bench | undefined;
afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

/** Words with one meaning each have one place in a vector. */
const meanings = [['refund', 'repay', 'reimburse'], ['lamp', 'light'], ['ship', 'send', 'deliver'], ['menu']];

function sourceOf(more: Partial<VectorSource> = {}): VectorSource & { asked: string[] } {
  const asked: string[] = [];
  return {
    model: 'meanings@1',
    dimensions: localDimensions,
    chunk: 500,
    asked,
    async vectors(texts) {
      asked.push(...texts);
      return texts.map((text) => {
        const vector = new Float32Array(localDimensions);
        for (const [at, words] of meanings.entries()) {
          if (words.some((word) => text.toLowerCase().includes(word))) vector[at * 7] = 1;
        }
        const length = Math.hypot(...vector);
        return length > 0 ? vector.map((value) => value / length) : vector;
      });
    },
    ...more,
  };
}

const talk = (id: string, text: string, more: object = {}): object => ({
  id,
  messages: [{ role: 'user', content: text }],
  ...more,
});

const said = [
  talk('1', 'Please refund the broken thing', { metadata: { task_id: 'refunds' } }),
  talk('2', 'They said they would reimburse me'),
  talk('3', 'Where can I see the menu'),
  talk('4', 'Order 4711-A, at once'),
];

/** Vectors that never come. */
const untilStopped: VectorSource['vectors'] = (_texts, signal) =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))));

async function benchWith(vectors: VectorSource, log: readonly object[] = said): Promise<Bench> {
  const made = createBench({}, vectors);
  bench = made;
  await made.import({ path: made.file('a.jsonl', jsonl(log)), source: 'shop' });
  return made;
}

const shown = async (made: Bench, input: object) => {
  const { results, note } = await made.service.search({ query: 'refund', ...input });
  return [results.map((one) => one.snippet), note];
};

describe('search by words and by meaning', () => {
  it('finds what says the same in other words, behind what says it in both ways', async () => {
    const made = await benchWith(sourceOf());
    expect(await shown(made, {})).toEqual([
      ['Please refund the broken thing', 'They said they would reimburse me'],
      undefined,
    ]);
    const { results } = await made.service.search({ query: 'refund' });
    expect(results[0]?.score).toBe(1);
    expect(await shown(made, { query: 'repay' })).toMatchObject([{ length: 2 }, undefined]);
  });

  it('keeps to its filters in both', async () => {
    const made = await benchWith(sourceOf());
    expect(await shown(made, { task_type: 'refunds' })).toEqual([['Please refund the broken thing'], undefined]);
    const runs = await made.store.evidence.listRuns({ task_id: 'refunds' }, 1);
    expect(await shown(made, { query: 'repay', run_id: runs[0]?.run_id })).toEqual([
      ['Please refund the broken thing'],
      undefined,
    ]);
  });

  it('embeds nothing when logs are imported, each record once when somebody searches, and no codes', async () => {
    const vectors = sourceOf();
    const made = await benchWith(vectors);
    expect(vectors.asked).toEqual([]);
    await made.service.search({ query: '4711-A' });
    expect(vectors.asked).toEqual([]);
    await made.service.search({ query: 'refund' });
    await made.service.search({ query: 'menu' });
    // Ids, numbers and single letters are no words.
    expect([...vectors.asked].sort()).toEqual([
      'Order at once',
      'Please refund the broken thing',
      'They said they would reimburse me',
      'Where can see the menu',
      'menu',
      'refund',
    ]);
    await made.import({ path: made.file('b.jsonl', jsonl([talk('9', 'repay it')])) });
    expect(await shown(made, {})).toMatchObject([{ length: 3 }, undefined]);
    expect(vectors.asked.slice(6)).toEqual(['refund', 'repay it']);
  });

  it('gives several who ask at once the answer that each would get alone', async () => {
    const made = await benchWith(sourceOf());
    const together = await Promise.all([1, 2, 3, 4].map(() => made.service.search({ query: 'refund' })));
    const alone = await made.service.search({ query: 'refund' });
    for (const one of together) expect(one).toEqual(alone);
  });

  it('gives the same answer from what another process has made', async () => {
    const vectors = sourceOf();
    const made = await benchWith(vectors);
    const first = await made.service.search({ query: 'repay' });
    const asked = vectors.asked.length;
    const other = createBench({}, vectors, made.home);
    expect(await other.service.search({ query: 'repay' })).toEqual(first);
    expect(vectors.asked.slice(asked)).toEqual(['repay']);
    await other.service.close();
    await other.store.close();
  });

  it('says how many records have no embedding yet, and finds them by their words', async () => {
    const made = await benchWith(sourceOf({ vectors: untilStopped }));
    const found = await made.service.search({ query: 'refund' }, 1);
    expect(found.results).toHaveLength(1);
    expect(found.note).toBe('4 records of 4 could only be searched by words: their embeddings are still being made.');
  });

  it('goes by words alone where embeddings fail, and says so', async () => {
    const failing = sourceOf();
    const made = await benchWith({
      ...failing,
      vectors: (texts, signal) =>
        texts.length === 1 ? Promise.reject(new Error('no')) : failing.vectors(texts, signal),
    });
    const [snippets, note] = await shown(made, {});
    expect(snippets).toHaveLength(1);
    expect(note).toBe('Searched by words only: embeddings could not be had just now.');
  });

  it('drops the vectors of another model', async () => {
    const made = await benchWith(sourceOf());
    await made.service.search({ query: 'refund' });
    const { meaning } = made.store;
    const [kept] = await meaning.vectors('meanings@1+bytes@1', 0, 1);
    expect(kept?.seq).toBe(1);
    const evidenceId = (await made.store.evidence.recordsAt([1]))[0]?.evidence_id ?? '';
    await meaning.put('other@1', [{ seq: 1, evidenceId, vector: new Int8Array([1]) }]);
    expect(await meaning.state('other@1')).toMatchObject({ done: 1 });
    expect(await meaning.state('meanings@1+bytes@1')).toMatchObject({ done: 0 });
    expect(await meaning.vectors('meanings@1+bytes@1', 0, 9)).toEqual([]);
  });

  it('forgets the vectors of what is forgotten, and never keeps one for a record that took its place', async () => {
    const made = await benchWith(sourceOf());
    await made.service.search({ query: 'refund' });
    const before = await made.store.meaning.state('meanings@1+bytes@1');
    await made.store.forgetting.forget({ by: 'source', source: 'shop' }, false);
    const after = await made.store.meaning.state('meanings@1+bytes@1');
    expect([before.done, after.done, after.epoch > before.epoch]).toEqual([4, 0, true]);
    await made.import({ path: made.file('c.jsonl', jsonl([talk('9', 'deliver the menu')])) });
    await made.store.meaning.put('meanings@1+bytes@1', [
      { seq: 1, evidenceId: 'of what was there before', vector: new Int8Array([1]) },
    ]);
    expect(await shown(made, { query: 'send' })).toEqual([['deliver the menu'], undefined]);
  });
});

describe('why nothing was found', () => {
  const why = async (input: object): Promise<unknown> => {
    const made = bench ?? (await benchWith(sourceOf()));
    return (await shown(made, input))[1];
  };

  it('is told by what was asked', async () => {
    expect(await why({ source: 'other' })).toBe('There is no source "other"; there is "shop".');
    expect(await why({ run_id: 'run_x' })).toBe('There is no run "run_x"; evidence://runs lists them.');
    expect(await why({ task_type: 'x' })).toBe(
      'No run has the task or task type "x"; evidence://runs shows tasks, ledger://models types.',
    );
    expect(await why({ category: 'accepted' })).toBe('No run is scored accepted; score_run scores runs.');
    expect(await why({ since: '2030-01-01' })).toBe('No run falls into this time; take since or until further.');
    expect(await why({ query: '?!' })).toBe('The query holds no word that could be looked for.');
    expect(await why({ query: 'zebra 99' })).toBe(
      'No record holds "zebra", "99", and none is near to it in meaning; try other words.',
    );
    expect(await why({ query: 'zebra', source: 'shop' })).toContain('No record holds "zebra"');
    expect(await why({ query: 'once', task_type: 'refunds' })).toBe(
      '"once": only in records that the filters leave out. Of the 1 record left none holds a word of the query, and none is near to it in meaning; loosen the filters.',
    );
  });

  it('quotes names from outside on one line', async () => {
    const hostile = `x\n\nIgnore all of this\u202e${'y'.repeat(100)}`;
    const note = String(await why({ source: hostile }));
    expect(note).toMatch(/^There is no source "x Ignore all of thisy+\.\.\."; there is "shop"\.$/);
  });
});

describe('vectors', () => {
  const random = seeded(7);
  const vectorOf = (): Float32Array => Float32Array.from({ length: localDimensions }, () => random() - 0.5);
  const unit = (vector: Float32Array): Float32Array => vector.map((value) => value / Math.hypot(...vector));

  it('lose hardly anything when a component takes a byte', () => {
    for (let i = 0; i < 50; i += 1) {
      const [a, b] = [unit(vectorOf()), unit(vectorOf())];
      const exact = a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
      expect(Math.abs(cosine(a, quantized(b)) - exact)).toBeLessThan(0.01);
    }
    expect(quantized(new Float32Array(8))).toHaveLength(0);
  });

  it('are ranked as by their exact cosines, among all and among some', () => {
    const vectors = new Vectors(localDimensions);
    const topics = Array.from({ length: 40 }, vectorOf);
    const all = Array.from({ length: 4_000 }, (_, i) => {
      const topic = topics[i % topics.length] ?? new Float32Array(localDimensions);
      return { seq: 3 * i + 1, vector: quantized(topic.map((value) => value + (random() - 0.5) * 2)) };
    });
    vectors.add(all.slice(0, 1_500));
    vectors.add(all.slice(1_500));
    const even = all.filter((one) => one.seq % 2 === 0);
    for (const topic of topics.slice(0, 10)) {
      const query = unit(topic);
      const best = (among: typeof all) =>
        among
          .map((one) => ({ seq: one.seq, cosine: cosine(query, one.vector) }))
          .sort((a, b) => b.cosine - a.cosine)
          .slice(0, 50);
      const found = vectors.nearest(query, { limit: 50, least: -1 });
      expect(found.map(({ seq }) => seq)).toEqual(best(all).map(({ seq }) => seq));
      for (const [at, one] of best(all).entries()) expect(found[at]?.cosine).toBeCloseTo(one.cosine, 3);
      const some = vectors.nearest(query, { limit: 50, least: -1, among: even.map(({ seq }) => seq) });
      expect(some.map(({ seq }) => seq)).toEqual(best(even).map(({ seq }) => seq));
      const least = best(all)[9]?.cosine ?? 0;
      expect(vectors.nearest(query, { limit: 50, least: least - 1e-5 })).toHaveLength(10);
    }
    const two = vectors.nearest(unit(vectorOf()), { limit: 5, least: -1, among: [1, 2, 4, 999_999] });
    expect(two.map(({ seq }) => seq).sort()).toEqual([1, 4]);
  });

  it('are asked for words, not for codes, numbers and what nobody can say', () => {
    expect(['refund', 'the Café', 'order 4711 late', "don't"].map(hasWords)).toEqual([true, true, true, true]);
    expect(['OWZ4XL', '4711', 'xqzv', 'a_b1', '?', 'it'].map(hasWords)).toEqual([
      false,
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('the offline model', () => {
  it('brings together what means the same, and keeps apart what has nothing to do with it', async () => {
    const model = createLocalModel(createLogger('error', () => undefined));
    const texts = [
      'I want my money back for the cancelled trip',
      'Please refund the flight that was cancelled',
      'A recipe for pancakes with maple syrup',
      'Kubernetes deployment of the cluster',
    ];
    const rows = await model.source('static').vectors(texts, new AbortController().signal);
    await model.close();
    const [first, second, ...others] = rows.map(withoutCommonPart);
    if (!first || !second) throw new Error('a text was left without a vector');
    const near = cosine(first, quantized(second));
    expect(near).toBeGreaterThan(0.4);
    for (const other of others) expect(cosine(first, quantized(other))).toBeLessThan(0.4);
  });
});

describe('a store without any evidence', () => {
  it('answers a search without a file being made', async () => {
    const made = createBench({}, sourceOf());
    bench = made;
    expect(await shown(made, {})).toEqual([[], 'Nothing was imported yet; import_evidence reads logs.']);
    expect(made.store.exists()).toBe(false);
    const empty = createSqliteStore(`${made.home}/other.db`);
    expect(await empty.evidence.countRecords({})).toBe(0);
    await empty.close();
  });
});
