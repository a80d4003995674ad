import type { JsonObject, JsonValue } from '../../json.js';
import { elementSpans, memberSpan, spanAt } from '../read/children.js';
import type { ValueSpan } from '../read/spans.js';
import { readTime } from './chat.js';
import { type Conversation, OpenConversations } from './conversations.js';
import {
  type Draft,
  emptyContent,
  type ImportEvent,
  type Importer,
  type Item,
  idText,
  ignored,
  listOf,
  objectOf,
  type RecordContent,
  rejected,
  textOf,
} from './importer.js';
import { firstId, outcomeDraft } from './outcome-fields.js';
import { isOwnItem, readItem } from './response-items.js';

/** What some spans held: drafts for a run, and events beside them. */
interface Found {
  readonly drafts: Draft[];
  readonly events: ImportEvent[];
}

/** What the response says about the items that it gave. */
type Around = Pick<RecordContent, 'model' | 'timestamp' | 'usage'>;

function readItems(spans: readonly ValueSpan[], around?: Around): Found {
  const drafts: Draft[] = [];
  const events: ImportEvent[] = [];
  let usage = around?.usage ?? null;
  for (const span of spans) {
    const reading = readItem(span.value);
    if (typeof reading === 'string') events.push(rejected(span, reading));
    else if ('ignored' in reading) events.push(ignored(span, reading.ignored));
    else if ('tools' in reading)
      events.push({ event: 'tools', tools: reading.tools }, ignored(span, 'tool_definitions'));
    else {
      for (const reader of reading.readers) {
        const own = usage;
        usage = null;
        const read = (value: JsonValue): RecordContent | string => {
          const content = reader(value);
          return typeof content === 'string' || !around ? content : { ...content, ...around, usage: own };
        };
        drafts.push({ span, nativeId: null, read });
      }
    }
  }
  return { drafts, events };
}

function textDraft(span: ValueSpan, role: 'system' | 'user'): Draft {
  const read = (value: JsonValue): RecordContent | string =>
    typeof value === 'string' ? { ...emptyContent, role, text: value, is_human: role === 'user' } : 'input is no text';
  return { span, nativeId: null, read };
}

/** Instructions and input are text or lists of items. */
function given(span: ValueSpan | undefined, role: 'system' | 'user'): Found {
  if (typeof span?.value === 'string' && span.value !== '') return { drafts: [textDraft(span, role)], events: [] };
  return span ? readItems(elementSpans(span)) : { drafts: [], events: [] };
}

function usageOf(response: JsonObject): RecordContent['usage'] {
  const usage = objectOf(response['usage']);
  const count = (name: string): number => {
    const value = usage?.[name];
    return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
  };
  return usage ? { input_tokens: count('input_tokens'), output_tokens: count('output_tokens'), cost_usd: null } : null;
}

/** Where a log keeps the request and the response; the value itself may be either or hold both side by side. */
const requestPlaces: readonly (readonly string[])[] = [['request'], ['body'], []];
const responsePlaces: readonly (readonly string[])[] = [['response'], ['response', 'body'], []];

function placed(whole: JsonValue, places: readonly (readonly string[])[], is: (value: JsonObject) => boolean) {
  return places.find((path) => {
    const found = path.reduce<JsonValue | undefined>((value, key) => objectOf(value)?.[key], whole);
    const held = objectOf(found);
    return held !== undefined && is(held);
  });
}

const isRequest = (value: JsonObject): boolean =>
  (typeof value['input'] === 'string' && ('model' in value || 'output' in value)) ||
  (Array.isArray(value['input']) && (value['input'].length === 0 || value['input'].every(isItemLike)));
const isResponse = (value: JsonObject): boolean =>
  Array.isArray(value['output']) && (value['object'] === 'response' || value['output'].every(isItemLike));

function isItemLike(value: JsonValue): boolean {
  const item = objectOf(value);
  return item !== undefined && (isOwnItem(item) || 'type' in item || 'role' in item);
}

const threadNames = ['conversation_id', 'session_id', 'thread_id', 'run_id'];

/** A logged request with its response, either of which may be missing. */
function loggedEvents(span: ValueSpan, open: OpenConversations): ImportEvent[] {
  const whole = objectOf(span.value) ?? {};
  const requestAt = placed(whole, requestPlaces, isRequest);
  const responseAt = placed(whole, responsePlaces, isResponse);
  const requestSpan = requestAt && spanAt(span, requestAt);
  const responseSpan = responseAt && spanAt(span, responseAt);
  const request = objectOf(requestSpan?.value) ?? {};
  const response = objectOf(responseSpan?.value) ?? {};
  const link = (name: string): string | null => idText(request[name]) ?? idText(response[name]);
  const thread = link('conversation') ?? idText(objectOf(request['conversation'] ?? response['conversation'])?.['id']);
  const previous = link('previous_response_id') ?? (thread === null ? null : `conversation ${thread}`);
  const known = previous === null ? undefined : open.take(previous);

  const instructions = [requestSpan, responseSpan].flatMap((one) => (one && memberSpan(one, 'instructions')) ?? []);
  const prompt = known ? { drafts: [], events: [] } : given(instructions[0], 'system');
  const input = given(requestSpan && memberSpan(requestSpan, 'input'), 'user');
  const model = textOf(response['model']) ?? textOf(request['model']);
  const timestamp = readTime(whole['timestamp'] ?? response['created_at']);
  const answer = responseSpan ? memberSpan(responseSpan, 'output') : undefined;
  const output = answer && readItems(elementSpans(answer), { model, timestamp, usage: usageOf(response) });
  const metadata = objectOf(whole['metadata']) ?? objectOf(request['metadata']);
  const native = firstId([whole, metadata, request], threadNames) ?? thread;
  const parts = [prompt, input, ...(output ? [output] : [])];
  const conversation: Conversation = {
    native,
    task_id: firstId([metadata, whole], ['task_id']),
    trial: firstId([metadata, whole], ['trial']),
    drafts: [...(known?.drafts ?? []), ...parts.flatMap((part) => part.drafts), ...outcomeDraft(span)],
  };
  const tools = [...listOf(request['tools'] ?? response['tools'])].filter(
    (tool) => objectOf(tool)?.['name'] !== undefined,
  );
  const events: ImportEvent[] = [{ event: 'tools', tools }, ...parts.flatMap((part) => part.events)];
  if (conversation.drafts.length === 0)
    return events.length > 1 ? events : [...events, ignored(span, 'empty_conversation')];
  const next = thread === null ? idText(response['id']) : `conversation ${thread}`;
  return [...events, ...open.put(next, conversation)];
}

function isLogged(value: JsonValue): boolean {
  if (isOwnItem(value)) return false;
  const at = placed(value, requestPlaces, isRequest) ?? placed(value, responsePlaces, isResponse);
  return at !== undefined;
}

/** Bare items that follow one another are one conversation; so is a list of items. */
async function* read(items: AsyncIterable<Item>): AsyncGenerator<ImportEvent> {
  const open = new OpenConversations();
  let loose: Draft[] = [];
  const bare = (drafts: readonly Draft[]): Conversation => ({ native: null, task_id: null, trial: null, drafts });
  for await (const item of items) {
    if ('rejected' in item) yield item.rejected;
    else if (Array.isArray(item.span.value)) {
      const found = readItems(elementSpans(item.span));
      yield* found.events;
      if (found.drafts.length > 0) yield* open.put(null, bare(found.drafts));
      else if (found.events.length === 0) yield ignored(item.span, 'empty_conversation');
    } else if (isLogged(item.span.value)) yield* loggedEvents(item.span, open);
    else {
      const found = readItems([item.span]);
      yield* found.events;
      loose = loose.concat(found.drafts);
    }
  }
  if (loose.length > 0) yield* open.put(null, bare(loose));
  yield* open.end();
}

function isOurs(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.some(isOwnItem);
  return isOwnItem(value) || isLogged(value);
}

/** Items of the OpenAI Responses API: lists of them, one a line, and logs of requests with their responses. */
export const openaiResponses: Importer = {
  format: 'openai_responses',
  version: 1,
  recognizes: isOurs,
  decides: isOurs,
  read,
};
