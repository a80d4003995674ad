import { contentId, hashOf, sha256 } from '../hash.js';
import type { JsonValue } from '../json.js';
import type { RecordContent } from './importers/importer.js';
import type { EvidenceRecord, Format } from './model.js';

/** Content that a client hands in lives in ids of its own: it can neither extend nor forestall what stands in a file. */
export type Namespace = 'client' | null;

/** The part of a record that tells it from others: what was said and done, not when it was logged nor what it cost. */
function essence(content: RecordContent): JsonValue {
  const { kind, role, text, tool_calls, tool_result, act, outcome } = content;
  return { kind, role, text, tool_calls, tool_result, act, outcome } as JsonValue;
}

/** Hash of a record's redacted content, the link of a run's chain. */
export function contentHash(content: RecordContent): string {
  return hashOf(essence(content));
}

/**
 * A record's id: sha256 over its format, its native id (or its run's id and its place in the run) and the hash of its
 * redacted content.
 * Provenance is no part of it: a renamed copy is a duplicate, two equal messages of one run are not.
 */
export function evidenceId(record: {
  readonly format: Format;
  readonly namespace: Namespace;
  readonly nativeId: string | null;
  readonly runId: string;
  readonly place: number;
  /** of `contentHash` */
  readonly contentHash: string;
}): string {
  const who = record.nativeId === null ? { run: record.runId, place: record.place } : { native_id: record.nativeId };
  const origin = record.namespace === null ? {} : { origin: record.namespace };
  return hashOf({ format: record.format, ...origin, ...who, content: record.contentHash });
}

/** The id of a run that has one of its own in the log. */
export function nativeRunId(format: Format, namespace: Namespace, native: JsonValue): string {
  return contentId('run', { format, native, ...(namespace === null ? {} : { origin: namespace }) });
}

/**
 * The ids that a run without an id of its own could have, by how many of its records were seen first: element `n` is the id
 * after `n + 1` records. A run is named when it is first seen; once it has grown, its old id is among these.
 */
export function chainRunIds(
  format: Format,
  namespace: Namespace,
  seed: JsonValue,
  hashes: readonly string[],
): string[] {
  let chain = hashOf({ format, seed, ...(namespace === null ? {} : { origin: namespace }) });
  return hashes.map((hash) => {
    chain = sha256(`${chain}${hash}`);
    return `run_${chain.slice(0, 16)}`;
  });
}

/** The ids of records that a stored run is compared by: its messages and acts, in order. */
export function spokenIds(records: readonly EvidenceRecord[]): string[] {
  return records.filter((record) => record.kind !== 'outcome').map((record) => record.evidence_id);
}
