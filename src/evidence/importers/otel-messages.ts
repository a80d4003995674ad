import type { JsonObject, JsonValue } from '../../json.js';
import type { ToolCall, ToolResult } from '../model.js';
import { elementSpans, memberSpan } from '../read/children.js';
import type { ValueSpan } from '../read/spans.js';
import { contentText, readArguments, readChatMessage, readResult } from './chat.js';
import { type Draft, emptyContent, idText, listOf, objectOf, type RecordContent, textOf } from './importer.js';
import { attributeSpan, attributesOf, decoded, structured } from './otlp.js';

/** One record that a span holds, with what it says as it stands there. */
export interface Unit {
  readonly span: ValueSpan;
  readonly read: Draft['read'];
  readonly content: RecordContent | string;
  readonly isOutput: boolean;
}

type Reader = (value: JsonValue) => (RecordContent | string)[];

/** The records that a reader finds in one value: each of them reads the value anew and takes its own. */
function unitsOf(span: ValueSpan, isOutput: boolean, reader: Reader): Unit[] {
  return reader(span.value).map((content, index) => ({
    span,
    content,
    isOutput,
    read: (value) => reader(value)[index] ?? 'message is no longer there',
  }));
}

function partText(part: JsonObject): string | null {
  const type = textOf(part['type']);
  if (type === 'reasoning' || type === 'thinking') return null;
  const said = part['content'] ?? part['text'];
  if (type === 'text' || type === null) return contentText(said);
  return /^[a-z0-9_-]{1,30}$/i.test(type) ? `[${type}]` : '[part]';
}

function readResponse(part: JsonObject): RecordContent {
  const said = part['response'] ?? part['result'] ?? part['content'] ?? null;
  const { text, content } = readResult(said);
  const tool_result: ToolResult = { call_id: idText(part['id']), name: null, content, is_error: null };
  return { ...emptyContent, role: 'tool', text, tool_result };
}

/** A message of the conventions: its parts, and a record of its own for each tool result. */
function readMessage(value: JsonValue): (RecordContent | string)[] {
  const message = objectOf(value);
  if (!message || !Array.isArray(message['parts'])) return [readChatMessage(value)];
  const texts: string[] = [];
  const calls: ToolCall[] = [];
  const results: RecordContent[] = [];
  for (const item of listOf(message['parts'])) {
    const part = objectOf(item) ?? {};
    const type = textOf(part['type']);
    const name = textOf(part['name']);
    if (type === 'tool_call_response' || type === 'server_tool_call_response') results.push(readResponse(part));
    else if (type === 'tool_call' || type === 'server_tool_call') {
      if (!name) return ['a call has no name'];
      const given = part['arguments'] ?? objectOf(part['server_tool_call'])?.['arguments'];
      calls.push({ id: idText(part['id']), name, ...readArguments(given) });
    } else {
      const text = partText(part);
      if (text !== null) texts.push(text);
    }
  }
  if (texts.length === 0 && calls.length === 0 && results.length > 0) return results;
  const said = readChatMessage({
    role: message['role'] === 'tool' ? 'user' : (message['role'] ?? null),
    content: null,
  });
  if (typeof said === 'string') return [said];
  const text = texts.length > 0 ? texts.join('\n') : null;
  return [...results, { ...said, text, tool_calls: calls, is_human: said.is_human && results.length === 0 }];
}

const outputs: ReadonlySet<string> = new Set(['gen_ai.output.messages', 'gen_ai.completion']);

/** What an attribute says as a whole: a list of messages, one message, or the bare text of one. */
function readWhole(value: JsonValue, isOutput: boolean): (RecordContent | string)[] {
  const said = structured(value);
  if (typeof said !== 'string') return (objectOf(said) ? [said ?? null] : listOf(said)).flatMap(readMessage);
  return said.trim() === '' ? [] : [readChatMessage({ role: isOutput ? 'assistant' : 'user', content: said })];
}

/** Messages in an attribute; where they are structured, each has a place of its own. */
function attributeUnits(holder: ValueSpan, key: string): Unit[] {
  const found = attributeSpan(holder, key);
  if (!found) return [];
  const isOutput = outputs.has(key);
  const list = memberSpan(found, 'arrayValue');
  const values = list && memberSpan(list, 'values');
  const places = values ? elementSpans(values) : Array.isArray(found.value) ? elementSpans(found) : undefined;
  if (places) return places.flatMap((one) => unitsOf(one, isOutput, (value) => readMessage(decoded(value))));
  return unitsOf(found, isOutput, (value) => readWhole(value, isOutput));
}

function readInstructions(value: JsonValue): (RecordContent | string)[] {
  const said = structured(value);
  const parts = Array.isArray(said)
    ? said.map((part) => partText(objectOf(part) ?? { content: part }))
    : [textOf(said)];
  const text = parts.filter((part) => part !== null && part !== '').join('\n');
  return text === '' ? [] : [{ ...emptyContent, role: 'system', text }];
}

const eventRole = /^gen_ai\.(system|user|assistant|tool)\.message$/;

/** A message as an event of its own, as the conventions had it up to 1.36. */
function readEvent(value: JsonValue): (RecordContent | string)[] {
  const name = textOf(objectOf(value)?.['name']) ?? '';
  const attributes = attributesOf(value);
  const body = objectOf(structured(attributes['gen_ai.event.content'])) ?? attributes;
  if (name === 'gen_ai.choice') {
    const message = objectOf(structured(body['message'])) ?? body;
    return [
      readChatMessage({
        content: null,
        ...message,
        tool_calls: structured(message['tool_calls']) ?? null,
        role: 'assistant',
      }),
    ];
  }
  const role = eventRole.exec(name)?.[1] ?? null;
  const calls = structured(body['tool_calls']) ?? null;
  return [readChatMessage({ content: null, ...body, tool_calls: calls, role, tool_call_id: body['id'] ?? null })];
}

/** The values of flat attributes `prefix.N.name`, by N. */
function numbered(attributes: JsonObject, prefix: string): JsonObject[] {
  const found: JsonObject[] = [];
  for (const [key, value] of Object.entries(attributes)) {
    if (!key.startsWith(`${prefix}.`)) continue;
    const [index = '', ...rest] = key.slice(prefix.length + 1).split('.');
    if (!/^\d{1,4}$/.test(index) || rest.length === 0) continue;
    const entry = found[Number(index)] ?? {};
    found[Number(index)] = entry;
    Object.defineProperty(entry, rest.join('.'), { value, enumerable: true, configurable: true });
  }
  return found.filter((one) => one !== undefined);
}

/** Messages as flat attributes (`gen_ai.prompt.0.role`, ...), as some instrumentations write them. */
function flatReader(prefix: 'gen_ai.prompt' | 'gen_ai.completion'): Reader {
  return (value) =>
    numbered(attributesOf({ attributes: value }), prefix).map((one) => {
      const calls = numbered(one, 'tool_calls');
      const content = structured(one['content']) ?? null;
      const role = one['role'] ?? (prefix === 'gen_ai.completion' ? 'assistant' : null);
      return readChatMessage({
        role,
        content: Array.isArray(content) ? content : (one['content'] ?? null),
        tool_calls: calls.length > 0 ? calls : null,
        tool_call_id: one['tool_call_id'] ?? null,
      });
    });
}

const detailEvents: ReadonlySet<string> = new Set([
  'gen_ai.client.inference.operation.details',
  'gen_ai.content.prompt',
  'gen_ai.content.completion',
]);

/** The records of a span: instructions, what was given, what came back; in the first of the spellings that it has. */
export function messageUnits(span: ValueSpan): Unit[] {
  const list = memberSpan(span, 'events');
  const events = list ? elementSpans(list) : [];
  const nameOf = (one: ValueSpan): string => textOf(objectOf(one.value)?.['name']) ?? '';
  const holders = [span, ...events.filter((one) => detailEvents.has(nameOf(one)))];
  for (const holder of holders) {
    const prompt = attributeSpan(holder, 'gen_ai.system_instructions');
    const units = [
      ...(prompt ? unitsOf(prompt, false, readInstructions) : []),
      ...attributeUnits(holder, 'gen_ai.input.messages'),
      ...attributeUnits(holder, 'gen_ai.output.messages'),
    ];
    if (units.length > 0) return units;
  }
  const spoken = events.filter((one) => eventRole.test(nameOf(one)) || nameOf(one) === 'gen_ai.choice');
  if (spoken.length > 0) return spoken.flatMap((one) => unitsOf(one, nameOf(one) === 'gen_ai.choice', readEvent));
  const whole = ['gen_ai.prompt', 'gen_ai.completion'].flatMap((key) =>
    holders.flatMap((holder) => attributeUnits(holder, key)),
  );
  const attributes = memberSpan(span, 'attributes');
  if (whole.length > 0 || !attributes) return whole;
  return [
    ...unitsOf(attributes, false, flatReader('gen_ai.prompt')),
    ...unitsOf(attributes, true, flatReader('gen_ai.completion')),
  ];
}

const logName = (value: JsonValue): string =>
  textOf(objectOf(value)?.['eventName']) ?? textOf(attributesOf(value)['event.name']) ?? '';

/** Whether a log record holds messages: events are logged beside the span that they belong to, or within it. */
export function isMessageLog(value: JsonValue): boolean {
  const name = logName(value);
  return detailEvents.has(name) || eventRole.test(name) || name === 'gen_ai.choice';
}

function readLog(value: JsonValue): (RecordContent | string)[] {
  const body = objectOf(structured(objectOf(value)?.['body']));
  return readEvent({ name: logName(value), attributes: { ...attributesOf(value), ...body } });
}

/** The records of log records that belong to one span, in order: those of a whole request, else a message each. */
export function logUnits(logs: readonly ValueSpan[]): Unit[] {
  const whole = logs.filter((one) => detailEvents.has(logName(one.value))).flatMap(messageUnits);
  if (whole.length > 0) return whole;
  return logs.flatMap((one) => unitsOf(one, logName(one.value) === 'gen_ai.choice', readLog));
}
