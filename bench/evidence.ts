import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createSqliteStore } from '../db/sqlite/store.js';
import { loadConfig } from '../src/config.js';
import { plainContext, systemClock } from '../src/context.js';
import { createEvidenceService } from '../src/evidence/evidence-service.js';
import { cosine } from '../src/evidence/meaning/quantize.js';
import { Vectors } from '../src/evidence/meaning/vectors.js';
import type { EvidenceRecord, Run } from '../src/evidence/model.js';
import { searchableText, wordsOf } from '../src/evidence/text.js';
import { createLogger } from '../src/log.js';
import { withoutCommonPart } from '../src/models/embedding/common-part.js';
import { createLocalModel } from '../src/models/embedding/local.js';
import { localDimensions } from '../src/models/embedding/recipe.js';
import { createRoots } from '../src/roots.js';
import type { Store } from '../src/store.js';
import { type Corpus, writeCorpus } from './evidence/corpus.js';
import { insertRaw, naiveSearch, type Row, stopwatch, type Taken } from './evidence/peer.js';

// Imports made-up logs, embeds them and searches them, and does the same the naive way in the same run: only the ratios
// are worth quoting. `npm run bench:evidence [-- --records N --json]`.

const { values } = parseArgs({
  options: { records: { type: 'string', default: '100000' }, json: { type: 'boolean', default: false } },
});
const wanted = Number(values.records);
const model = 'use-lite-static-512@1+bytes@1';
/** As many records as an import hands to the store at once. */
const batch = 4_000;
/** Storing is compared so many times, in turns: one time says little. */
const rounds = 5;
const home = mkdtempSync(join(tmpdir(), 'foundry-bench-'));
const log = createLogger('error', (line) => console.error(line));
const local = createLocalModel(log);
const figures: Record<string, number> = {};

function note(name: string, value: number, words: string): void {
  figures[name] = Math.round(value * 1000) / 1000;
  if (!values.json) console.error(`  ${words.padEnd(64)} ${figures[name]}`);
}

async function timed(work: () => Promise<unknown>): Promise<Taken> {
  const stop = stopwatch();
  await work();
  return stop();
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  return (await timed(work)).seconds;
}

function percentile(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function serviceOver(store: Store, logs: string) {
  const config = { ...loadConfig({ FOUNDRY_HOME: join(home, 'data') }), file: {} };
  const roots = createRoots([join(home, 'data')], [logs], home);
  return createEvidenceService({ config, store, roots, clock: systemClock, log, vectors: local.source('static') });
}

interface Stored {
  readonly runs: Run[];
  readonly records: EvidenceRecord[];
}

async function everything(store: Store): Promise<Stored> {
  const runs: Run[] = [];
  const records: EvidenceRecord[] = [];
  for await (const trace of store.evidence.traces({})) {
    runs.push(trace.run);
    records.push(...trace.records);
  }
  return { runs, records };
}

/** The store alone, with its full-text index, over records that are ready. */
async function append({ runs, records }: Stored, name: string): Promise<Taken> {
  const store = createSqliteStore(join(home, name));
  const runOf = new Map(runs.map((run) => [run.run_id, run]));
  const source = {
    source_id: runs[0]?.source_id ?? '',
    source: 'x',
    path: 'x',
    origin: 'file',
    format: 'openai_chat',
  } as const;
  const rest = { bytes: 0, sha256: '', importer: '', redaction_policy: '', imported_at: '' };
  await store.evidence.putSource({ ...source, ...rest });
  const taken = await timed(async () => {
    for (let from = 0; from < records.length; from += batch) {
      const some = records.slice(from, from + batch);
      const theirs = new Set(some.map((record) => record.run_id));
      await store.evidence.append({ runs: [...theirs].flatMap((id) => runOf.get(id) ?? []), records: some });
    }
    // What still stands in the log beside the file is written into it, as with the peer.
    await store.close();
  });
  return taken;
}

interface Pair {
  readonly raw: Taken;
  readonly appended: Taken;
}

/** Both ways of storing, in turns: who comes second finds the disk busy with what the first one wrote. The first turn warms up. */
async function inTurns(stored: Stored, rows: readonly Row[]): Promise<Pair[]> {
  const paths = ['raw.db', 'again.db'].map((name) => join(home, name));
  const pairs: Pair[] = [];
  for (let at = 0; at <= rounds; at += 1) {
    const before = at % 2 === 0 ? insertRaw(join(home, 'raw.db'), rows) : undefined;
    const appended = await append(stored, 'again.db');
    const raw = before ?? insertRaw(join(home, 'raw.db'), rows);
    if (at > 0) pairs.push({ raw, appended });
    for (const path of paths) rmSync(path);
  }
  return pairs;
}

async function measureImport(store: Store, path: string, corpus: Corpus): Promise<Stored> {
  const service = serviceOver(store, path);
  const taken = await timed(() => service.importEvidence({ path }, plainContext('cli')));
  await service.close();
  const stored = await everything(store);
  const count = stored.records.length;
  note('records', count, 'records');
  note('mb', corpus.bytes / 1e6, 'MB of logs');
  note('import_per_s', count / taken.seconds, 'import: records a second');
  note('import_mb_per_s', corpus.bytes / 1e6 / taken.seconds, 'import: MB a second');
  const rows = await rowsOf(store, stored);
  const pairs = await inTurns(stored, rows);
  const middle = (of: (pair: Pair) => number): number => percentile(pairs.map(of), 0.5);
  const raw = { seconds: middle((pair) => pair.raw.seconds), cpu: middle((pair) => pair.raw.cpu) };
  note('raw_per_s', count / raw.seconds, 'peer, rows that are ready inserted without full text: a second');
  const ratios = pairs.map(({ raw: peer, appended }) => peer.seconds / appended.seconds);
  note('append_ratio', percentile(ratios, 0.5), `store with full text, ratio to that, the middle of ${rounds}`);
  note('append_ratio_least', Math.min(...ratios), `the least of ${rounds}`);
  const ofProcessor = middle(({ raw: peer, appended }) => peer.cpu / appended.cpu);
  note('append_cpu_ratio', ofProcessor, 'the middle by processor time');
  note(
    'append_cpu_us',
    (middle(({ appended }) => appended.cpu) / count) * 1e6,
    'processor time a record, microseconds',
  );
  note('import_ratio', raw.seconds / taken.seconds, 'import (read, redact, hash, store, index), ratio to that');
  note('import_cpu_ratio', raw.cpu / taken.cpu, 'the same by processor time');
  note('import_cpu_us', (taken.cpu / count) * 1e6, 'processor time a record, microseconds');
  return stored;
}

async function rowsOf(store: Store, { records }: Stored): Promise<Row[]> {
  const vectors = new Map<string, Int8Array>();
  const places = await store.evidence.placesOf({});
  const byPlace = await store.evidence.recordsAt(places);
  const placed = new Map(places.map((seq, at) => [seq, byPlace[at]?.evidence_id ?? '']));
  for (const { seq, vector } of await store.meaning.vectors(model, 0, places.length)) {
    vectors.set(placed.get(seq) ?? '', vector);
  }
  return records.map((record) => ({
    evidence_id: record.evidence_id,
    run_id: record.run_id,
    ordinal: record.ordinal,
    calls: record.tool_calls.length,
    body: JSON.stringify(record),
    text: searchableText(record),
    vector: vectors.get(record.evidence_id),
  }));
}

async function measureSearch(store: Store, path: string, { queries }: Corpus, stored: Stored): Promise<void> {
  const service = serviceOver(store, path);
  const embedding = await seconds(() => service.search({ query: 'anything at all' }, 2 ** 31 - 1));
  note('embedded_per_s', stored.records.length / embedding, 'embedding, once: records a second');
  const times: number[] = [];
  for (const query of queries) times.push((await seconds(() => service.search({ query }))) * 1000);
  note('query_p50_ms', percentile(times, 0.5), 'hybrid query: median, ms');
  note('query_p95_ms', percentile(times, 0.95), 'hybrid query: 95 of 100 within, ms');
  await service.close();
  const rows = await rowsOf(store, stored);
  const vectors = (await local.source('static').vectors(queries.map(wordsOf), new AbortController().signal)).map(
    withoutCommonPart,
  );
  const naive = naiveSearch(join(home, 'naive.db'), rows, localDimensions);
  const slow: number[] = [];
  for (const [at, query] of queries.slice(0, 20).entries()) {
    const vector = vectors[at] ?? new Float32Array(localDimensions);
    slow.push((await seconds(async () => naive.search(query, vector))) * 1000);
  }
  const byVec0: number[] = [];
  for (const vector of vectors.slice(0, 20)) byVec0.push((await seconds(async () => naive.nearest(vector))) * 1000);
  naive.close();
  note('peer_query_p50_ms', percentile(slow, 0.5), 'peer, OR of all words and vec0: median, ms');
  note('query_ratio', percentile(slow, 0.5) / percentile(times, 0.5), 'times faster than that');
  compareVectors(rows, vectors, percentile(byVec0, 0.5));
}

/** Of the ten nearest by whole numbers, how many the kernel finds, and how long it takes. */
function compareVectors(rows: readonly Row[], queries: readonly Float32Array[], peerMs: number): void {
  const vectors = new Vectors(localDimensions);
  const placed = rows.flatMap(({ vector }, seq) => (vector ? [{ seq, vector }] : []));
  vectors.add(placed);
  let kept = 0;
  let all = 0;
  const times: number[] = [];
  for (const query of queries.slice(0, 20)) {
    const exact = placed.map(({ seq, vector }) => ({ seq, cosine: cosine(query, vector) }));
    const tenth = exact.sort((a, b) => b.cosine - a.cosine)[9]?.cosine ?? 0;
    const near = new Map(exact.map((one) => [one.seq, one.cosine]));
    const started = performance.now();
    const found = vectors.nearest(query, { limit: 10, least: -1 });
    times.push(performance.now() - started);
    // Many made-up records say the same: which of equally near ones are found is all one.
    kept += found.filter(({ seq }) => (near.get(seq) ?? 0) >= tenth - 1e-4).length;
    all += 10;
  }
  note('recall_at_10', kept / all, 'vectors: of the ten nearest, share that is found');
  note('vector_p50_ms', percentile(times, 0.5), 'vectors: the ten nearest, median, ms');
  note('vector_ratio', peerMs / percentile(times, 0.5), 'times faster than vec0 with whole numbers');
}

try {
  const logs = join(home, 'logs');
  mkdirSync(logs);
  const path = join(logs, 'talks.jsonl');
  const corpus = await writeCorpus(path, wanted);
  const store = createSqliteStore(join(home, 'data', 'foundry.db'));
  const stored = await measureImport(store, path, corpus);
  await measureSearch(store, path, corpus, stored);
  await store.close();
  if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
} finally {
  await local.close();
  rmSync(home, { recursive: true, force: true });
}
