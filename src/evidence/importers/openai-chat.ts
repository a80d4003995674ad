import { isJsonObject, type JsonObject, type JsonValue } from '../../json.js';
import type { EvidenceRecord } from '../model.js';
import { elementSpans, memberSpan, spanAt } from '../read/children.js';
import type { ValueSpan } from '../read/spans.js';
import { readChatMessage, readTime } from './chat.js';
import {
  type Draft,
  type ImportEvent,
  type Importer,
  type Item,
  ignored,
  listOf,
  noFacts,
  objectOf,
  type RecordContent,
  type RunDraft,
  rejected,
  textOf,
} from './importer.js';
import { firstId, outcomeDraft } from './outcome-fields.js';

const threadNames = ['conversation_id', 'session_id', 'thread_id', 'run_id'];

function messageDrafts(list: ValueSpan | undefined): Draft[] {
  return list ? elementSpans(list).map((span) => ({ span, nativeId: null, read: readChatMessage })) : [];
}

function toolsOf(holder: JsonObject | undefined): JsonValue[] {
  return [...listOf(holder?.['tools']), ...listOf(holder?.['functions'])];
}

function runOf(span: ValueSpan, drafts: readonly Draft[], idNames: readonly string[]): RunDraft {
  const whole = objectOf(span.value);
  const metadata = objectOf(whole?.['metadata']);
  const request = objectOf(whole?.['request']);
  const native = firstId([whole, metadata, request, objectOf(request?.['metadata'])], idNames);
  const task_id = firstId([metadata, whole], ['task_id']);
  const trial = firstId([metadata, whole], ['trial']);
  return {
    event: 'run',
    key: { by: 'content', seed: { native, task_id, trial }, grows: true },
    facts: { ...noFacts, native_id: native, session_id: native, task_id, trial, agent: textOf(metadata?.['agent']) },
    drafts,
  };
}

function usageOf(response: JsonObject): EvidenceRecord['usage'] {
  const usage = objectOf(response['usage']);
  const input = usage?.['prompt_tokens'];
  const output = usage?.['completion_tokens'];
  if (!Number.isSafeInteger(input) || !Number.isSafeInteger(output)) return null;
  const tokens = { input_tokens: Number(input), output_tokens: Number(output), cost_usd: null };
  return tokens.input_tokens < 0 || tokens.output_tokens < 0 ? null : tokens;
}

/** The answer of a logged request, with what the response says about it. */
function answerDraft(span: ValueSpan): Draft[] {
  const response = objectOf(memberSpan(span, 'response')?.value);
  const message = spanAt(span, ['response', 'choices', 0, 'message']);
  if (!response || !message) return [];
  const whole = objectOf(span.value);
  const model = textOf(response['model']) ?? textOf(objectOf(whole?.['request'])?.['model']);
  const timestamp = readTime(whole?.['timestamp'] ?? response['created']);
  const read = (value: JsonValue): RecordContent | string => {
    const content = readChatMessage(value);
    return typeof content === 'string' ? content : { ...content, model, timestamp, usage: usageOf(response) };
  };
  return [{ span: message, nativeId: null, read }];
}

function isMessage(value: JsonValue): boolean {
  return isJsonObject(value) && typeof value['role'] === 'string' && ('content' in value || 'tool_calls' in value);
}

/** A list of messages; other programs keep things of their own under that name. */
function isConversation(list: JsonValue | undefined): boolean {
  return Array.isArray(list) && (list.length === 0 || list.some(isMessage));
}

/** A conversation's events; one without any message is accounted for as ignored. */
function conversation(span: ValueSpan): ImportEvent[] {
  const events = readConversation(span);
  const isEmpty = events.every((one) => one.event === 'tools' || (one.event === 'run' && one.drafts.length === 0));
  return isEmpty ? [...events.filter((one) => one.event === 'tools'), ignored(span, 'empty_conversation')] : events;
}

function readConversation(span: ValueSpan): ImportEvent[] {
  const whole = objectOf(span.value);
  const request = objectOf(whole?.['request']) ?? objectOf(whole?.['body']);
  if (whole && request && Array.isArray(request['messages'])) {
    const list = spanAt(span, [objectOf(whole['request']) ? 'request' : 'body', 'messages']);
    const drafts = [...messageDrafts(list), ...answerDraft(span), ...outcomeDraft(span)];
    const chunks = memberSpan(span, 'response');
    // The pieces of a streamed answer are not put together: a secret could be split over any two of them.
    const streamed = Array.isArray(chunks?.value) ? [ignored(chunks ?? span, 'streamed_response')] : [];
    return [{ event: 'tools', tools: toolsOf(request) }, runOf(span, drafts, threadNames), ...streamed];
  }
  if (whole && Array.isArray(whole['messages'])) {
    const drafts = [...messageDrafts(memberSpan(span, 'messages')), ...outcomeDraft(span)];
    return [{ event: 'tools', tools: toolsOf(whole) }, runOf(span, drafts, [...threadNames, 'id'])];
  }
  if (Array.isArray(span.value)) return [runOf(span, messageDrafts(span), [])];
  return [rejected(span, 'neither a conversation nor a message')];
}

function recognizes(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.length > 0 && isMessage(value[0] ?? null);
  const whole = objectOf(value);
  if (!whole) return false;
  const request = objectOf(whole['request']) ?? objectOf(whole['body']);
  return isMessage(whole) || isConversation(whole['messages']) || isConversation(request?.['messages']);
}

/** Bare messages that follow one another are one conversation; it is handed on when the file ends or something else comes. */
async function* read(items: AsyncIterable<Item>): AsyncGenerator<ImportEvent> {
  let loose: ValueSpan[] = [];
  const flush = function* (): Generator<ImportEvent> {
    const first = loose[0];
    if (!first) return;
    const drafts = loose.map((span) => ({ span, nativeId: null, read: readChatMessage }));
    loose = [];
    yield { event: 'run', key: { by: 'content', seed: {}, grows: true }, facts: noFacts, drafts };
  };
  for await (const item of items) {
    if ('rejected' in item) yield item.rejected;
    else if (isMessage(item.span.value)) loose.push(item.span);
    else {
      if (recognizes(item.span.value)) yield* flush();
      yield* conversation(item.span);
    }
  }
  yield* flush();
}

/** Chat completions: conversations, bare messages, and logs of requests with their responses. */
export const openaiChat: Importer = { format: 'openai_chat', version: 1, recognizes, read };
