import type { JsonObject, JsonValue } from '../../json.js';
import type { Run } from '../model.js';
import { elementSpans, memberSpan, spanAt } from '../read/children.js';
import type { ValueSpan } from '../read/spans.js';
import { contentText, readArguments, readChatMessage, readTime, resultValue } from './chat.js';
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

function countOf(value: JsonValue | undefined): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

/** @param model of the agent, as the file names it for all its simulations; else the message's own answer may name it */
function around(message: JsonObject, model: string | null): Pick<RecordContent, 'timestamp' | 'usage' | 'model'> {
  const usage = objectOf(message['usage']);
  const cost = message['cost'];
  const tokens = usage && {
    input_tokens: countOf(usage['prompt_tokens']),
    output_tokens: countOf(usage['completion_tokens']),
    cost_usd: typeof cost === 'number' && cost >= 0 ? cost : null,
  };
  const isAgent = message['role'] === 'assistant';
  return {
    timestamp: readTime(message['timestamp']),
    usage: isAgent ? (tokens ?? null) : null,
    model: isAgent ? (model ?? textOf(objectOf(message['raw_data'])?.['model'])) : null,
  };
}

/** Reads a message; calls that the simulated user made are none of the agent's and are left out of it. */
function readMessage(value: JsonValue, model: string | null): RecordContent | string {
  const message = objectOf(value);
  if (!message) return 'message is not an object';
  if (message['role'] === 'tool') {
    const text = contentText(message['content']);
    const content = text === null ? (message['content'] ?? null) : resultValue(text);
    const error = message['error'];
    return {
      ...emptyContent,
      ...around(message, model),
      role: 'tool',
      text,
      tool_result: {
        call_id: idText(message['id']) ?? idText(message['tool_call_id']),
        name: textOf(message['name']),
        content,
        is_error: typeof error === 'boolean' ? error : null,
      },
    };
  }
  const isAgent = message['role'] === 'assistant';
  const read = readChatMessage(isAgent ? message : { ...message, tool_calls: null });
  return typeof read === 'string' ? read : { ...read, ...around(message, model) };
}

function readReward(value: JsonValue): RecordContent | string {
  if (typeof value !== 'number') return 'reward is not a number';
  return { ...emptyContent, kind: 'outcome', outcome: { kind: 'reward', value, grader: 'tau2_bench' } };
}

function readTermination(value: JsonValue): RecordContent | string {
  if (typeof value !== 'string') return 'termination_reason is no text';
  return { ...emptyContent, kind: 'outcome', outcome: { kind: 'exit', value, grader: 'tau2_bench' } };
}

/** What a simulation holds, in its order; what the simulated user did with tools of its own is only counted. */
function messageParts(span: ValueSpan): { drafts: ValueSpan[]; events: ImportEvent[] } {
  const drafts: ValueSpan[] = [];
  const events: ImportEvent[] = [];
  const take = (one: ValueSpan): void => {
    const message = objectOf(one.value);
    const several = memberSpan(one, 'tool_messages');
    if (several) for (const inner of elementSpans(several)) take(inner);
    else if (message?.['role'] === 'tool' && message['requestor'] === 'user') {
      events.push(ignored(one, 'user_tool_result'));
    } else if (message?.['role'] === 'user' && listOf(message['tool_calls']).length > 0) {
      const calls = memberSpan(one, 'tool_calls');
      events.push(ignored(calls ?? one, 'user_tool_call'));
      if (contentText(message['content'])) drafts.push(one);
    } else drafts.push(one);
  };
  for (const one of elementSpans(span)) take(one);
  return { drafts, events };
}

/** What a results file says of all its simulations. */
interface Shared {
  readonly tasks: ReadonlyMap<string, Run['task']>;
  readonly model: string | null;
}

function* simulationEvents(span: ValueSpan, { tasks, model }: Shared): Generator<ImportEvent> {
  const simulation = objectOf(span.value);
  const messages = memberSpan(span, 'messages');
  if (!simulation || (messages && !Array.isArray(messages.value))) {
    yield rejected(span, 'not a simulation: no `messages` list');
    return;
  }
  const parts = messages ? messageParts(messages) : { drafts: [], events: [] };
  yield* parts.events;
  const id = idText(simulation['id']);
  const native = (place: string | number): string | null => (id === null ? null : `${id}#${place}`);
  const read = (value: JsonValue): RecordContent | string => readMessage(value, model);
  const drafts: Draft[] = parts.drafts.map((one, index) => ({ span: one, nativeId: native(index), read }));
  const ending = memberSpan(span, 'termination_reason');
  if (ending && ending.value !== null) drafts.push({ span: ending, nativeId: native('end'), read: readTermination });
  const reward = spanAt(span, ['reward_info', 'reward']);
  if (reward && reward.value !== null) drafts.push({ span: reward, nativeId: native('reward'), read: readReward });
  if (parts.drafts.length === 0) {
    yield ignored(span, 'ticks' in simulation ? 'voice_simulation' : 'empty_run');
    return;
  }
  const task_id = idText(simulation['task_id']);
  const trial = idText(simulation['trial']);
  const task = (task_id === null ? undefined : tasks.get(task_id)) ?? null;
  yield {
    event: 'run',
    key: id === null ? { by: 'content', seed: { task_id, trial }, grows: false } : { by: 'native', id },
    facts: { ...noFacts, native_id: id, session_id: id, task_id, trial, task },
    drafts,
  };
}

/** The instruction is the scenario of the simulated user: text, or fields that are given as JSON. */
function readTask(task: JsonObject): Run['task'] {
  const scenario = objectOf(task['user_scenario'])?.['instructions'] ?? null;
  const listed = listOf(objectOf(task['evaluation_criteria'])?.['actions']);
  const expected = listed.flatMap((item) => {
    const action = objectOf(item);
    const name = textOf(action?.['name']);
    if (!name || action?.['requestor'] === 'user') return [];
    return [{ name, arguments: readArguments(action?.['arguments']).arguments ?? {} }];
  });
  const instruction = scenario === null ? null : (textOf(scenario) ?? JSON.stringify(scenario));
  return { instruction, expected_actions: expected };
}

function tasksOf(results: JsonObject): Map<string, Run['task']> {
  const tasks = new Map<string, Run['task']>();
  for (const item of listOf(results['tasks'])) {
    const task = objectOf(item);
    const id = idText(task?.['id']);
    if (task && id !== null) tasks.set(id, readTask(task));
  }
  return tasks;
}

function* resultEvents(span: ValueSpan, results: JsonObject): Generator<ImportEvent> {
  const info = objectOf(results['info']);
  const tools = listOf(objectOf(info?.['environment_info'])?.['tool_defs']);
  if (tools.length > 0) yield { event: 'tools', tools };
  const simulations = memberSpan(span, 'simulations');
  const spans = simulations ? elementSpans(simulations) : [];
  if (spans.length === 0) yield ignored(span, 'no_simulations');
  const shared = { tasks: tasksOf(results), model: textOf(objectOf(info?.['agent_info'])?.['llm']) };
  for (const one of spans) yield* simulationEvents(one, shared);
}

function isSimulation(value: JsonValue): boolean {
  const run = objectOf(value);
  if (!run || !('task_id' in run)) return false;
  const ended = 'termination_reason' in run || objectOf(run['reward_info']) !== undefined;
  return ended && (Array.isArray(run['messages']) || Array.isArray(run['ticks']));
}

function isResults(value: JsonValue): boolean {
  const results = objectOf(value);
  return results !== undefined && Array.isArray(results['simulations']) && ('tasks' in results || 'info' in results);
}

async function* read(items: AsyncIterable<Item>): AsyncGenerator<ImportEvent> {
  for await (const item of items) {
    const results = 'span' in item ? objectOf(item.span.value) : undefined;
    if ('rejected' in item) yield item.rejected;
    else if (results && isResults(results)) yield* resultEvents(item.span, results);
    else yield* simulationEvents(item.span, { tasks: new Map(), model: null });
  }
}

function recognizes(value: JsonValue): boolean {
  return isResults(value) || isSimulation(value);
}

/** Results of tau2-bench: simulations in one document or one a file; each message, the ending and the reward are records. */
export const tau2Bench: Importer = { format: 'tau2_bench', version: 2, recognizes, decides: recognizes, read };
