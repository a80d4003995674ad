import { contentId, hashOf, sha256 } from '../hash.js';
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from '../json.js';
import type { Execution } from '../library/model.js';
import { contentHash, evidenceId, nativeRunId } from './identity.js';
import { emptyContent, type RecordContent } from './importers/importer.js';
import { type EvidenceRecord, evidenceRecordSchema, evidenceSchemaVersion, type Run, type Source } from './model.js';
import type { Place } from './read/spans.js';

/** What filters call the source of all executions. */
export const executionsSource = 'executions';

const format = 'capability_execution';
const filePrefix = 'execution:';

/** The run in which an execution stands as evidence; dry runs have none. */
export function runIdOfExecution(executionId: string): string {
  return nativeRunId(format, null, executionId);
}

/** The execution that a record's `source_file` names. */
export function executionIdOf(sourceFile: string): string {
  return sourceFile.startsWith(filePrefix) ? sourceFile.slice(filePrefix.length) : sourceFile;
}

/** The text that spans of executions count in: canonical JSON of the execution as it is stored, which is redacted already. */
export function executionText(execution: Execution): string {
  return canonicalJson(execution);
}

type Measure = (value: unknown) => number;

/** Bytes of a value's canonical JSON, each measured once: an execution may hold many large answers. */
function createMeasure(): Measure {
  const known = new Map<unknown, number>();
  return (value) => {
    const bytes = known.get(value) ?? Buffer.byteLength(canonicalJson(value));
    known.set(value, bytes);
    return bytes;
  };
}

/** Where a value of one line of canonical JSON stands, by a path of keys and indices. */
function placeOf(root: JsonValue, path: readonly (string | number)[], bytesIn: Measure): Place {
  let value = root;
  let offset = 0;
  for (const token of path) {
    offset += 1;
    if (Array.isArray(value) && typeof token === 'number') {
      for (const before of value.slice(0, token)) offset += bytesIn(before) + 1;
      value = value[token] ?? null;
    } else if (isJsonObject(value) && typeof token === 'string') {
      // RFC 8785 orders keys by UTF-16 code units, as sort() does.
      for (const key of Object.keys(value).sort()) {
        if (key === token) break;
        offset += bytesIn(key) + bytesIn(value[key]) + 2;
      }
      offset += bytesIn(token) + 1;
      value = value[token] ?? null;
    }
  }
  return { offset, length: bytesIn(value), line: 1 };
}

interface Piece {
  readonly path: readonly (string | number)[];
  readonly value: JsonValue;
  readonly content: RecordContent;
}

function contentOf(at: string, part: Partial<RecordContent>): RecordContent {
  return { ...emptyContent, kind: 'execution', timestamp: at, ...part };
}

/** A call and its answer, both read from the same stretch. Arguments that are no object are kept as text. */
function piecesOfCall(call: Execution['calls'][number], index: number, execution: Execution): Piece[] {
  const id = `${execution.execution_id}/calls/${index}`;
  const { name, args, result, failed } = call;
  const readable = isJsonObject(args);
  const made = { id, name, arguments: readable ? args : null, raw_arguments: readable ? null : canonicalJson(args) };
  const said = { call_id: id, name, content: result, is_error: failed };
  const at = { path: ['calls', index], value: call as JsonObject };
  return [
    { ...at, content: contentOf(execution.at, { role: 'assistant', tool_calls: [made] }) },
    { ...at, content: contentOf(execution.at, { role: 'tool', tool_result: said }) },
  ];
}

function piecesOf(execution: Execution): Piece[] {
  const { execution_id: id, name, input, observation, error, at } = execution;
  const whole = execution as unknown as JsonObject;
  const called = { id, name, arguments: input, raw_arguments: null };
  const ended: Piece =
    observation === null
      ? {
          path: ['error'],
          value: error,
          content: contentOf(at, {
            role: 'tool',
            tool_result: { call_id: id, name, content: error, is_error: true },
          }),
        }
      : {
          path: ['observation'],
          value: observation,
          content: contentOf(at, {
            role: 'tool',
            tool_result: { call_id: id, name, content: observation, is_error: observation.status === 'fail' },
          }),
        };
  return [
    { path: [], value: whole, content: contentOf(at, { role: 'assistant', tool_calls: [called] }) },
    ...execution.calls.flatMap((call, index) => piecesOfCall(call, index, execution)),
    ended,
  ];
}

export interface ExecutionEvidence {
  readonly source: Source;
  readonly run: Run;
  readonly records: readonly EvidenceRecord[];
}

function sourceOf(execution: Execution, redactionPolicy: string): Source {
  const path = `${filePrefix}${execution.name}`;
  return {
    source_id: contentId('source', { source: executionsSource, path, origin: 'execution' }),
    source: executionsSource,
    path,
    origin: 'execution',
    format,
    // There is no file: each record's hashes are of its own execution.
    bytes: 0,
    sha256: sha256(''),
    importer: `${format}@1`,
    redaction_policy: redactionPolicy,
    imported_at: execution.at,
  };
}

function endOf({ at, duration_ms }: Execution): string {
  return new Date(Date.parse(at) + Math.round(duration_ms)).toISOString();
}

/**
 * An execution as evidence, one run: the call of the capability (its span is the whole execution), each call that it made
 * with what came back, and at the end the observation, or the error where there was none. Pure.
 * @param execution as it is stored: redacted, and no dry run
 * @param redactionPolicy digest of the rules that it was redacted by
 */
export function evidenceOfExecution(execution: Execution, redactionPolicy: string): ExecutionEvidence {
  const stored = JSON.parse(executionText(execution)) as Execution;
  const source = sourceOf(stored, redactionPolicy);
  const runId = runIdOfExecution(stored.execution_id);
  const measure = createMeasure();
  const records = piecesOf(stored).map(({ path, value, content }, ordinal): EvidenceRecord => {
    const { offset, length, line } = placeOf(stored as unknown as JsonObject, path, measure);
    const hash = hashOf(value);
    return evidenceRecordSchema.parse({
      schema_version: evidenceSchemaVersion,
      evidence_id: evidenceId({
        format,
        namespace: null,
        nativeId: null,
        runId,
        place: ordinal,
        contentHash: contentHash(content),
      }),
      run_id: runId,
      session_id: runId,
      source_id: source.source_id,
      format,
      native_id: null,
      ordinal,
      ...content,
      provenance: {
        source_file: `${filePrefix}${stored.execution_id}`,
        byte_offset: offset,
        byte_length: length,
        line,
        pointer: path.length === 0 ? null : `/${path.join('/')}`,
        // Redacted before it was stored, and canonical: both hashes are of the same text.
        sig_hash: hash,
        redacted_hash: hash,
        recorded_at: stored.at,
      },
    });
  });
  const run: Run = {
    run_id: runId,
    session_id: runId,
    source_id: source.source_id,
    source: executionsSource,
    format,
    origin: 'execution',
    native_id: stored.execution_id,
    task_id: null,
    trial: null,
    project: null,
    agent: null,
    models: [],
    task: null,
    outcome: null,
    started_at: stored.at,
    ended_at: endOf(stored),
    records: records.length,
    calls: 1 + stored.calls.length,
  };
  return { source, run, records };
}

/**
 * Whether a record is still what the stored execution says.
 * @returns the first thing that does not hold, or null
 */
export function checkExecutionRecord(record: EvidenceRecord, execution: Execution | undefined): string | null {
  if (!execution) return 'the execution is no longer in the store';
  const { byte_offset, byte_length, sig_hash, redacted_hash } = record.provenance;
  const bytes = Buffer.from(executionText(execution)).subarray(byte_offset, byte_offset + byte_length);
  if (bytes.length < byte_length) return 'the stored execution is shorter than it was';
  if (sha256(bytes) !== sig_hash || sig_hash !== redacted_hash) return 'the stored execution is not what was recorded';
  const again = evidenceOfExecution(execution, '').records[record.ordinal];
  return again?.evidence_id === record.evidence_id ? null : 'the stored execution does not give this record';
}
