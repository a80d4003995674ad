import { hashOf, sha256 } from '../hash.js';
import type { JsonValue } from '../json.js';
import type { LibraryStore } from '../library/model.js';
import { readSlice } from './files.js';
import { checkExecutionRecord, executionIdOf } from './from-execution.js';
import type { EvidenceRecord } from './model.js';
import { parseBytes } from './read/parse.js';
import { cleanText, type RedactionPolicy } from './redact.js';
import { type CleanText, cleanedOnce, pathsKeptAs } from './source-path.js';
import { isSpilled, withSpilled } from './spilled.js';
import type { EvidenceStore } from './store.js';

/** The value that a record was read from, or what no longer holds. */
async function reread(record: EvidenceRecord, clean: CleanText): Promise<{ value: JsonValue } | { problem: string }> {
  const { source_file } = record.provenance;
  if (source_file.startsWith('client:')) return { problem: 'the source is not a file: a client handed the text in' };
  let last: { value: JsonValue } | { problem: string } = { problem: 'the source file is no longer there' };
  for (const path of await pathsKeptAs(source_file, clean)) {
    last = await rereadFrom(path, record);
    if ('value' in last) return last;
  }
  return last;
}

async function rereadFrom(path: string, record: EvidenceRecord): Promise<{ value: JsonValue } | { problem: string }> {
  const { byte_offset, byte_length, sig_hash } = record.provenance;
  const bytes = await readSlice(path, byte_offset, byte_length);
  if (bytes === undefined) return { problem: 'the source file is no longer there' };
  if (bytes.length < byte_length) return { problem: 'the source file is shorter than it was' };
  if (sha256(bytes) !== sig_hash) return { problem: 'the bytes of the source are not those that were read' };
  const parsed = parseBytes(bytes);
  if ('value' in parsed && record.format === 'claude_code') return { value: await withSpilled(parsed.value, path) };
  return 'value' in parsed ? parsed : { problem: 'the bytes of the source are no longer one JSON value' };
}

/**
 * Reads a record's bytes again, checks their hash, redacts again and compares. Placeholders are numbered by first appearance
 * within the run, so the records before it are read as well. A record of an execution is read from the stored execution.
 * @returns the first thing that does not hold, or null
 */
export async function verify(
  {
    evidence: store,
    library,
  }: { readonly evidence: EvidenceStore; readonly library: Pick<LibraryStore, 'getExecution'> },
  policy: RedactionPolicy,
  evidenceId: string,
): Promise<string | null> {
  const record = await store.getRecord(evidenceId);
  if (!record) return 'there is no such record';
  if (record.format === 'capability_execution') {
    // It was redacted before it was stored: there is nothing to redact again.
    return checkExecutionRecord(record, await library.getExecution(executionIdOf(record.provenance.source_file)));
  }
  const clean = cleanedOnce((text) => cleanText(policy, text));
  const own = await reread(record, clean);
  if ('problem' in own) return own.problem;
  // Where nothing was numbered before it, the record alone already gives the stored hash.
  if (hashOf(await redactedLast(policy, [own.value])) === record.provenance.redacted_hash) return null;
  const trace = await store.getTrace(record.run_id, 'all');
  const values: JsonValue[] = [];
  for (const before of trace?.records ?? []) {
    if (before.ordinal >= record.ordinal) break;
    const read = await reread(before, clean);
    if ('problem' in read) return `record ${before.ordinal} of the run, which comes before: ${read.problem}`;
    values.push(read.value);
  }
  values.push(own.value);
  if (hashOf(await redactedLast(policy, values)) === record.provenance.redacted_hash) return null;
  if (record.format === 'claude_code' && isSpilled(own.value)) {
    return 'the file beside the log that holds the whole result is no longer there';
  }
  const source = await store.getSource(record.source_id);
  return source?.redaction_policy === policy.digest
    ? 'the redacted content is not what was stored'
    : 'the redacted content is not what was stored: the redaction rules have changed since the import';
}

/** The last of the values as it is after all of them went through one redactor. */
async function redactedLast(policy: RedactionPolicy, values: readonly JsonValue[]): Promise<JsonValue | undefined> {
  const findings = await policy.search(values);
  const redactor = policy.runRedactor();
  return values.map((value) => redactor.redact(value, findings)).at(-1);
}
