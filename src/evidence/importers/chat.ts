import type { JsonObject, JsonValue } from '../../json.js';
import { millisOf } from '../../times.js';
import type { EvidenceRecord, ToolCall } from '../model.js';
import { parseJson } from '../read/parse.js';
import { emptyContent, idText, listOf, objectOf, type RecordContent, textOf } from './importer.js';
import { parsePythonLiteral } from './python-literal.js';

/** Text that may be JSON: the value it holds, else the text itself. */
export function resultValue(text: string): JsonValue {
  if (!/^\s*(?:[[{"\d-]|true|false|null)/.test(text)) return text;
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

const textParts: ReadonlySet<string> = new Set(['text', 'input_text', 'output_text', 'refusal']);

/** Message content as text: a string as it is, a list of parts joined; null where there is none. */
export function contentText(content: JsonValue | undefined): string | null {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return null;
  const parts: string[] = [];
  for (const item of content) {
    const part = objectOf(item);
    const type = textOf(part?.['type']);
    if (typeof item === 'string') parts.push(item);
    else if (part && (type === null || textParts.has(type))) {
      parts.push(textOf(part['text']) ?? textOf(part['refusal']) ?? '');
    } else if (type !== null) parts.push(`[${/^[a-z0-9_-]{1,30}$/i.test(type) ? type : 'part'}]`);
  }
  return parts.join('\n');
}

/** Parts of content that hold no text. */
const otherPart =
  /^(?:(?:input_)?(?:image|audio|file)(?:_url)?|resource(?:_link)?|document|video|blob|uri|tool_reference)$/;

function isPart(value: JsonValue): boolean {
  const part = objectOf(value);
  const type = textOf(part?.['type']) ?? '';
  if (textParts.has(type)) return textOf(part?.['text']) !== null || textOf(part?.['refusal']) !== null;
  return otherPart.test(type) || (part !== undefined && type === '' && textOf(part['text']) !== null);
}

/** What a tool gave back: text, or parts of text, with the value that it holds; a list of anything else is a value. */
export function readResult(said: JsonValue | undefined): { text: string | null; content: JsonValue } {
  const isText = typeof said === 'string' || (Array.isArray(said) && said.length > 0 && said.every(isPart));
  const text = isText ? contentText(said) : null;
  return { text, content: text === null ? (said ?? null) : resultValue(text) };
}

/** Arguments as a log has them: an object, its JSON text, or the text that Python prints for it. */
export function readArguments(value: JsonValue | undefined): Pick<ToolCall, 'arguments' | 'raw_arguments'> {
  const direct = objectOf(value);
  if (direct) return { arguments: direct, raw_arguments: null };
  if (value === undefined || value === null || (typeof value === 'string' && value.trim() === '')) {
    return { arguments: {}, raw_arguments: null };
  }
  if (typeof value !== 'string') return { arguments: null, raw_arguments: JSON.stringify(value) };
  const parsed = objectOf(resultValue(value)) ?? objectOf(parsePythonLiteral(value));
  return parsed ? { arguments: parsed, raw_arguments: null } : { arguments: null, raw_arguments: value };
}

function readCall(value: JsonValue, id: JsonValue | undefined): ToolCall | null {
  const call = objectOf(value);
  const target = objectOf(call?.['function']) ?? objectOf(call?.['custom']) ?? call;
  const name = textOf(target?.['name']);
  if (!call || !target || !name) return null;
  return { id: idText(id), name, ...readArguments(target['arguments'] ?? target['input']) };
}

/** A list as a log has it that keeps each field as text. */
function readList(text: string): JsonValue | undefined {
  const value = text.trim() === '' ? [] : resultValue(text);
  return typeof value === 'string' ? parsePythonLiteral(value) : value;
}

function readCalls(message: JsonObject): ToolCall[] | null {
  const given = message['tool_calls'];
  const listed = typeof given === 'string' ? readList(given) : given;
  if (listed !== undefined && listed !== null && !Array.isArray(listed)) return null;
  const calls: ToolCall[] = [];
  for (const item of listOf(listed)) {
    const call = readCall(item, objectOf(item)?.['id']);
    if (!call) return null;
    calls.push(call);
  }
  const legacy = message['function_call'];
  if (calls.length === 0 && legacy !== undefined && legacy !== null) {
    const call = readCall(legacy, null);
    if (!call) return null;
    calls.push(call);
  }
  return calls;
}

const roles: Readonly<Record<string, NonNullable<EvidenceRecord['role']>>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
  tool: 'tool',
  function: 'tool',
};

/** Reads a message of a chat completion. @returns its content, or why it is no such message */
export function readChatMessage(value: JsonValue): RecordContent | string {
  const message = objectOf(value);
  if (!message) return 'message is not an object';
  const named = textOf(message['role']);
  const role = named === null || !Object.hasOwn(roles, named) ? undefined : roles[named];
  if (!role) return 'message has no known role';
  const content = message['content'];
  if (content !== undefined && content !== null && typeof content !== 'string' && !Array.isArray(content)) {
    if (role !== 'tool') return 'message content is neither text nor a list of parts';
  }
  const calls = readCalls(message);
  if (!calls) return 'tool_calls is not a list of named calls';
  const text = contentText(content);
  const shared = { ...emptyContent, role, timestamp: readTime(message['timestamp']), model: textOf(message['model']) };
  if (role === 'tool') {
    const marked = message['is_error'] ?? message['isError'];
    const result = readResult(content);
    return {
      ...shared,
      text: result.text,
      tool_result: {
        call_id: idText(message['tool_call_id']),
        name: textOf(message['name']),
        content: result.content,
        is_error: typeof marked === 'boolean' ? marked : null,
      },
    };
  }
  return { ...shared, text, tool_calls: calls, is_human: role === 'user' };
}

/** A time as ISO 8601 in UTC: from text (in UTC where it names no zone), or from seconds or milliseconds since 1970; null where it is none. */
export function readTime(value: JsonValue | undefined): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const time = new Date(typeof value === 'string' ? millisOf(value) : value < 1e11 ? value * 1000 : value);
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}
