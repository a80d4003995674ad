import { resultValue } from '../evidence/importers/chat.js';
import { isDeeperThan, maxDepth } from '../evidence/read/parse.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.js';

/** Of what a JSON-RPC message is: a request or notification has a method, an answer has none. */
export interface Message {
  readonly method: string | null;
  /** a text for each id, numbers and texts apart; null where there is none */
  readonly id: string | null;
  readonly params: JsonObject;
  /** of an answer */
  readonly result: JsonObject | null;
  readonly error: JsonObject | null;
}

function idOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' || typeof value === 'number' ? `${typeof value}:${value}` : null;
}

/** The messages of a line; a line may hold several (a batch). Values that are no messages are left out. */
export function messagesOf(value: JsonValue): Message[] {
  if (Array.isArray(value)) return value.flatMap((one) => (Array.isArray(one) ? [] : messagesOf(one)));
  if (!isJsonObject(value)) return [];
  const { method, id, params, result, error } = value;
  return [
    {
      method: typeof method === 'string' ? method : null,
      id: idOf(id),
      params: isJsonObject(params) ? params : {},
      result: isJsonObject(result) ? result : null,
      error: isJsonObject(error) ? error : null,
    },
  ];
}

/** What the id of a `notifications/cancelled` names. */
export const cancelledId = (message: Message): string | null => idOf(message.params['requestId']);

const metaPrefix = 'io.modelcontextprotocol/';

/** A value of the envelope that messages of the 2026 era carry. */
export function metaOf(holder: JsonObject | null, key: string): JsonValue | undefined {
  const meta = holder?.['_meta'];
  return isJsonObject(meta) ? meta[`${metaPrefix}${key}`] : undefined;
}

const mark = (type: JsonValue | undefined): string =>
  `[${typeof type === 'string' && /^[a-z_]{1,30}$/.test(type) ? type : 'part'}]`;

function textOfPart(part: JsonObject): string | null {
  if (part['type'] === 'text' && typeof part['text'] === 'string') return part['text'];
  if (part['type'] === 'resource_link' && typeof part['uri'] === 'string') return part['uri'];
  const resource = part['resource'];
  if (isJsonObject(resource) && typeof resource['text'] === 'string') return resource['text'];
  return null;
}

/**
 * What a tool's result is to whoever called it: the structured result, else its text, parsed where it is JSON. This is what a
 * skill gets from the same call by the tool bridge. Where there is no text at all, marks stand for what there is (`[image]`).
 */
export function valueOfResult(result: JsonObject): JsonValue {
  const structured = result['structuredContent'];
  if (structured !== undefined && result['isError'] !== true) return structured;
  const parts = Array.isArray(result['content']) ? result['content'].filter(isJsonObject) : [];
  const texts = parts.flatMap((part) => textOfPart(part) ?? []);
  if (texts.length === 0 && parts.length > 0) return parts.map((part) => mark(part['type'])).join('\n');
  const text = texts.join('\n');
  const value = resultValue(text);
  // The line of the recording is one level deeper, and has to be readable too.
  return isDeeperThan(value, maxDepth - 2) ? text : value;
}
