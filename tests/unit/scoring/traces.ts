import type { EvidenceRecord, Outcome, Run, RunTrace, ToolCall, ToolResult } from '../../../src/evidence/model.js';
import type { JsonObject, JsonValue } from '../../../src/json.js';
import { madeUpRecord, madeUpRun } from '../../support/made-up-run.js';

/** One message of a small made-up run. */
export interface Said {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly text?: string;
  readonly calls?: readonly ToolCall[];
  readonly result?: ToolResult;
  readonly sidechain?: boolean;
}

export const user = (text: string): Said => ({ role: 'user', text });
export const agent = (text: string, ...calls: ToolCall[]): Said => ({ role: 'assistant', text, calls });
export const call = (id: string | null, name: string, args: JsonObject | null = {}): ToolCall => ({
  id,
  name,
  arguments: args,
  raw_arguments: args === null ? '{broken' : null,
});
export const result = (callId: string | null, content: JsonValue, isError: boolean | null = null): Said => ({
  role: 'tool',
  result: { call_id: callId, name: null, content, is_error: isError },
});

export const reward = (value: JsonValue): Outcome => ({ kind: 'reward', value, grader: 'env' });

function record(runId: string, said: Said | Outcome, ordinal: number, sourceFile: string): EvidenceRecord {
  const plain = madeUpRecord(runId, ordinal);
  const place = { session_id: `session_${runId}`, provenance: { ...plain.provenance, source_file: sourceFile } };
  if ('kind' in said) return { ...plain, ...place, kind: 'outcome', outcome: said };
  const { role, sidechain = false, text = null, calls = [], result: answer = null } = said;
  const content = { role, text, is_human: role === 'user', is_sidechain: sidechain };
  return { ...plain, ...place, ...content, tool_calls: [...calls], tool_result: answer };
}

/** A run trace out of a few messages; `outcomes` become records of their own, the first is also the run's. */
export function traceOf(
  runId: string,
  messages: readonly Said[],
  options: { outcomes?: readonly Outcome[]; run?: Partial<Run>; sourceFile?: string } = {},
): RunTrace {
  const outcomes = options.outcomes ?? [];
  const file = options.sourceFile ?? (options.run?.origin === 'client' ? 'client:chat' : '/logs/made-up.jsonl');
  const records = [...messages, ...outcomes].map((said, ordinal) => record(runId, said, ordinal, file));
  return {
    run: madeUpRun(runId, {
      session_id: `session_${runId}`,
      source: 'made-up',
      outcome: outcomes[0] ?? null,
      records: records.length,
      calls: messages.reduce((sum, said) => sum + (said.calls?.length ?? 0), 0),
      ...options.run,
    }),
    records,
  };
}
