import * as z from 'zod';
import { FoundryError } from '../errors.js';
import { likeliest } from '../evidence/placeholder.js';
import { sha256 } from '../hash.js';
import { tryParseJson } from '../json.js';
import { fuseRanks } from '../rank-fusion.js';
import type { SearchCapabilitiesInput, SearchCapabilitiesOutput } from './contract.js';
import type { LibraryDeps } from './deps.js';
import { shareOf } from './interval.js';
import type { CapabilityVersion } from './model.js';
import { needed, requirementsOf } from './requirements.js';
import type { SearchIndex } from './search-index.js';
import { sharedWords } from './search-text.js';

const defaultLimit = 10;
const maxRanked = 200;
/** Below this cosine a capability that shares no word with the query is not shown: unrelated texts reach .33 with the local model. */
const minMeaning = 0.35;
/** A hit is shown where it is at least this share as alike as the best of those before it. */
const minOfBest = 0.6;
/** Share of the query's words from which a capability is shown that is not near in meaning. */
const minShared = 0.5;
const embedMs = 20_000;

export interface Ranked {
  readonly name: string;
  /** 1 where a capability is first in both rankings: for the order alone. */
  readonly score: number;
}

export interface Ranking {
  readonly ranked: readonly Ranked[];
  /** cosine by name, of the nearest in meaning */
  readonly meaning: ReadonlyMap<string, number>;
  /** meaning could not be used */
  readonly textOnly: boolean;
}

/** How alike a capability and a query are, 0 to 1: the cosine, or the share of the query's words that stand in its spec. */
function similarity(query: string, capability: CapabilityVersion, { meaning, textOnly }: Ranking): number {
  const cosine = Math.max(0, meaning.get(capability.name) ?? 0);
  const shared = sharedWords(query, capability.spec);
  if (!textOnly && cosine < minMeaning && shared < minShared) return 0;
  return Math.round(Math.min(1, Math.max(cosine, shared)) * 1e4) / 1e4;
}

/** Merges two rankings by reciprocal rank. */
export function fuse(byText: readonly { name: string }[], byMeaning: readonly { name: string }[]): Ranked[] {
  const scores = fuseRanks([byText, byMeaning].map((ranking) => ranking.map((one) => one.name)));
  return [...scores]
    .map(([name, score]) => ({ name, score }))
    .sort((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1));
}

/** Both rankings of the library for a text; `textOnly` says why meaning could not be used. */
export async function rank(deps: LibraryDeps, index: SearchIndex, query: string): Promise<Ranking> {
  const byText = await deps.store.library.searchText(query, maxRanked);
  try {
    const shared = new Set(byText.map((hit) => hit.name));
    const near = await index.nearest(query, AbortSignal.timeout(embedMs));
    const byMeaning = near.filter((hit) => hit.score >= minMeaning || shared.has(hit.name));
    const meaning = new Map(near.map((hit) => [hit.name, hit.score]));
    return { ranked: fuse(byText, byMeaning), meaning, textOnly: false };
  } catch (error) {
    // The words still find most; the note of the answer says that meaning was left out.
    deps.log.warn('capability_search_without_vectors', {
      reason: error instanceof FoundryError ? error.code : deps.log.report(error, 'search_capabilities'),
    });
    return { ranked: fuse(byText, []), meaning: new Map(), textOnly: true };
  }
}

const cursorSchema = z.strictObject({ at: z.int().min(0), query: z.string() });

function readCursor(text: string | undefined, query: string): number {
  if (text === undefined) return 0;
  const cursor = cursorSchema.safeParse(tryParseJson(Buffer.from(text, 'base64url').toString('utf8')));
  if (cursor.success && cursor.data.query === query) return cursor.data.at;
  throw new FoundryError(
    'invalid_input',
    'The cursor does not belong to this search.',
    'Repeat the search with the same query, or leave the cursor out.',
  );
}

function noteOf(input: SearchCapabilitiesInput, found: { hits: number; searched: number; textOnly: boolean }) {
  const notes: string[] = [];
  if (found.searched === 0) {
    notes.push('The library holds nothing of this kind yet. Grow it: import_evidence, then mine_needs.');
  } else if (found.hits === 0) {
    notes.push(
      `Nothing fits. Searched the names, summaries, inputs, tools and examples of ${found.searched} capabilities; ` +
        'other words may find more, or write a new capability with propose_spec.',
    );
  }
  if (found.textOnly) notes.push('Searched by words only: embeddings could not be had just now.');
  if (input.state === undefined && found.hits === 0) notes.push('Deprecated ones are shown with state: "deprecated".');
  return notes.length === 0 ? undefined : notes.join(' ');
}

/** Hybrid search over the current versions. */
export async function search(
  deps: LibraryDeps,
  index: SearchIndex,
  input: SearchCapabilitiesInput,
): Promise<SearchCapabilitiesOutput> {
  const { library } = deps.store;
  const filterHash = sha256(JSON.stringify([input.query, input.kind, input.state])).slice(0, 12);
  const from = readCursor(input.cursor, filterHash);
  const ranking = await rank(deps, index, input.query);
  const wanted = (capability: CapabilityVersion): boolean =>
    (input.kind === undefined || capability.kind === input.kind) &&
    (input.state === undefined ? capability.state !== 'deprecated' : capability.state === input.state);
  const hits: { capability: CapabilityVersion; score: number }[] = [];
  const size = input.limit ?? defaultLimit;
  let best = 0;
  for (const { name } of ranking.ranked) {
    if (hits.length > from + size) break;
    const capability = await library.get(name);
    if (!capability || !wanted(capability)) continue;
    const score = similarity(input.query, capability, ranking);
    best = Math.max(best, score);
    if (score > 0 && score >= best * minOfBest) hits.push({ capability, score });
  }
  const searched = await countOf(deps, input);
  const page = hits.slice(from, from + size);
  const results = await Promise.all(page.map((hit) => resultOf(deps, hit)));
  const note = noteOf(input, { hits: hits.length, searched, textOnly: ranking.textOnly });
  const more = from + size < hits.length;
  return {
    results,
    searched,
    ...(note === undefined ? {} : { note }),
    ...(more
      ? { next_cursor: Buffer.from(JSON.stringify({ at: from + size, query: filterHash })).toString('base64url') }
      : {}),
  };
}

async function countOf({ store }: LibraryDeps, { kind, state }: SearchCapabilitiesInput): Promise<number> {
  if (state !== undefined) return store.library.count({ kind, state });
  return (await store.library.count({ kind })) - (await store.library.count({ kind, state: 'deprecated' }));
}

const short = (share: number): number => Math.round(share * 1e4) / 1e4;

async function resultOf(
  deps: LibraryDeps,
  { capability, score }: { capability: CapabilityVersion; score: number },
): Promise<SearchCapabilitiesOutput['results'][number]> {
  const needs = await requirementsOf(capability, needed(deps));
  const { executions, ok } = await deps.store.library.useOf(capability.name, capability.version);
  const rate = shareOf(ok, executions);
  return {
    name: capability.name,
    version: capability.version,
    kind: capability.kind,
    state: capability.state,
    summary: capability.spec.summary,
    score,
    uri: `capability://${capability.name}`,
    input_schema: capability.spec.input_schema,
    example: likeliest(capability.spec.tests, (test) => test.input)?.input ?? {},
    destructive: needs.destructive,
    ready: needs.missing.length + needs.notGranted.length === 0,
    missing_tools: [...needs.missing],
    ...(needs.notGranted.length > 0 ? { not_granted: [...needs.notGranted] } : {}),
    executions,
    ...(rate && { success_rate: short(rate.value), success_interval: [short(rate.low), short(rate.high)] }),
  };
}
