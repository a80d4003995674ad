import { FoundryError } from '../errors.js';
import { taskTypeOf } from '../knowledge/task-type.js';
import type { Logger } from '../log.js';
import { fuseRanks } from '../rank-fusion.js';
import type { Roots } from '../roots.js';
import type { Store } from '../store.js';
import { boundOf } from '../times.js';
import type { SearchEvidenceInput, SearchEvidenceOutput } from './contract.js';
import type { Meaning } from './meaning/meaning.js';
import { hasWords } from './meaning/meaning.js';
import { type EvidenceRecord, isFile } from './model.js';
import { noteOn } from './search-note.js';
import type { RunFilter, WordMatches } from './store.js';
import { searchableText, snippetOf } from './text.js';

const defaultLimit = 10;
/** So many of each ranking are merged: nobody reads further. */
const ranked = 1_000;
const maxOffset = ranked * 2;
/** Where a filter leaves no more than this, only these are compared in meaning. */
const fewRecords = 20_000;
/** How long a search waits for vectors that are being made, and for that of its query. */
const defaultPatienceMs = 1_500;
const queryMs = 5_000;

function cursorOf(offset: number): string {
  return Buffer.from(JSON.stringify({ offset })).toString('base64url');
}

function offsetOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  try {
    const { offset } = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as { offset?: unknown };
    if (typeof offset === 'number' && Number.isSafeInteger(offset) && offset >= 0 && offset <= maxOffset) return offset;
  } catch {
    // Falls through: anything that is no cursor of ours is refused alike.
  }
  throw new FoundryError('invalid_input', 'The cursor is not one that a search gave out.', 'Search without a cursor.');
}

const runPage = 1_000;

/** The runs of a task type, as the model ledger names it: it follows from the run and stands in no column. */
async function runsOfType(store: Store, filter: RunFilter, type: string): Promise<string[]> {
  const found: string[] = [];
  let last: string | undefined;
  for (;;) {
    const runs = await store.evidence.listRuns(filter, runPage, last);
    for (const run of runs) if (taskTypeOf(run) === type) found.push(run.run_id);
    last = runs.at(-1)?.run_id;
    if (runs.length < runPage) return found;
  }
}

/** What is asked for as a task is an id where a run has it, else a task type. */
async function byTask(store: Store, filter: RunFilter): Promise<RunFilter> {
  const { task_id: task, ...rest } = filter;
  if (task === undefined || (await store.evidence.countRecords({ task_id: task })) > 0) return filter;
  const runs = await runsOfType(store, { source: rest.source, run_ids: rest.run_ids }, task);
  return runs.length === 0 ? filter : { ...rest, run_ids: runs };
}

function filterOf(input: SearchEvidenceInput): RunFilter {
  return {
    source: input.source,
    run_ids: input.run_id === undefined ? undefined : [input.run_id],
    category: input.category,
    task_id: input.task_type,
    since: input.since === undefined ? undefined : boundOf(input.since, 'since'),
    until: input.until === undefined ? undefined : boundOf(input.until, 'until', true),
  };
}

/** The provenance that may leave the store: the raw hash stays, and the path is shown as far as it was granted. */
export function publicProvenanceOf(
  record: EvidenceRecord,
  roots: Roots,
): SearchEvidenceOutput['results'][0]['provenance'] {
  const { source_file, byte_offset, byte_length, line, pointer, redacted_hash } = record.provenance;
  const shown = isFile(source_file) ? roots.display(source_file) : source_file;
  return { source_file: shown, byte_offset, byte_length, line, pointer, redacted_hash };
}

export interface SearchDeps {
  readonly store: Store;
  readonly roots: Roots;
  readonly log: Logger;
  /** without it, words alone are looked for */
  readonly meaning?: Meaning | undefined;
}

function resultOf(
  record: EvidenceRecord,
  shown: { score: number; terms: readonly string[] },
  roots: Roots,
): SearchEvidenceOutput['results'][0] {
  return {
    evidence_id: record.evidence_id,
    run_id: record.run_id,
    snippet: snippetOf(searchableText(record), shown.terms),
    score: shown.score,
    provenance: publicProvenanceOf(record, roots),
    uri: `evidence://records/${record.evidence_id}`,
    ...(record.is_abandoned ? { is_abandoned: true } : {}),
  };
}

interface Near {
  /** places, nearest first */
  readonly seqs: readonly number[];
  /** records that have a vector; undefined where meaning was not asked */
  readonly done: number | undefined;
  readonly failed: boolean;
}

/** What is near to the query in meaning and passes the filter. Where that cannot be had, words still find most. */
async function nearTo(
  deps: SearchDeps,
  asked: { vector: Promise<Float32Array> | undefined; filter: RunFilter; searched: number; patienceMs: number },
): Promise<Near> {
  const { vector, filter, searched, patienceMs } = asked;
  const { meaning, store } = deps;
  if (!meaning || !vector || searched === 0) return { seqs: [], done: undefined, failed: false };
  try {
    const done = await meaning.advance(patienceMs);
    if (done === 0) return { seqs: [], done, failed: false };
    const filtered = isFiltered(filter);
    const among = filtered && searched <= fewRecords ? await store.evidence.placesOf(filter) : undefined;
    const hits = await meaning.nearest(await vector, among);
    const seqs = await store.evidence.placesWithin(
      hits.map((hit) => hit.seq),
      filter,
    );
    return { seqs: seqs.slice(0, ranked), done, failed: false };
  } catch (error) {
    const reason = error instanceof FoundryError ? error.code : deps.log.report(error, 'search_evidence');
    deps.log.warn('evidence_search_without_vectors', { reason });
    return { seqs: [], done: undefined, failed: true };
  }
}

const isFiltered = (filter: RunFilter): boolean => Object.values(filter).some((one) => one !== undefined);

/** Places by both rankings, best first. */
function merged(words: WordMatches, near: Near): { seq: number; score: number }[] {
  const rankings = near.done === undefined ? [words.seqs] : [words.seqs, near.seqs];
  return [...fuseRanks(rankings)]
    .map(([seq, score]) => ({ seq, score }))
    .sort((a, b) => b.score - a.score || a.seq - b.seq);
}

/** Hybrid search over evidence: words (BM25) and meaning, merged by reciprocal rank, best first. */
export async function searchEvidence(
  deps: SearchDeps,
  input: SearchEvidenceInput,
  patienceMs = defaultPatienceMs,
): Promise<SearchEvidenceOutput> {
  const { store, roots } = deps;
  const asked = filterOf(input);
  const offset = offsetOf(input.cursor);
  const limit = input.limit ?? defaultLimit;
  if (!store.exists()) {
    return { results: [], searched: 0, note: 'Nothing was imported yet; import_evidence reads logs.' };
  }
  const filter = await byTask(store, asked);
  // The vector of the query is made on another thread: meanwhile its words are looked for.
  const vector = hasWords(input.query) ? deps.meaning?.vectorOf(input.query, AbortSignal.timeout(queryMs)) : undefined;
  vector?.catch(() => undefined);
  const searched = await store.evidence.countRecords(filter);
  const words = await store.evidence.matchWords(input.query, filter, ranked);
  const near = await nearTo(deps, { vector, filter, searched, patienceMs });
  const places = merged(words, near);
  const page = places.slice(offset, offset + limit);
  const records = await store.evidence.recordsAt(page.map((one) => one.seq));
  const results = records.map((record, at) =>
    resultOf(record, { score: page[at]?.score ?? 0, terms: words.terms }, roots),
  );
  const all = near.done === undefined || !isFiltered(filter) ? searched : await store.evidence.countRecords({});
  const note = await noteOn(store, {
    filter,
    searched,
    found: places.length,
    words,
    meaning: near.done === undefined ? undefined : { done: near.done, all },
    wordsOnly: near.failed,
  });
  return {
    results,
    searched,
    ...(note === undefined ? {} : { note }),
    ...(places.length > offset + limit ? { next_cursor: cursorOf(offset + limit) } : {}),
  };
}
