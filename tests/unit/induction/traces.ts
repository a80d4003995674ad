import type { EvidenceRecord, Run, RunTrace } from '../../../src/evidence/model.js';
import { sha256 } from '../../../src/hash.js';
import type { JsonObject, JsonValue } from '../../../src/json.js';
import type { ScoredRun } from '../../../src/scoring/model.js';

/** What happens in a run: the user speaks, or the agent makes a call and sees its result. */
export type Event =
  | { readonly user: string }
  | { readonly tool: string; readonly args: JsonObject; readonly result: JsonValue; readonly failed?: boolean };

const at = '2026-01-01T00:00:00.000Z';

function record(runId: string, ordinal: number, fields: Partial<EvidenceRecord>): EvidenceRecord {
  return {
    schema_version: 1,
    evidence_id: sha256(`${runId}:${ordinal}`),
    run_id: runId,
    session_id: runId,
    source_id: 'source',
    format: 'openai_chat',
    native_id: null,
    ordinal,
    kind: 'message',
    role: 'user',
    is_human: true,
    is_sidechain: false,
    timestamp: null,
    model: null,
    text: null,
    tool_calls: [],
    tool_result: null,
    act: null,
    outcome: null,
    usage: null,
    provenance: {
      source_file: 'runs.jsonl',
      byte_offset: 0,
      byte_length: 1,
      line: 1,
      pointer: null,
      sig_hash: sha256('raw'),
      redacted_hash: sha256('redacted'),
      recorded_at: at,
    },
    ...fields,
  };
}

/** A run as an importer would have stored it. */
export function traceOf(runId: string, taskId: string | null, events: readonly Event[]): RunTrace {
  const records: EvidenceRecord[] = [];
  for (const event of events) {
    const ordinal = records.length;
    if ('user' in event) {
      records.push(record(runId, ordinal, { text: event.user }));
      continue;
    }
    const id = `call_${ordinal}`;
    const call = { id, name: event.tool, arguments: event.args, raw_arguments: null };
    records.push(record(runId, ordinal, { role: 'assistant', tool_calls: [call] }));
    const result = { call_id: id, name: event.tool, content: event.result, is_error: event.failed ?? false };
    records.push(record(runId, ordinal + 1, { role: 'tool', tool_result: result }));
  }
  const run: Run = {
    run_id: runId,
    session_id: runId,
    source_id: 'source',
    source: 'desk',
    format: 'openai_chat',
    origin: 'file',
    native_id: null,
    task_id: taskId,
    trial: null,
    project: null,
    agent: null,
    models: [],
    task: null,
    outcome: null,
    started_at: null,
    ended_at: null,
    records: records.length,
    calls: events.filter((one) => 'tool' in one).length,
  };
  return { run, records };
}

export function scoreOf(runId: string, category: ScoredRun['category']): ScoredRun {
  const reason = { marker: 'test', severity: 'info' as const, message: 'set by the test', evidence_id: null };
  return {
    schema_version: 1,
    run_id: runId,
    category,
    reasons: [reason],
    scorer_version: '1',
    input_hash: '',
    scored_at: at,
    via: 'cli',
  };
}
