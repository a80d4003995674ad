import type { JsonObject, JsonValue } from '../../json.js';
import { elementSpans, spanAt } from '../read/children.js';
import type { ValueSpan } from '../read/spans.js';
import { isSpilled } from '../spilled.js';
import { contentText, readTime, resultValue } from './chat.js';
import { type Blocks, isTyped, readBlocks, readToolResult } from './claude-blocks.js';
import { type Draft, emptyContent, listOf, objectOf, type RecordContent, textOf } from './importer.js';

/** The type of a line; where programs that copied it left it out, the role of its message says as much. */
export function lineType(line: JsonObject | undefined): string | null {
  return textOf(line?.['type']) ?? textOf(objectOf(line?.['message'])?.['role']);
}

/** Fields of the line around a message. */
export function envelope(line: JsonObject): Pick<RecordContent, 'is_sidechain' | 'timestamp' | 'model'> {
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

/** Newer versions say where a message came from: from a person, or from tasks, channels and other agents. */
function isFromElsewhere(holder: JsonObject | undefined): boolean {
  const kind = textOf(objectOf(holder?.['origin'])?.['kind']);
  return kind !== null && kind !== 'human';
}

/** Whether a person typed what stands in a user's line. */
export function isPersons(line: JsonObject, blocks: Blocks): boolean {
  return (
    !isFromElsewhere(line) &&
    lineType(line) !== 'assistant' &&
    line['isMeta'] !== true &&
    line['isSidechain'] !== true &&
    line['isCompactSummary'] !== true &&
    blocks.human &&
    !blocks.result
  );
}

/** The output of a call that was too large for the message, where the line holds it beside the message all the same. */
function wholeOutput(line: JsonObject, text: string | null): string | null {
  if (text === null || !isSpilled({ type: 'tool_result', content: text })) return null;
  return textOf(objectOf(line['toolUseResult'])?.['stdout']) || null;
}

function readLine(value: JsonValue, withUsage: boolean): RecordContent | string {
  const line = objectOf(value);
  const message = objectOf(line?.['message']);
  if (!line || !message) return 'line has no message';
  const blocks = readBlocks(message['content']);
  if (typeof blocks === 'string') return blocks;
  const whole = blocks.result ? wholeOutput(line, blocks.text) : null;
  return {
    ...emptyContent,
    ...envelope(line),
    role: blocks.result ? 'tool' : lineType(line) === 'assistant' ? 'assistant' : 'user',
    is_human: isPersons(line, blocks),
    text: whole ?? blocks.text,
    tool_calls: blocks.calls,
    tool_result: blocks.result && whole !== null ? { ...blocks.result, content: resultValue(whole) } : blocks.result,
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

/** The records of a line with a message. */
export function messageDrafts(
  span: ValueSpan,
  line: JsonObject,
  { native, withUsage }: { readonly native: string | null; readonly withUsage: boolean },
): readonly Draft[] {
  const content = listOf(objectOf(line['message'])?.['content']);
  const results = content.filter((block) => objectOf(block)?.['type'] === 'tool_result');
  if (results.length > 0 && content.length > 1) return blockDrafts(span, line, native);
  return [{ span, nativeId: native, read: (value) => readLine(value, withUsage) }];
}

/** What a person said while the agent was at work: it is attached to the line where the agent got to see it. */
export function queuedText(line: JsonObject): string | null {
  const attachment = objectOf(line['attachment']);
  if (attachment?.['type'] !== 'queued_command' || isFromElsewhere(attachment)) return null;
  const mode = textOf(attachment['commandMode']);
  const text = contentText(attachment['prompt']);
  return (mode === null || mode === 'prompt') && text !== null && isTyped(text) ? text : null;
}

export function readQueued(value: JsonValue): RecordContent | string {
  const line = objectOf(value);
  const text = line ? queuedText(line) : null;
  if (!line || text === null) return 'line has no message';
  const around = envelope(line);
  return { ...emptyContent, ...around, role: 'user', is_human: !around.is_sidechain && line['isMeta'] !== true, text };
}
