import type { EvidenceRecord, Outcome, Run, RunTrace, ToolCall, ToolResult } from '../../../src/evidence/model.js';
import { sha256 } from '../../../src/hash.js';
import type { JsonObject, JsonValue } from '../../../src/json.js';

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
  const message = 'role' in said ? said : null;
  const id = sha256(JSON.stringify([runId, ordinal, said]));
  return {
    schema_version: 1,
    evidence_id: id,
    run_id: runId,
    session_id: `session_${runId}`,
    source_id: 'source_1',
    format: 'openai_chat',
    native_id: null,
    ordinal,
    kind: message ? 'message' : 'outcome',
    role: message?.role ?? null,
    is_human: message?.role === 'user',
    is_sidechain: message?.sidechain ?? false,
    timestamp: null,
    model: null,
    text: message?.text ?? null,
    tool_calls: [...(message?.calls ?? [])],
    tool_result: message?.result ?? null,
    act: null,
    outcome: 'kind' in said ? said : null,
    usage: null,
    provenance: {
      source_file: sourceFile,
      byte_offset: ordinal * 10,
      byte_length: 10,
      line: ordinal + 1,
      pointer: null,
      sig_hash: sha256(`raw ${id}`),
      redacted_hash: sha256(`redacted ${id}`),
      recorded_at: '2026-01-01T00:00:00.000Z',
    },
  };
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
    run: {
      run_id: runId,
      session_id: `session_${runId}`,
      source_id: 'source_1',
      source: 'made-up',
      format: 'openai_chat',
      origin: 'file',
      native_id: null,
      task_id: null,
      trial: null,
      project: null,
      agent: null,
      models: [],
      task: null,
      outcome: outcomes[0] ?? null,
      started_at: null,
      ended_at: null,
      records: records.length,
      calls: messages.reduce((sum, said) => sum + (said.calls?.length ?? 0), 0),
      ...options.run,
    },
    records,
  };
}
