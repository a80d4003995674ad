import type { JsonObject, JsonValue } from '../../json.js';
import { elementSpans, memberSpan, spanAt } from '../read/children.js';
import type { ValueSpan } from '../read/spans.js';
import { readTime } from './chat.js';
import { readBlocks, readToolResult, systemPromptText } from './claude-blocks.js';
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

/** What is remembered from line to line of one file. */
interface FileState {
  session: string | null;
  /** message ids whose usage was taken already: one message is logged on several lines, each with the same usage */
  readonly counted: Set<string>;
}

/** Fields of the line around a message. */
function envelope(line: JsonObject): Pick<RecordContent, 'is_sidechain' | 'timestamp' | 'model'> {
  const model = textOf(objectOf(line['message'])?.['model']);
  return {
    is_sidechain: line['isSidechain'] === true,
    timestamp: readTime(line['timestamp']),
    model: model === '<synthetic>' ? null : model,
  };
}

function usageOf(message: JsonObject): RecordContent['usage'] {
  const usage = objectOf(message['usage']);
  const count = (name: string): number => {
    const value = usage?.[name];
    return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
  };
  if (!usage) return null;
  const input = count('input_tokens') + count('cache_creation_input_tokens') + count('cache_read_input_tokens');
  return { input_tokens: input, output_tokens: count('output_tokens'), cost_usd: null };
}

function readLine(value: JsonValue, withUsage: boolean): RecordContent | string {
  const line = objectOf(value);
  const message = objectOf(line?.['message']);
  if (!line || !message) return 'line has no message';
  const role = line['type'] === 'assistant' ? 'assistant' : 'user';
  const blocks = readBlocks(message['content']);
  if (typeof blocks === 'string') return blocks;
  const isHuman = role === 'user' && line['isMeta'] !== true && line['isSidechain'] !== true && blocks.human;
  return {
    ...emptyContent,
    ...envelope(line),
    role: blocks.result ? 'tool' : role,
    is_human: isHuman && !blocks.result && line['isCompactSummary'] !== true,
    text: blocks.text,
    tool_calls: blocks.calls,
    tool_result: blocks.result,
    usage: withUsage ? usageOf(message) : null,
  };
}

/** Several tool results in one line are a record each; so is any text beside them. */
function blockDrafts(span: ValueSpan, line: JsonObject, native: string | null): Draft[] {
  const content = spanAt(span, ['message', 'content']);
  if (!content) return [];
  const around = envelope(line);
  return elementSpans(content).map((block, index) => ({
    span: block,
    nativeId: native === null ? null : `${native}#${index}`,
    read: (value) => {
      const result = readToolResult(value);
      const blocks = readBlocks([value]);
      if (typeof blocks === 'string') return blocks;
      const base = { ...emptyContent, ...around, role: result ? ('tool' as const) : ('user' as const) };
      return { ...base, text: blocks.text, tool_result: result };
    },
  }));
}

function messageEvents(span: ValueSpan, line: JsonObject, state: FileState): ImportEvent[] {
  const message = objectOf(line['message']);
  if (!message) return [rejected(span, 'line has no message')];
  if (state.session === null) return [rejected(span, 'line has no sessionId and none came before it')];
  const content = message['content'];
  const blocks = readBlocks(content);
  if (typeof blocks === 'string') return [rejected(span, blocks)];
  if (blocks.isEmpty) return [ignored(span, blocks.thinking ? 'thinking' : 'empty_message')];
  const native = idText(line['uuid']);
  const results = listOf(content).filter((block) => objectOf(block)?.['type'] === 'tool_result');
  const messageId = idText(message['id']);
  const first = messageId === null || !state.counted.has(messageId);
  if (messageId !== null) state.counted.add(messageId);
  const split = results.length > 0 && listOf(content).length > 1;
  const drafts: Draft[] = split
    ? blockDrafts(span, line, native)
    : [{ span, nativeId: native, read: (value) => readLine(value, first) }];
  const agentId = idText(line['agentId']);
  return [
    {
      event: 'run',
      key: { by: 'native', id: agentId === null ? state.session : [state.session, agentId] },
      facts: {
        ...noFacts,
        native_id: agentId === null ? state.session : `${state.session}/${agentId}`,
        session_id: state.session,
        project: textOf(line['cwd']),
        agent: 'claude_code',
      },
      drafts,
    },
  ];
}

/** Tools and the system prompt that newer versions write down beside the conversation. */
function attachmentEvents(span: ValueSpan, line: JsonObject, state: FileState): ImportEvent[] {
  const attachment = objectOf(line['attachment']);
  const tools = listOf(attachment?.['tools']);
  const events: ImportEvent[] = tools.length > 0 ? [{ event: 'tools', tools }] : [];
  const prompt = memberSpan(span, 'attachment');
  const promptSpan = prompt ? memberSpan(prompt, 'systemPrompt') : undefined;
  if (!promptSpan || state.session === null || systemPromptText(promptSpan.value) === null) {
    return [...events, ignored(span, 'attachment')];
  }
  const around = envelope(line);
  const read = (value: JsonValue): RecordContent | string => {
    const text = systemPromptText(value);
    return text === null ? 'system prompt is no text' : { ...emptyContent, ...around, role: 'system', text };
  };
  const native = idText(line['uuid']);
  const facts = { ...noFacts, native_id: state.session, session_id: state.session, agent: 'claude_code' };
  const drafts = [{ span: promptSpan, nativeId: native === null ? null : `${native}#system`, read }];
  return [...events, { event: 'run', key: { by: 'native', id: state.session }, facts, drafts }];
}

/** Types of lines that carry nothing for us, by the names that the program gives them. */
const known: ReadonlySet<string> = new Set(
  (
    'system summary file-history-snapshot file-history-delta queue-operation progress custom-title ai-title agent-name ' +
    'last-prompt mode permission-mode pr-link'
  ).split(' '),
);

async function* read(items: AsyncIterable<Item>): AsyncGenerator<ImportEvent> {
  const state: FileState = { session: null, counted: new Set() };
  for await (const item of items) {
    if ('rejected' in item) {
      yield item.rejected;
      continue;
    }
    const line = objectOf(item.span.value);
    const type = textOf(line?.['type']);
    if (!line || type === null) {
      yield rejected(item.span, 'line has no type');
      continue;
    }
    state.session = idText(line['sessionId']) ?? state.session;
    if (type === 'user' || type === 'assistant') yield* messageEvents(item.span, line, state);
    else if (type === 'attachment') yield* attachmentEvents(item.span, line, state);
    else yield ignored(item.span, known.has(type) ? type : 'unknown_type');
  }
}

function recognizes(value: JsonValue): boolean {
  const line = objectOf(value);
  if (!line || typeof line['type'] !== 'string') return false;
  if ('sessionId' in line && ('uuid' in line || 'message' in line || known.has(line['type']))) return true;
  return ('leafUuid' in line || 'messageId' in line) && known.has(line['type']);
}

/** Sessions of Claude Code: a line an event; messages become records, everything else is counted by its type. */
export const claudeCode: Importer = { format: 'claude_code', version: 1, recognizes, read };
