import type { EvidenceRecord, RunTrace } from '../../../src/evidence/model.js';
import type { JsonObject, JsonValue } from '../../../src/json.js';
import type { ScoredRun } from '../../../src/scoring/model.js';
import { madeUpRecord, madeUpRun } from '../../support/made-up-run.js';

/** What happens in a run: the user speaks, or the agent makes a call and sees its result. */
export type Event =
  | { readonly user: string }
  | { readonly tool: string; readonly args: JsonObject; readonly result: JsonValue; readonly failed?: boolean };

const record = (runId: string, ordinal: number, fields: Partial<EvidenceRecord>): EvidenceRecord =>
  madeUpRecord(runId, ordinal, { role: 'user', is_human: true, ...fields });

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
  const calls = events.filter((one) => 'tool' in one).length;
  return { run: madeUpRun(runId, { task_id: taskId, records: records.length, calls }), records };
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
    scored_at: '2026-01-01T00:00:00.000Z',
    via: 'cli',
  };
}
