import { toUSVString } from 'node:util';
import { type EvidenceRecord, evidenceSchemaVersion } from '../../src/evidence/model.js';

// How a record stands in its row. Names of fields would be half of it: the body is an array of values in a fixed order.

/** The columns that a record is made of. */
export const recordColumns = 'evidence_id, run_id, ordinal, abandoned, body, text';

export interface RecordRow {
  readonly evidence_id: string;
  readonly run_id: string;
  readonly ordinal: number;
  readonly abandoned: number;
  readonly body: string;
  readonly text: string | null;
}

/** A result without the names of its fields; `content` is in a list of its own, empty where it is the record's text. */
type PackedResult = readonly [
  callId: string | null,
  name: string | null,
  isError: boolean | null,
  content: readonly NonNullable<EvidenceRecord['tool_result']>['content'][],
];

type Provenance = EvidenceRecord['provenance'];

/** Appended to only: rows that were written before must stay readable. */
type Packed = readonly [
  version: EvidenceRecord['schema_version'],
  /** null where it is the run's id */
  session: string | null,
  source: string,
  format: EvidenceRecord['format'],
  nativeId: string | null,
  kind: EvidenceRecord['kind'],
  role: EvidenceRecord['role'],
  isHuman: boolean,
  isSidechain: boolean,
  timestamp: string | null,
  model: string | null,
  calls: EvidenceRecord['tool_calls'],
  result: PackedResult | null,
  act: EvidenceRecord['act'],
  outcome: EvidenceRecord['outcome'],
  usage: EvidenceRecord['usage'],
  file: string,
  offset: number,
  length: number,
  line: number,
  pointer: string | null,
  sigHash: string,
  redactedHash: string,
  recordedAt: Provenance['recorded_at'],
  /** where a column cannot hold it */
  text?: string,
];

function packedResult({ tool_result, text }: EvidenceRecord): PackedResult | null {
  if (tool_result === null) return null;
  const { call_id, name, is_error, content } = tool_result;
  return [call_id, name, is_error, content === text ? [] : [content]];
}

/** The text of a record as far as a column can hold it: half of a surrogate pair would come out as another character. */
export function textColumnOf({ text }: EvidenceRecord): string | null {
  return text !== null && toUSVString(text) === text ? text : null;
}

/** What is written of a record beside what has a column of its own; `text` is what the column of the text holds. */
export function bodyOf(record: EvidenceRecord, text: string | null): string {
  const { session_id, provenance } = record;
  const packed: Packed = [
    record.schema_version,
    session_id === record.run_id ? null : session_id,
    record.source_id,
    record.format,
    record.native_id,
    record.kind,
    record.role,
    record.is_human,
    record.is_sidechain,
    record.timestamp,
    record.model,
    record.tool_calls,
    packedResult(record),
    record.act,
    record.outcome,
    record.usage,
    provenance.source_file,
    provenance.byte_offset,
    provenance.byte_length,
    provenance.line,
    provenance.pointer,
    provenance.sig_hash,
    provenance.redacted_hash,
    provenance.recorded_at,
  ];
  return JSON.stringify(text === record.text ? packed : [...packed, record.text]);
}

function provenanceOf(packed: Packed): Provenance {
  return {
    source_file: packed[16],
    byte_offset: packed[17],
    byte_length: packed[18],
    line: packed[19],
    pointer: packed[20],
    sig_hash: packed[21],
    redacted_hash: packed[22],
    recorded_at: packed[23],
  };
}

function resultOf(packed: PackedResult | null, text: string | null): EvidenceRecord['tool_result'] {
  if (packed === null) return null;
  const [call_id, name, is_error, [content = text]] = packed;
  return { call_id, name, content, is_error };
}

function unpacked(row: RecordRow): EvidenceRecord {
  const packed: Packed = JSON.parse(row.body);
  const text = packed[24] ?? row.text;
  return {
    schema_version: evidenceSchemaVersion,
    evidence_id: row.evidence_id,
    run_id: row.run_id,
    session_id: packed[1] ?? row.run_id,
    source_id: packed[2],
    format: packed[3],
    native_id: packed[4],
    ordinal: row.ordinal,
    kind: packed[5],
    role: packed[6],
    is_human: packed[7],
    is_sidechain: packed[8],
    timestamp: packed[9],
    model: packed[10],
    text,
    tool_calls: packed[11],
    tool_result: resultOf(packed[12], text),
    act: packed[13],
    outcome: packed[14],
    usage: packed[15],
    provenance: provenanceOf(packed),
  };
}

function whole(row: RecordRow): EvidenceRecord {
  // Rows of older stores hold the record as it is.
  const record: EvidenceRecord = row.body.startsWith('{') ? JSON.parse(row.body) : unpacked(row);
  return record;
}

/** Whether a record is abandoned may change while its session grows: the column says it, not the body. */
export function recordOf(row: RecordRow): EvidenceRecord {
  const record = whole(row);
  return row.abandoned === 1 ? { ...record, is_abandoned: true } : record;
}

const keyDigits = 12;

/** What a record's id is looked up by: as many bits as a number holds well. An index over whole ids is five times as large. */
export function idKeyOf(evidenceId: string): number {
  const start = evidenceId.slice(0, keyDigits);
  return /^[0-9a-f]+$/.test(start) ? Number.parseInt(start, 16) : 0;
}

/** The first and the last key of the ids that start so. */
export function idKeysStartingWith(prefix: string): [number, number] {
  const start = prefix.slice(0, keyDigits);
  return [idKeyOf(start.padEnd(keyDigits, '0')), idKeyOf(start.padEnd(keyDigits, 'f'))];
}
