import type { EvidenceRecord, RunTrace, SemanticAct } from '../../../src/evidence/model.js';
import type { JsonObject, JsonValue } from '../../../src/json.js';
import { madeUpRecord, madeUpRun } from '../../support/made-up-run.js';

/** What one message of a small run says. */
export type Said =
  | { readonly user: string; readonly human?: boolean; readonly sidechain?: boolean }
  | {
      readonly assistant: string | null;
      readonly calls?: readonly (readonly [tool: string, args: JsonObject, result: JsonValue])[];
      readonly sidechain?: boolean;
    }
  | { readonly act: SemanticAct };

/** A run out of what was said; each call is followed by a record with its result. */
export function traceOf(runId: string, said: readonly Said[]): RunTrace {
  const records: EvidenceRecord[] = [];
  const add = (part: Partial<EvidenceRecord>): void => {
    records.push(madeUpRecord(runId, records.length, part));
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
  return { run: madeUpRun(runId, { records: records.length }), records };
}
