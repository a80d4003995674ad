import { describe, expect, it } from 'vitest';
import { distinguishingParts } from '../../../src/needs/components.js';
import { kMeans } from '../../../src/needs/k-means.js';
import { pointsOf } from '../../../src/needs/points.js';
import { sampleIndices, seededRandom } from '../../../src/needs/random.js';

/** `perBlob` points around each of `blobs` corners. */
function blobs(count: number, perBlob: number, seed = 1) {
  const random = seededRandom(seed);
  return pointsOf(
    Array.from({ length: count * perBlob }, (_, index) =>
      Float32Array.from({ length: 8 }, (_, i) => (i === index % count ? 10 : 0) + random()),
    ),
  );
}

describe('k-means', () => {
  it('finds well-separated clusters exactly', async () => {
    const { clusterOf, centroids } = await kMeans(blobs(5, 40), { k: 5, seed: 42 });
    expect(centroids.count).toBe(5);
    clusterOf.forEach((cluster, point) => {
      expect(cluster).toBe(clusterOf[point % 5]);
    });
  });

  it('finds them by mini-batches too', async () => {
    const { clusterOf, centroids } = await kMeans(blobs(5, 400), { k: 5, seed: 4, miniBatchFrom: 1_000 });
    expect(centroids.count).toBe(5);
    const agreeing = clusterOf.filter((cluster, point) => cluster === clusterOf[point % 5]).length;
    expect(agreeing).toBe(2_000);
  });

  it('gives the same clusters for the same seed', async () => {
    const points = blobs(7, 30, 9);
    expect(await kMeans(points, { k: 4, seed: 5 })).toEqual(await kMeans(points, { k: 4, seed: 5 }));
  });

  it('makes no more clusters than there are different points, and leaves none empty', async () => {
    const same = pointsOf(Array.from({ length: 20 }, (_, index) => Float32Array.of(1, index < 10 ? 0 : 1)));
    const { clusterOf, centroids } = await kMeans(same, { k: 7, seed: 1 });
    expect(centroids.count).toBe(2);
    expect(new Set(clusterOf)).toEqual(new Set([0, 1]));
  });

  it('copes with one point and with none', async () => {
    expect([...(await kMeans(pointsOf([Float32Array.of(1, 2)]), { k: 3, seed: 1 })).clusterOf]).toEqual([0]);
    expect((await kMeans(pointsOf([]), { k: 3, seed: 1 })).centroids.count).toBe(0);
  });

  it('stops where a step says so', async () => {
    const stop = new Error('stop');
    const steps = kMeans(blobs(3, 10), {
      k: 3,
      seed: 1,
      onStep: () => {
        throw stop;
      },
    });
    await expect(steps).rejects.toBe(stop);
  });
});

describe('the distinguishing parts of a set', () => {
  it('leave out what all members have in common', () => {
    const random = seededRandom(2);
    const common = Float32Array.from({ length: 16 }, () => random());
    const points = pointsOf(
      Array.from({ length: 60 }, (_, index) => common.map((value, i) => 5 * value + (i === index % 2 ? 1 : 0))),
    );
    const parts = distinguishingParts(points, { keep: 4, seed: 1 });
    expect(parts.dimensions).toBe(4);
    const row = (index: number) => parts.rows.subarray(index * 4, index * 4 + 4);
    const cosine = (a: number, b: number) => row(a).reduce((sum, value, i) => sum + value * (row(b)[i] ?? 0), 0);
    expect(cosine(0, 2)).toBeGreaterThan(0.99);
    expect(cosine(0, 1)).toBeLessThan(0);
  });
});

describe('choosing by chance', () => {
  it('gives as many different numbers as were asked for, in order', () => {
    const chosen = sampleIndices(100, 10, seededRandom(3));
    expect(new Set(chosen).size).toBe(10);
    expect(chosen).toEqual([...chosen].sort((a, b) => a - b));
    expect(sampleIndices(3, 10, seededRandom(3))).toEqual([0, 1, 2]);
  });
});
