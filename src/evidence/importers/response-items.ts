import type { JsonObject, JsonValue } from '../../json.js';
import type { ToolCall, ToolResult } from '../model.js';
import { contentText, readArguments, readChatMessage, resultValue } from './chat.js';
import { emptyContent, idText, listOf, objectOf, type RecordContent, textOf } from './importer.js';

/** Reads one record of an item: pure, so that it can run again on the redacted item. */
export type ItemReader = (item: JsonValue) => RecordContent | string;

/** What an item of the Responses API holds: records, nothing for us (with its kind), or tool definitions. */
export type ItemReading =
  | { readonly readers: readonly ItemReader[] }
  | { readonly ignored: string }
  | { readonly tools: readonly JsonValue[] };

/** Where each type of call keeps what it was called with, and, for those that the host runs itself, what came back. */
const callTypes: Readonly<Record<string, { readonly input: readonly string[]; readonly own?: readonly string[] }>> = {
  function_call: { input: ['arguments'] },
  custom_tool_call: { input: ['input'] },
  local_shell_call: { input: ['action'] },
  shell_call: { input: ['action'] },
  computer_call: { input: ['action', 'actions'] },
  apply_patch_call: { input: ['operation'] },
  tool_search_call: { input: ['arguments'] },
  web_search_call: { input: ['action'] },
  image_generation_call: { input: ['revised_prompt'] },
  file_search_call: { input: ['queries'], own: ['results'] },
  code_interpreter_call: { input: ['code'], own: ['outputs'] },
  mcp_call: { input: ['arguments'], own: ['error', 'output'] },
};

const outputType =
  /^(?:(?:function|custom_tool|local_shell|shell|computer|apply_patch|tool_search)_call|tool_search)_output$/;

/** Types of items that carry nothing for us. Reasoning is left out: it is neither evidence nor ours to pass on. */
const passedOver: ReadonlySet<string> = new Set([
  'reasoning',
  'compaction',
  'compaction_summary',
  'context_compaction',
  'ghost_snapshot',
  'item_reference',
  'mcp_approval_request',
  'mcp_approval_response',
]);

function firstOf(item: JsonObject, names: readonly string[]): { name: string; value: JsonValue } | undefined {
  for (const name of names) {
    const value = item[name];
    if (value !== undefined && value !== null) return { name, value };
  }
  return undefined;
}

/** Arguments under the name that the item gives them, unless they are an object already or the text of one. */
function argumentsOf(type: string, found: { name: string; value: JsonValue } | undefined) {
  if (!found) return readArguments(undefined);
  if (found.name === 'arguments') return readArguments(found.value);
  const isNamed = type === 'custom_tool_call' || objectOf(found.value) === undefined;
  return readArguments(isNamed ? { [found.name]: found.value } : found.value);
}

function readCallItem(value: JsonValue): RecordContent | string {
  const item = objectOf(value);
  const type = textOf(item?.['type']);
  const shape = type === null || !Object.hasOwn(callTypes, type) ? undefined : callTypes[type];
  if (!item || type === null || !shape) return 'item is no call';
  const isNamed = type === 'function_call' || type === 'custom_tool_call' || type === 'mcp_call';
  const name = isNamed ? textOf(item['name']) : type.replace(/_call$/, '');
  if (!name) return 'a call has no name';
  const id = shape.own
    ? (idText(item['id']) ?? idText(item['call_id']))
    : (idText(item['call_id']) ?? idText(item['id']));
  const call: ToolCall = { id, name, ...argumentsOf(type, firstOf(item, shape.input)) };
  return { ...emptyContent, role: 'assistant', tool_calls: [call] };
}

/** What the host that ran the call wrote into the same item. */
function readOwnResult(value: JsonValue): RecordContent | string {
  const item = objectOf(value);
  const own = callTypes[textOf(item?.['type']) ?? '']?.own;
  const found = item && own ? firstOf(item, own) : undefined;
  if (!item || !found) return 'item has no result of its own';
  const text = textOf(found.value);
  const tool_result: ToolResult = {
    call_id: idText(item['id']) ?? idText(item['call_id']),
    name: textOf(item['name']),
    content: text === null ? found.value : resultValue(text),
    is_error: found.name === 'error' || item['status'] === 'failed' ? true : null,
  };
  return { ...emptyContent, role: 'tool', text, tool_result };
}

const exitLine = /^(?:Process exited with code|Exit code:) (-?\d{1,10})$/m;

/** Whether a command failed, by the exit code that its result holds; null where it holds none. */
function failedByExit(content: JsonValue): boolean | null {
  if (typeof content === 'string') {
    const head = content.slice(0, 400).split(/^Output:/m)[0] ?? '';
    const code = exitLine.exec(head)?.[1];
    return code === undefined ? null : Number(code) !== 0;
  }
  const holders = Array.isArray(content) ? content.map((one) => objectOf(objectOf(one)?.['outcome'])) : [];
  const whole = objectOf(content);
  const codes = [whole, objectOf(whole?.['metadata']), ...holders].flatMap((holder) => holder?.['exit_code'] ?? []);
  return codes.length === 0 ? null : codes.some((code) => code !== 0);
}

function readOutputItem(value: JsonValue): RecordContent | string {
  const item = objectOf(value);
  if (!item) return 'item is not an object';
  const output = item['output'] ?? item['tools'] ?? null;
  const wrapped = objectOf(output);
  const said = wrapped && 'content' in wrapped && 'success' in wrapped ? wrapped['content'] : output;
  const isParts =
    Array.isArray(said) && said.length > 0 && said.every((one) => textOf(objectOf(one)?.['type']) !== null);
  const text = typeof said === 'string' || (isParts && !failedOutcomes(said)) ? contentText(said) : null;
  const content = text === null ? (said ?? null) : resultValue(text);
  const marked = wrapped?.['success'];
  const is_error = typeof marked === 'boolean' ? !marked : failedByExit(content);
  // The output of a local shell names its call by `id` alone.
  const call_id = idText(item['call_id']) ?? (item['type'] === 'local_shell_call_output' ? idText(item['id']) : null);
  const tool_result: ToolResult = { call_id, name: null, content, is_error };
  return { ...emptyContent, role: 'tool', text, tool_result };
}

/** Tools found by a search and outputs of a shell are lists of objects too, but no text parts. */
function failedOutcomes(parts: readonly JsonValue[]): boolean {
  return parts.some((one) => 'outcome' in (objectOf(one) ?? {}) || 'name' in (objectOf(one) ?? {}));
}

function isMessage(item: JsonObject): boolean {
  return item['type'] === 'message' || (item['type'] === undefined && typeof item['role'] === 'string');
}

/** Finds what an item holds. @returns the reason where it is no item at all or cannot be read */
export function readItem(value: JsonValue): ItemReading | string {
  const item = objectOf(value);
  if (!item) return 'item is not an object';
  let readers: readonly ItemReader[];
  const type = textOf(item['type']) ?? '';
  if (isMessage(item)) readers = [readChatMessage];
  else if (Object.hasOwn(callTypes, type)) {
    const own = callTypes[type]?.own;
    readers = own && firstOf(item, own) ? [readCallItem, readOwnResult] : [readCallItem];
  } else if (outputType.test(type)) readers = [readOutputItem];
  else if (type === 'mcp_list_tools') return { tools: listOf(item['tools']) };
  else if (type === '') return 'item has neither a type nor a role';
  else return { ignored: passedOver.has(type) ? type : 'unknown_item' };
  for (const reader of readers) {
    const content = reader(value);
    if (typeof content === 'string') return content;
  }
  return { readers };
}

/** Whether a value can only be an item of the Responses API. */
export function isOwnItem(value: JsonValue): boolean {
  const item = objectOf(value);
  const type = textOf(item?.['type']);
  if (!item || type === null) return false;
  if (Object.hasOwn(callTypes, type) || outputType.test(type)) return true;
  if (type === 'reasoning') return 'summary' in item || 'encrypted_content' in item;
  const parts = listOf(item['content']);
  return type === 'message' && parts.some((part) => /^(?:input|output)_/.test(textOf(objectOf(part)?.['type']) ?? ''));
}
