import type { EvidenceRecord, RunTrace, ToolCall, ToolResult } from '../evidence/model.js';
import { failureOf } from '../evidence/trace.js';
import type { JsonObject } from '../json.js';

/** A call of an assistant turn with the result that answered it; null where the log holds none. */
export interface MadeCall {
  readonly id: string | null;
  readonly name: string;
  readonly args: JsonObject;
  readonly answer: { readonly content: string; readonly failed: boolean; readonly record: EvidenceRecord } | null;
}

/** One turn, whatever format it will be written in. Answers stand with their calls. */
export interface Turn {
  readonly role: 'system' | 'user' | 'assistant';
  readonly text: string | null;
  readonly calls: readonly MadeCall[];
  readonly records: readonly EvidenceRecord[];
}

export interface Conversation {
  readonly turns: readonly Turn[];
  /** messages after the agent's last turn, which nothing can be learnt from */
  readonly trimmed: number;
}

/** Why a run cannot become a row. */
export type Unfit = 'sidechain' | 'no_assistant_turn' | 'orphan_tool_result' | 'unanswered_call' | 'unparsed_arguments';

interface OpenCall {
  readonly call: ToolCall;
  answer: MadeCall['answer'];
}
interface OpenTurn {
  readonly role: Turn['role'];
  text: string | null;
  readonly calls: OpenCall[];
  readonly records: EvidenceRecord[];
}

/** A result's text: as the log has it where the record kept it, else the parsed value as JSON. */
function contentOf(record: EvidenceRecord, result: ToolResult): string {
  if (record.role === 'tool' && record.text !== null) return record.text;
  return typeof result.content === 'string' ? result.content : JSON.stringify(result.content ?? null);
}

/** Answers a call of the newest assistant turn: by id, without one by name, else the oldest that is open. */
function answer(turn: OpenTurn | undefined, record: EvidenceRecord, result: ToolResult): boolean {
  const open = (turn?.calls ?? []).filter((one) => one.answer === null);
  const loose = result.call_id === null ? open : open.filter((one) => one.call.id === null);
  const match =
    (result.call_id === null ? undefined : open.find((one) => one.call.id === result.call_id)) ??
    (result.name === null ? loose[0] : loose.find((one) => one.call.name === result.name));
  if (!match) return false;
  match.answer = { content: contentOf(record, result), failed: failureOf(result) !== null, record };
  return true;
}

/** Some logs write one message of an agent as several records: those that follow one another unanswered are one turn. */
function addTurn(turns: OpenTurn[], record: EvidenceRecord, role: Turn['role']): void {
  const text = record.text !== null && record.text !== '' ? record.text : null;
  if (text === null && record.tool_calls.length === 0) return;
  const calls = record.tool_calls.map((call): OpenCall => ({ call, answer: null }));
  const last = turns.at(-1);
  if (role === 'assistant' && last?.role === 'assistant' && last.calls.every((one) => one.answer === null)) {
    last.text = last.text !== null && text !== null ? `${last.text}\n\n${text}` : (last.text ?? text);
    last.calls.push(...calls);
    last.records.push(record);
    return;
  }
  turns.push({ role, text, calls, records: [record] });
}

function toTurns(records: readonly EvidenceRecord[]): OpenTurn[] | Unfit {
  const turns: OpenTurn[] = [];
  for (const record of records) {
    if (record.tool_result) {
      const agent = turns.findLast((turn) => turn.role === 'assistant');
      if (!answer(agent, record, record.tool_result)) return 'orphan_tool_result';
    } else if (record.role !== null && record.role !== 'tool') {
      addTurn(turns, record, record.role);
    }
  }
  return turns;
}

function close(turn: OpenTurn): Turn | null {
  const calls: MadeCall[] = [];
  for (const { call, answer: given } of turn.calls) {
    if (call.arguments === null) return null;
    calls.push({ id: call.id, name: call.name, args: call.arguments, answer: given });
  }
  return { role: turn.role, text: turn.text, calls, records: turn.records };
}

const answersOf = (turn: OpenTurn): number => turn.calls.filter((one) => one.answer !== null).length;

/**
 * The conversation of a run's main thread: sidechains left out, each result paired with its call, everything after the
 * agent's last turn trimmed (the answers to that turn's calls too), so that a row ends on what the agent did.
 * @returns why not, where the run cannot be told as a conversation
 */
export function conversationOf(trace: RunTrace): Conversation | Unfit {
  const messages = trace.records.filter((record) => record.kind === 'message');
  const main = messages.filter((record) => !record.is_sidechain);
  if (main.length === 0 && messages.length > 0) return 'sidechain';
  const open = toTurns(main);
  if (typeof open === 'string') return open;
  const end = open.findLastIndex((turn) => turn.role === 'assistant');
  const last = open[end];
  if (!last) return 'no_assistant_turn';
  const kept = open.slice(0, end + 1);
  if (kept.slice(0, -1).some((turn) => turn.calls.some((one) => one.answer === null))) return 'unanswered_call';

  const turns: Turn[] = [];
  for (const turn of kept) {
    const closed = close(turn);
    if (!closed) return 'unparsed_arguments';
    turns.push(closed);
  }
  return { turns, trimmed: open.length - kept.length + answersOf(last) };
}

/** A message as a row will hold it, before it is written in a format. */
export type FlatMessage =
  | {
      readonly kind: 'said';
      readonly turn: Turn;
      readonly failed: boolean;
      readonly records: readonly EvidenceRecord[];
    }
  | {
      readonly kind: 'answer';
      readonly call: MadeCall;
      /** place of the call among all calls of the row */
      readonly callIndex: number;
      readonly content: string;
      readonly records: readonly EvidenceRecord[];
    };

/** Turns and answers one after the other; the last turn's answers are trimmed. */
export function flatten(conversation: Conversation): FlatMessage[] {
  const flat: FlatMessage[] = [];
  let callIndex = 0;
  for (const turn of conversation.turns) {
    const failed = turn.calls.some((call) => call.answer?.failed === true);
    flat.push({ kind: 'said', turn, failed, records: turn.records });
    const isLast = turn === conversation.turns.at(-1);
    for (const call of turn.calls) {
      if (call.answer && !isLast) {
        const { content, record } = call.answer;
        flat.push({ kind: 'answer', call, callIndex, content, records: [record] });
      }
      callIndex += 1;
    }
  }
  return flat;
}
