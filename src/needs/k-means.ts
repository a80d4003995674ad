import { dot, type Points } from './points.js';
import { seededRandom } from './random.js';

export interface KMeansOptions {
  readonly k: number;
  readonly seed: number;
  readonly maxIterations?: number;
  /** Beyond this many points, steps look at a sample of `batch` points each; one full pass ends them. */
  readonly miniBatchFrom?: number;
  /** Called between steps, so that the work can be stopped and be seen to go on. May wait. */
  readonly onStep?: (done: number, of: number) => void | Promise<void>;
}

export interface KMeansResult {
  /** cluster of each point, numbered from 0 without gaps */
  readonly clusterOf: Int32Array;
  readonly centroids: Points;
}

const defaults = { maxIterations: 60, miniBatchFrom: 20_000 };
/** Small sets are clustered this often, from other seeds, and the tightest clusters are kept. */
const restarts = 5;
const restartsUpTo = 2_000;
const batchSize = 4_096;
const batchSteps = 100;

interface State {
  readonly points: Points;
  readonly centroids: Float32Array;
  /** half of each centroid's squared length */
  readonly halves: Float64Array;
  readonly k: number;
  readonly clusterOf: Int32Array;
  /** squared distance of each point to its centroid */
  readonly distances: Float64Array;
}

/**
 * k-means by Lloyd's steps from k-means++ seeds (Arthur and Vassilvitskii, 2007), in mini-batches (Sculley, 2010) for large
 * sets. The same points, options and seed give the same clusters. Fewer than `k` clusters come out where fewer than `k`
 * points differ.
 */
export async function kMeans(points: Points, options: KMeansOptions): Promise<KMeansResult> {
  const settings = { ...defaults, ...options };
  const random = seededRandom(options.seed);
  const attempts = points.count <= restartsUpTo ? restarts : 1;
  let best: State | undefined;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const state = startFrom(points, chooseSeeds(points, Math.min(options.k, points.count), random));
    if (points.count > settings.miniBatchFrom) await runBatches(state, settings, random);
    else await runLloyd(state, settings);
    if (!best || spread(state) < spread(best)) best = state;
  }
  return compact(best ?? startFrom(points, []));
}

async function runLloyd(state: State, { maxIterations, onStep }: KMeansOptions & typeof defaults): Promise<void> {
  for (let step = 0; step < maxIterations; step += 1) {
    await onStep?.(step, maxIterations);
    if (assign(state) === 0) break;
    recentre(state);
  }
}

async function runBatches(state: State, { onStep }: KMeansOptions, random: () => number): Promise<void> {
  const seen = new Float64Array(state.k);
  for (let step = 0; step < batchSteps; step += 1) {
    await onStep?.(step, batchSteps);
    miniBatchStep(state, seen, random);
  }
  assign(state);
}

function spread({ distances }: State): number {
  return sum(distances);
}

function startFrom(points: Points, seeds: readonly number[]): State {
  const { dimensions, count, rows } = points;
  const centroids = new Float32Array(seeds.length * dimensions);
  seeds.forEach((point, index) => {
    centroids.set(rows.subarray(point * dimensions, (point + 1) * dimensions), index * dimensions);
  });
  const halves = new Float64Array(seeds.length);
  const clusterOf = new Int32Array(count).fill(-1);
  const state = { points, centroids, halves, k: seeds.length, clusterOf, distances: new Float64Array(count) };
  for (let cluster = 0; cluster < state.k; cluster += 1) measure(state, cluster);
  return state;
}

function measure({ points: { dimensions }, centroids, halves }: State, cluster: number): void {
  halves[cluster] = dot(centroids, cluster * dimensions, centroids, cluster * dimensions, dimensions) / 2;
}

/** Squared distance between two rows of the points. */
function distance({ rows, dimensions }: Points, a: number, b: number): number {
  const [from, to] = [a * dimensions, b * dimensions];
  const squares = dot(rows, from, rows, from, dimensions) + dot(rows, to, rows, to, dimensions);
  return Math.max(0, squares - 2 * dot(rows, from, rows, to, dimensions));
}

/**
 * Each next seed is drawn with a chance in proportion to its squared distance to the seeds before; of a few draws, the one
 * that leaves the points nearest to a seed is taken, which keeps lone points from becoming clusters.
 */
function chooseSeeds(points: Points, k: number, random: () => number): number[] {
  if (points.count === 0) return [];
  const seeds = [Math.floor(random() * points.count)];
  let nearest = nearer(points, new Float64Array(points.count).fill(Number.POSITIVE_INFINITY), seeds[0] ?? 0);
  const draws = points.count <= restartsUpTo ? 2 + Math.floor(Math.log(k)) : 1;
  while (seeds.length < k) {
    const total = sum(nearest);
    if (total === 0) break;
    const drawn = Array.from({ length: draws }, () => {
      const seed = draw(nearest, random() * total);
      const left = nearer(points, nearest, seed);
      return { seed, left, total: sum(left) };
    });
    const best = drawn.reduce((a, b) => (b.total < a.total ? b : a));
    seeds.push(best.seed);
    nearest = best.left;
  }
  return seeds;
}

/** Squared distances to the nearest seed, with one more seed. Rounding leaves a trace between equal points: it counts as none. */
function nearer(points: Points, nearest: Float64Array, seed: number): Float64Array {
  return nearest.map((before, point) => {
    const apart = distance(points, point, seed);
    return Math.min(before, apart < 1e-6 ? 0 : apart);
  });
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function draw(weights: Float64Array, at: number): number {
  let left = at;
  let last = 0;
  for (let index = 0; index < weights.length; index += 1) {
    const weight = weights[index] ?? 0;
    if (weight === 0) continue;
    last = index;
    left -= weight;
    if (left < 0) break;
  }
  return last;
}

/** The nearest centroid is the one with the largest inner product less half its squared length. */
function nearestCentroid({ points, centroids, halves, k }: State, point: number): { cluster: number; value: number } {
  const { rows, dimensions } = points;
  let cluster = 0;
  let value = Number.NEGATIVE_INFINITY;
  for (let candidate = 0; candidate < k; candidate += 1) {
    const here =
      dot(rows, point * dimensions, centroids, candidate * dimensions, dimensions) - (halves[candidate] ?? 0);
    if (here > value) {
      value = here;
      cluster = candidate;
    }
  }
  return { cluster, value };
}

/** @returns how many points changed their cluster */
function assign(state: State): number {
  const { points, clusterOf, distances } = state;
  const { rows, dimensions } = points;
  let moved = 0;
  for (let point = 0; point < points.count; point += 1) {
    const { cluster, value } = nearestCentroid(state, point);
    distances[point] = dot(rows, point * dimensions, rows, point * dimensions, dimensions) - 2 * value;
    if (clusterOf[point] === cluster) continue;
    clusterOf[point] = cluster;
    moved += 1;
  }
  return moved;
}

/** Moves each centroid to the mean of its points; an empty cluster starts anew at the point that is farthest from its own. */
function recentre(state: State): void {
  const { points, centroids, clusterOf, distances, k } = state;
  const { rows, dimensions } = points;
  const sizes = new Float64Array(k);
  const sums = new Float64Array(k * dimensions);
  for (let point = 0; point < points.count; point += 1) {
    const cluster = clusterOf[point] ?? 0;
    sizes[cluster] = (sizes[cluster] ?? 0) + 1;
    for (let i = 0; i < dimensions; i += 1) {
      sums[cluster * dimensions + i] = (sums[cluster * dimensions + i] ?? 0) + (rows[point * dimensions + i] ?? 0);
    }
  }
  for (let cluster = 0; cluster < k; cluster += 1) {
    const size = sizes[cluster] ?? 0;
    const from = cluster * dimensions;
    if (size === 0) {
      const far = farthest(distances);
      distances[far] = 0;
      centroids.set(rows.subarray(far * dimensions, (far + 1) * dimensions), from);
    } else {
      for (let i = 0; i < dimensions; i += 1) centroids[from + i] = (sums[from + i] ?? 0) / size;
    }
    measure(state, cluster);
  }
}

function farthest(distances: Float64Array): number {
  let far = 0;
  for (let point = 1; point < distances.length; point += 1) {
    if ((distances[point] ?? 0) > (distances[far] ?? 0)) far = point;
  }
  return far;
}

/** Pulls centroids towards a sample of points, each by the share that the point has in what its centroid has seen. */
function miniBatchStep(state: State, seen: Float64Array, random: () => number): void {
  const { points, centroids } = state;
  const { rows, dimensions } = points;
  const batch = Array.from({ length: batchSize }, () => Math.floor(random() * points.count));
  const clusters = batch.map((point) => nearestCentroid(state, point).cluster);
  batch.forEach((point, index) => {
    const cluster = clusters[index] ?? 0;
    const count = (seen[cluster] ?? 0) + 1;
    seen[cluster] = count;
    for (let i = 0; i < dimensions; i += 1) {
      const at = cluster * dimensions + i;
      const centre = centroids[at] ?? 0;
      centroids[at] = centre + ((rows[point * dimensions + i] ?? 0) - centre) / count;
    }
  });
  for (const cluster of new Set(clusters)) measure(state, cluster);
}

/** Leaves out clusters that no point is in. */
function compact({ points, centroids, clusterOf, k }: State): KMeansResult {
  const { dimensions } = points;
  const used = [...new Set(clusterOf)].sort((a, b) => a - b);
  const numbers = new Int32Array(k).fill(-1);
  const rows = new Float32Array(used.length * dimensions);
  used.forEach((cluster, number) => {
    numbers[cluster] = number;
    rows.set(centroids.subarray(cluster * dimensions, (cluster + 1) * dimensions), number * dimensions);
  });
  return {
    clusterOf: clusterOf.map((cluster) => numbers[cluster] ?? 0),
    centroids: { rows, count: used.length, dimensions },
  };
}
