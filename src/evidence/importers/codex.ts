import type { JsonObject, JsonValue } from '../../json.js';
import { spanAt } from '../read/children.js';
import type { ValueSpan } from '../read/spans.js';
import { readTime } from './chat.js';
import { isTyped, itemOf, surveyTurns } from './codex-turns.js';
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
  type ParentDraft,
  type RecordContent,
  type RunDraft,
  rejected,
  textOf,
} from './importer.js';
import { type ItemReader, readItem } from './response-items.js';
import { TaskCuts } from './tasks.js';

/** An item that waits for the count of its tokens, which stands behind it. */
interface Waiting {
  readonly span: ValueSpan;
  readonly readers: readonly ItemReader[];
  readonly place: number;
  readonly model: string | null;
  /** what the task that it belongs to started with; null in the session's first */
  readonly task: string | null;
}

/** What is remembered from line to line of one file. */
interface FileState {
  session: string | null;
  /** the oldest session whose history this file repeats, else the session itself: items that were copied count under it */
  root: string | null;
  /** stands for the session where the file names none */
  unnamed: JsonValue;
  cwd: string | null;
  model: string | null;
  isSidechain: boolean;
  /** the session that started this one's agent */
  startedBy: string | null;
  items: number;
  waiting: Waiting | null;
  version: string | null;
  /** tasks of the session; each starts with an item, known by its place */
  tasks: TaskCuts<string>;
  /** whether the item at a place of the file was taken back */
  readonly isGone: (offset: number) => boolean;
}

const workingFolder = /<cwd>([^<\n]{1,1000})<\/cwd>|^Current working directory: ([^\n]{1,1000})$/m;

function lineReader(reader: ItemReader, around: Partial<RecordContent>): Draft['read'] {
  return (value) => {
    const line = objectOf(value);
    const content = reader((line && itemOf(line)) ?? null);
    if (typeof content === 'string') return content;
    const isHuman = content.is_human && around.is_sidechain !== true && isTyped(content.text ?? '');
    return { ...content, ...around, timestamp: readTime(line?.['timestamp']), is_human: isHuman };
  };
}

function runOf(state: FileState, task: string | null, drafts: readonly Draft[]): RunDraft {
  const { session, cwd, version } = state;
  const parent = parentOf(state);
  const whole = session ?? ['unnamed', state.unnamed];
  const native_id = session === null || task === null ? session : `${session}#${task}`;
  return {
    event: 'run',
    key: { by: 'native', id: task === null ? whole : ['task', whole, task] },
    facts: { ...noFacts, native_id, session_id: session, project: cwd, agent: 'codex', version },
    ...(parent && task === null ? { parent } : {}),
    drafts,
  };
}

function parentOf({ session, root, startedBy }: FileState): ParentDraft | null {
  if (startedBy !== null) return { relation: 'sub_agent', id: startedBy, call_id: null };
  return root === null || root === session ? null : { relation: 'fork', id: root, call_id: null };
}

function* release(state: FileState, usage: RecordContent['usage'] = null): Generator<RunDraft> {
  const { waiting, root, isSidechain } = state;
  state.waiting = null;
  if (!waiting) return;
  const drafts = waiting.readers.map((reader, index): Draft => {
    const around = { is_sidechain: isSidechain, model: waiting.model, usage: index === 0 ? usage : null };
    const suffix = index === 0 ? '' : `.${index}`;
    const nativeId = root === null ? null : `${root}#${waiting.place}${suffix}`;
    const isAbandoned = state.isGone(waiting.span.offset);
    return { span: waiting.span, nativeId, isAbandoned, read: lineReader(reader, around) };
  });
  yield runOf(state, waiting.task, drafts);
}

function cutTasks(state: FileState, said: RecordContent, timestamp: string | null): void {
  if (said.role === 'assistant') state.tasks.work(said.tool_calls.length === 0, timestamp);
  else if (said.role === 'user' && !state.isSidechain && isTyped(said.text ?? '')) {
    state.tasks.request(String(state.items), said.text ?? '', timestamp);
  }
}

function* itemEvents(span: ValueSpan, line: JsonObject, state: FileState): Generator<ImportEvent> {
  yield* release(state);
  const item = itemOf(line) ?? null;
  const reading = readItem(item);
  if (typeof reading === 'string') yield rejected(span, reading);
  else if ('tools' in reading) {
    yield { event: 'tools', tools: reading.tools };
    yield ignored(span, 'tool_definitions');
  } else if ('ignored' in reading) yield ignored(span, reading.ignored);
  else {
    const content = reading.readers[0]?.(item);
    const said = typeof content === 'object' ? content : emptyContent;
    if (state.cwd === null && said.role === 'user') {
      const found = workingFolder.exec(said.text ?? '');
      state.cwd = found?.[1] ?? found?.[2] ?? null;
    }
    cutTasks(state, said, readTime(line['timestamp']));
    const model = said.role === 'assistant' ? state.model : null;
    state.waiting = { span, readers: reading.readers, place: state.items, model, task: state.tasks.start };
    state.items += 1;
    if (said.role !== 'assistant') yield* release(state);
  }
}

/** The session's own description; one that follows it, before any item, is that of the session whose history is repeated. */
function* metaEvents(span: ValueSpan, meta: JsonObject, state: FileState): Generator<ImportEvent> {
  const id = idText(meta['id']);
  // After items another id is that of another session, in files that were joined.
  if (state.items > 0 && id !== null && id !== state.session) {
    yield* release(state);
    Object.assign(state, {
      session: null,
      root: null,
      items: 0,
      model: null,
      version: null,
      startedBy: null,
      tasks: new TaskCuts(),
    });
  }
  if (state.items === 0) state.root = idText(meta['forked_from_id']) ?? id ?? state.root;
  if (state.session === null) {
    state.session = id;
    state.cwd = textOf(meta['cwd']) ?? state.cwd;
    state.version = textOf(meta['cli_version']);
    const subagent = objectOf(meta['source'])?.['subagent'];
    state.isSidechain = subagent !== undefined;
    const spawned = objectOf(objectOf(subagent)?.['thread_spawn'])?.['parent_thread_id'];
    state.startedBy = state.isSidechain ? idText(spawned ?? meta['parent_thread_id']) : null;
  }
  const tools = listOf(meta['dynamic_tools']);
  if (tools.length > 0) yield { event: 'tools', tools };
  const holder = span.value === meta ? [] : ['payload'];
  const path = typeof meta['instructions'] === 'string' ? ['instructions'] : ['base_instructions', 'text'];
  const prompt = spanAt(span, [...holder, ...path]);
  if (typeof prompt?.value !== 'string' || prompt.value === '') {
    yield ignored(span, 'session_meta');
    return;
  }
  const read = (value: JsonValue): RecordContent | string =>
    typeof value === 'string' ? { ...emptyContent, role: 'system', text: value } : 'instructions are no text';
  yield runOf(state, null, [
    { span: prompt, nativeId: state.root === null ? null : `${state.root}#instructions`, read },
  ]);
}

function usageOf(line: JsonObject): RecordContent['usage'] {
  const info = objectOf(objectOf(line['payload'])?.['info']);
  const last = objectOf(info?.['last_token_usage']);
  const count = (name: string): number => {
    const value = last?.[name];
    return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
  };
  return last ? { input_tokens: count('input_tokens'), output_tokens: count('output_tokens'), cost_usd: null } : null;
}

/** Types of lines that carry nothing for us. `event_msg` mirrors for the screen what `response_item` says. */
const known: ReadonlySet<string> = new Set('event_msg turn_context compacted world_state session_state'.split(' '));

function* lineEvents(span: ValueSpan, line: JsonObject, state: FileState): Generator<ImportEvent> {
  const type = textOf(line['type']);
  const payload = objectOf(line['payload']);
  if (type === 'session_meta' || isBareHeader(line)) {
    const meta = type === 'session_meta' ? payload : line;
    yield* meta ? metaEvents(span, meta, state) : [rejected(span, 'session_meta has no payload')];
  } else if (line['record_type'] !== undefined) yield ignored(span, 'state');
  else if (type === 'response_item' || (type !== null && payload === undefined && !known.has(type))) {
    yield* itemEvents(span, line, state);
  } else if (type === null) yield rejected(span, 'line has no type');
  else {
    if (type === 'event_msg' && payload?.['type'] === 'token_count') {
      const usage = usageOf(line);
      if (usage) yield* release(state, usage);
    }
    if (type === 'turn_context') {
      state.model = textOf(payload?.['model']) ?? state.model;
      state.cwd = textOf(payload?.['cwd']) ?? state.cwd;
    }
    yield ignored(span, known.has(type) ? type : 'unknown_type');
  }
}

async function* read(items: AsyncIterable<Item>, again: () => AsyncIterable<Item>): AsyncGenerator<ImportEvent> {
  const state: FileState = {
    session: null,
    root: null,
    unnamed: null,
    cwd: null,
    model: null,
    isSidechain: false,
    startedBy: null,
    items: 0,
    waiting: null,
    version: null,
    tasks: new TaskCuts(),
    isGone: await surveyTurns(again()),
  };
  for await (const item of items) {
    if ('rejected' in item) {
      yield item.rejected;
      continue;
    }
    const line = objectOf(item.span.value);
    state.unnamed ??= item.span.value;
    if (line) yield* lineEvents(item.span, line, state);
    else yield rejected(item.span, 'line is not an object');
  }
  yield* release(state);
}

/** The first line of files from before there were envelopes. */
function isBareHeader(line: JsonObject): boolean {
  return !('type' in line) && typeof line['id'] === 'string' && 'timestamp' in line && 'instructions' in line;
}

const envelopes: ReadonlySet<string> = new Set(['session_meta', 'response_item', ...known]);

function recognizes(value: JsonValue): boolean {
  const line = objectOf(value);
  if (!line) return false;
  const type = textOf(line['type']);
  if (type !== null && envelopes.has(type) && objectOf(line['payload']) !== undefined) return true;
  return isBareHeader(line) || line['record_type'] === 'state';
}

/** Rollouts of the Codex CLI: a line an item, between lines that describe the session or mirror the items. */
export const codex: Importer = { format: 'codex', version: 2, recognizes, decides: recognizes, read };
