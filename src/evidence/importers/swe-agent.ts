import type { JsonObject, JsonValue } from '../../json.js';
import type { ToolCall } from '../model.js';
import { elementSpans, memberSpan } from '../read/children.js';
import { parseContainer } from '../read/parse.js';
import type { ValueSpan } from '../read/spans.js';
import { contentText, readChatMessage, resultValue } from './chat.js';
import {
  type Draft,
  emptyContent,
  type ImportEvent,
  type Importer,
  type Item,
  idText,
  ignored,
  listOf,
  noFacts,
  objectOf,
  type RecordContent,
  rejected,
  textOf,
} from './importer.js';
import { parsePythonLiteral } from './python-literal.js';

/** A list that may stand as the text that Python prints for it. */
function unwrapped(value: JsonValue | undefined): JsonValue | undefined {
  return typeof value === 'string' ? (parseContainer(value) ?? parsePythonLiteral(value)) : value;
}

/** Without tool calls the action is what was typed into the shell, which is what the tool `bash` takes when there are. */
function shellCall(action: JsonValue | undefined): ToolCall[] {
  if (typeof action !== 'string' || action.trim() === '') return [];
  return [{ id: null, name: 'bash', arguments: { command: action.trim() }, raw_arguments: null }];
}

function readResult(callId: string | null, content: JsonValue | undefined): RecordContent {
  const text = contentText(content);
  const value = text === null ? (content ?? null) : resultValue(text);
  return {
    ...emptyContent,
    role: 'tool',
    text,
    tool_result: { call_id: callId, name: null, content: value, is_error: null },
  };
}

function readAgent(message: JsonObject): RecordContent | string {
  const listed = message['tool_calls'] ?? null;
  const calls = unwrapped(listed);
  if (listed !== null && listed !== '' && calls === undefined) return 'tool_calls is neither a list nor its text';
  const read = readChatMessage({ role: 'assistant', content: message['content'] ?? null, tool_calls: calls ?? null });
  if (typeof read === 'string' || read.tool_calls.length > 0) return read;
  return { ...read, tool_calls: shellCall(message['action']) };
}

/** What follows an action in the user's place is what the environment answered. */
function historyReader(answersAction: boolean): Draft['read'] {
  return (value) => {
    const message = objectOf(value);
    if (!message) return 'message is not an object';
    const role = message['role'];
    if (role === 'assistant') return readAgent(message);
    if (role === 'tool' || (role === 'user' && answersAction)) {
      const ids = message['tool_call_ids'];
      return readResult(idText(listOf(unwrapped(ids))[0]) ?? idText(message['tool_call_id']), message['content']);
    }
    return readChatMessage({ role: role ?? null, content: message['content'] ?? null });
  };
}

function hasAction(message: JsonObject | undefined): boolean {
  if (message?.['role'] !== 'assistant') return false;
  return shellCall(message['action']).length > 0 || listOf(unwrapped(message['tool_calls'])).length > 0;
}

function readStep(value: JsonValue): RecordContent | string {
  const step = objectOf(value);
  if (!step) return 'step is not an object';
  const text = textOf(step['response']) ?? textOf(step['thought']);
  return { ...emptyContent, role: 'assistant', text, tool_calls: shellCall(step['action']) };
}

function readObservation(value: JsonValue): RecordContent | string {
  const step = objectOf(value);
  return step ? readResult(null, step['observation']) : 'step is not an object';
}

function readEnd(value: JsonValue): RecordContent | string {
  const info = objectOf(value);
  const status = textOf(info?.['exit_status']);
  if (!info || status === null) return 'info has no exit_status';
  const stats = objectOf(info['model_stats']);
  const count = (name: string): number => {
    const found = stats?.[name];
    return typeof found === 'number' && Number.isSafeInteger(found) && found > 0 ? found : 0;
  };
  const cost = stats?.['instance_cost'];
  const usage = stats && {
    input_tokens: count('tokens_sent'),
    output_tokens: count('tokens_received'),
    cost_usd: typeof cost === 'number' && cost >= 0 ? cost : null,
  };
  const outcome = { kind: 'exit' as const, value: status, grader: 'swe_agent' };
  return { ...emptyContent, kind: 'outcome', outcome, usage: usage ?? null };
}

const draft = (span: ValueSpan, read: Draft['read']): Draft => ({ span, nativeId: null, read });

interface Parts {
  readonly drafts: Draft[];
  readonly events: ImportEvent[];
}

/** The steps repeat the history, but for the answer to the last action. */
function fromHistory(history: readonly ValueSpan[], steps: readonly ValueSpan[]): Parts {
  const drafts: Draft[] = [];
  const events: ImportEvent[] = [];
  let last: JsonObject | undefined;
  for (const span of history) {
    const message = objectOf(span.value);
    if (message?.['is_demo'] === true) {
      events.push(ignored(span, 'demonstration'));
      continue;
    }
    drafts.push(draft(span, historyReader(hasAction(last))));
    last = message;
  }
  for (const [index, span] of steps.entries()) {
    const step = objectOf(span.value);
    const isUnanswered = index === steps.length - 1 && hasAction(last) && textOf(step?.['observation']) !== null;
    if (isUnanswered && step?.['action'] === last?.['action']) drafts.push(draft(span, readObservation));
    else events.push(ignored(span, 'trajectory_step'));
  }
  return { drafts, events };
}

/** Without a history the steps tell what was done; the first request, where it was kept, tells what was asked. */
function fromSteps(steps: readonly ValueSpan[]): Parts {
  const drafts: Draft[] = [];
  const query = steps[0] && (memberSpan(steps[0], 'query') ?? memberSpan(steps[0], 'messages'));
  const asked = query ? elementSpans(query).filter((span) => objectOf(span.value)?.['is_demo'] !== true) : [];
  for (const span of asked) drafts.push(draft(span, historyReader(false)));
  for (const span of steps) {
    drafts.push(draft(span, readStep));
    if (textOf(objectOf(span.value)?.['observation']) !== null) drafts.push(draft(span, readObservation));
  }
  return { drafts, events: [] };
}

/** The task's id, where the settings of the run were kept: an object, or its text. */
function taskOf(run: JsonObject): string | null {
  const settings = objectOf(unwrapped(run['replay_config']));
  const problem =
    objectOf(settings?.['problem_statement']) ?? objectOf(objectOf(settings?.['env'])?.['problem_statement']);
  return idText(run['instance_id']) ?? idText(problem?.['id']);
}

function* runEvents(span: ValueSpan): Generator<ImportEvent> {
  const run = objectOf(span.value);
  if (!run || !recognizes(run)) {
    yield rejected(span, 'not a trajectory: neither a `history` nor a `trajectory` list');
    return;
  }
  const spansOf = (name: string): ValueSpan[] => elementSpans(memberSpan(span, name) ?? { ...span, value: null });
  const [history, steps] = [spansOf('history'), spansOf('trajectory')];
  const parts = history.length > 0 ? fromHistory(history, steps) : fromSteps(steps);
  yield* parts.events;
  const info = memberSpan(span, 'info');
  const end = info && objectOf(info.value)?.['exit_status'] != null ? [draft(info, readEnd)] : [];
  const drafts = [...parts.drafts, ...end];
  if (parts.drafts.length === 0) {
    if (parts.events.length === 0) yield ignored(span, 'empty_run');
    return;
  }
  const task_id = taskOf(run);
  yield {
    event: 'run',
    key: { by: 'content', seed: { task_id }, grows: false },
    facts: { ...noFacts, task_id, agent: 'swe_agent' },
    drafts,
  };
}

async function* read(items: AsyncIterable<Item>): AsyncGenerator<ImportEvent> {
  for await (const item of items) {
    if ('rejected' in item) yield item.rejected;
    else yield* runEvents(item.span);
  }
}

function recognizes(value: JsonValue): boolean {
  const run = objectOf(value);
  const step = objectOf(listOf(run?.['trajectory'])[0]);
  if (step && ('action' in step || 'thought' in step) && 'observation' in step) return true;
  const first = objectOf(listOf(run?.['history'])[0]);
  return first !== undefined && 'role' in first && ('agent' in first || 'message_type' in first);
}

/** Trajectories of SWE-agent: a run a file; the messages of its history, how it ended. */
export const sweAgent: Importer = { format: 'swe_agent', version: 1, recognizes, decides: recognizes, read };
