import { FoundryError } from '../errors.js';
import type { Roots } from '../roots.js';
import type { Store } from '../store.js';
import type { SearchEvidenceInput, SearchEvidenceOutput } from './contract.js';
import { type EvidenceRecord, isFile } from './model.js';
import type { EvidenceHit, RunFilter } from './store.js';

const defaultLimit = 10;
const maxOffset = 10_000;

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

/** A date or time as ISO 8601 in UTC, as the store compares it; a bare date that ends a span means its last moment. */
function timeOf(text: string | undefined, name: string, endOfDay: boolean): string | undefined {
  if (text === undefined) return undefined;
  const time = new Date(endOfDay && /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T23:59:59.999Z` : text);
  if (Number.isNaN(time.getTime())) {
    throw new FoundryError(
      'invalid_input',
      `${name} is no date or time.`,
      'Write it as 2026-01-31 or 2026-01-31T12:00Z.',
    );
  }
  return time.toISOString();
}

function filterOf(input: SearchEvidenceInput): RunFilter {
  return {
    source: input.source,
    run_ids: input.run_id === undefined ? undefined : [input.run_id],
    category: input.category,
    task_id: input.task_type,
    since: timeOf(input.since, 'since', false),
    until: timeOf(input.until, 'until', true),
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

function resultOf(hit: EvidenceHit, roots: Roots): SearchEvidenceOutput['results'][0] {
  const { record } = hit;
  return {
    evidence_id: record.evidence_id,
    run_id: record.run_id,
    snippet: hit.snippet,
    score: Math.round(hit.score * 1e4) / 1e4,
    provenance: publicProvenanceOf(record, roots),
    uri: `evidence://records/${record.evidence_id}`,
  };
}

function noteFor(searched: number, filtered: boolean): string {
  if (searched > 0) return 'No record holds any of these words; try fewer or other words.';
  return filtered
    ? 'The filters leave no record; loosen them.'
    : 'Nothing was imported yet; import_evidence reads logs.';
}

/** Full-text search over evidence, best first. */
export async function searchEvidence(
  deps: { readonly store: Store; readonly roots: Roots },
  input: SearchEvidenceInput,
): Promise<SearchEvidenceOutput> {
  const filter = filterOf(input);
  const offset = offsetOf(input.cursor);
  const limit = input.limit ?? defaultLimit;
  const filtered = Object.values(filter).some((one) => one !== undefined);
  if (!deps.store.exists()) return { results: [], searched: 0, note: noteFor(0, false) };
  const { hits, searched } = await deps.store.evidence.search(input.query, filter, limit + 1, offset);
  const results = hits.slice(0, limit).map((hit) => resultOf(hit, deps.roots));
  const output: SearchEvidenceOutput = { results, searched };
  if (results.length === 0 && offset === 0) output.note = noteFor(searched, filtered);
  if (hits.length > limit) output.next_cursor = cursorOf(offset + limit);
  return output;
}
