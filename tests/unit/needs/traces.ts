import type { EvidenceRecord, Run, RunTrace, SemanticAct } from '../../../src/evidence/model.js';
import { sha256 } from '../../../src/hash.js';
import type { JsonObject, JsonValue } from '../../../src/json.js';

/** What one message of a small run says. */
export type Said =
  | { readonly user: string; readonly human?: boolean; readonly sidechain?: boolean }
  | {
      readonly assistant: string | null;
      readonly calls?: readonly (readonly [tool: string, args: JsonObject, result: JsonValue])[];
      readonly sidechain?: boolean;
    }
  | { readonly act: SemanticAct };

const run = (runId: string, records: number): Run => ({
  run_id: runId,
  session_id: runId,
  source_id: 'source_1',
  source: 'desk',
  format: 'openai_chat',
  origin: 'file',
  native_id: null,
  task_id: null,
  trial: null,
  project: null,
  agent: null,
  models: [],
  task: null,
  outcome: null,
  started_at: null,
  ended_at: null,
  records,
  calls: 0,
});

/** A run out of what was said; each call is followed by a record with its result. */
export function traceOf(runId: string, said: readonly Said[]): RunTrace {
  const records: EvidenceRecord[] = [];
  const add = (part: Partial<EvidenceRecord>): void => {
    const ordinal = records.length;
    records.push({
      schema_version: 1,
      evidence_id: sha256(`${runId}/${ordinal}`),
      run_id: runId,
      session_id: runId,
      source_id: 'source_1',
      format: 'openai_chat',
      native_id: null,
      ordinal,
      kind: 'message',
      role: null,
      is_human: false,
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
        source_file: 'desk.jsonl',
        byte_offset: ordinal,
        byte_length: 1,
        line: 1,
        pointer: null,
        sig_hash: sha256('raw'),
        redacted_hash: sha256('redacted'),
        recorded_at: '2026-01-01T00:00:00.000Z',
      },
      ...part,
    });
  };
  for (const one of said) {
    if ('act' in one) add({ kind: 'act', act: one.act });
    else if ('user' in one) {
      add({ role: 'user', text: one.user, is_human: one.human ?? true, is_sidechain: one.sidechain ?? false });
    } else {
      const place = { is_sidechain: one.sidechain ?? false };
      const calls = (one.calls ?? []).map(([name, args, result], index) => ({
        result,
        call: { id: `call_${records.length}_${index}`, name, arguments: args, raw_arguments: null },
      }));
      add({ ...place, role: 'assistant', text: one.assistant, tool_calls: calls.map(({ call }) => call) });
      for (const { call, result } of calls) {
        add({
          ...place,
          role: 'tool',
          tool_result: { call_id: call.id, name: call.name, content: result, is_error: null },
        });
      }
    }
  }
  return { run: run(runId, records.length), records };
}
