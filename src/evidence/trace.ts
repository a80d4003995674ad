import { isJsonObject, type JsonObject, type JsonValue } from '../json.js';
import type { EvidenceRecord, RunTrace, ToolCall, ToolResult } from './model.js';

/** A call as it was recorded, with the result that answered it. */
export interface RecordedCall {
  /** place among the calls of the run, from 0 */
  readonly index: number;
  readonly tool: string;
  /** null where the log's arguments could not be parsed */
  readonly args: JsonObject | null;
  readonly callId: string | null;
  /** undefined where the log holds no result */
  readonly result: JsonValue | undefined;
  readonly failed: boolean;
  readonly error: string | null;
  readonly callOrdinal: number;
  readonly resultOrdinal: number | null;
  readonly callEvidenceId: string;
  readonly resultEvidenceId: string | null;
}

const maxErrorLength = 500;

function errorTextOf(value: JsonValue): string {
  if (typeof value === 'string') return value.slice(0, maxErrorLength);
  if (isJsonObject(value) && typeof value['message'] === 'string') return value['message'].slice(0, maxErrorLength);
  return JSON.stringify(value).slice(0, maxErrorLength);
}

/**
 * Whether a result reports a failure, and what it says; null where it reports none. A result has failed when
 * - the log marks it as an error (`is_error` true), or
 * - it is text that begins with `Error` (leading space aside), or
 * - it is an object whose `error` is neither null, false nor empty, or whose `ok` is false.
 */
export function failureOf(result: ToolResult): string | null {
  const content = result.content;
  if (result.is_error === true) {
    return isJsonObject(content) && content['error'] ? errorTextOf(content['error']) : errorTextOf(content);
  }
  if (typeof content === 'string') return /^\s*Error/.test(content) ? errorTextOf(content) : null;
  if (!isJsonObject(content)) return null;
  const error = content['error'];
  if (error !== undefined && error !== null && error !== false && error !== '') return errorTextOf(error);
  return content['ok'] === false ? errorTextOf(content) : null;
}

/** What a result says, as text; of an object its parts, for a shell's output stands in one of them. */
export function textOfResult(value: JsonValue): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(textOfResult).join('\n');
  return isJsonObject(value) ? Object.values(value).map(textOfResult).join('\n') : String(value);
}

/** The records of a run's main line: those of sub-agents are left out, unless the run is a sub-agent's own. */
export function mainRecords(records: readonly EvidenceRecord[]): readonly EvidenceRecord[] {
  const main = records.filter((record) => !record.is_sidechain);
  return main.length > 0 ? main : records;
}

interface OpenCall {
  readonly call: ToolCall;
  readonly record: EvidenceRecord;
  result: { readonly value: ToolResult; readonly record: EvidenceRecord } | null;
}

/** The oldest unanswered call that a result can belong to: by id; without one by name; else the oldest without an id. */
function answeredBy(result: ToolResult, open: readonly OpenCall[]): OpenCall | undefined {
  const byId = result.call_id === null ? undefined : open.find((one) => one.call.id === result.call_id);
  if (byId) return byId;
  const candidates = result.call_id === null ? open : open.filter((one) => one.call.id === null);
  return result.name === null ? candidates[0] : candidates.find((one) => one.call.name === result.name);
}

/**
 * The calls of a run in the order in which they were made, each with the result that answered it. Results are paired by
 * call id within the run; where ids repeat or are missing, in order. A result that answers no call is left out.
 */
export function recordedCalls(trace: RunTrace): RecordedCall[] {
  const calls: OpenCall[] = [];
  const open: OpenCall[] = [];
  for (const record of trace.records) {
    if (record.tool_result) {
      const answered = answeredBy(record.tool_result, open);
      if (answered) {
        answered.result = { value: record.tool_result, record };
        open.splice(open.indexOf(answered), 1);
      }
    }
    for (const call of record.tool_calls) {
      const made: OpenCall = { call, record, result: null };
      calls.push(made);
      open.push(made);
    }
  }
  return calls.map(({ call, record, result }, index) => {
    const error = result ? failureOf(result.value) : null;
    return {
      index,
      tool: call.name,
      args: call.arguments,
      callId: call.id,
      result: result?.value.content,
      failed: error !== null,
      error,
      callOrdinal: record.ordinal,
      resultOrdinal: result?.record.ordinal ?? null,
      callEvidenceId: record.evidence_id,
      resultEvidenceId: result?.record.evidence_id ?? null,
    };
  });
}
