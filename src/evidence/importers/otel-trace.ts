import type { JsonObject, JsonValue } from '../../json.js';
import type { ValueSpan } from '../read/spans.js';
import { readArguments, readResult } from './chat.js';
import {
  type Draft,
  emptyContent,
  type ImportEvent,
  idText,
  ignored,
  noFacts,
  objectOf,
  type RecordContent,
  textOf,
} from './importer.js';
import { logUnits, messageUnits, type Unit } from './otel-messages.js';
import { attributesOf, structured, timeOf } from './otlp.js';

/** A span, a log record with messages, or the event of an evaluation, that waits for the rest of its trace. */
export interface HeldSpan {
  readonly kind: 'chat' | 'tool' | 'agent' | 'log' | 'evaluation';
  readonly span: ValueSpan;
  readonly attributes: JsonObject;
}

interface Talk {
  readonly held: HeldSpan;
  readonly units: readonly Unit[];
  /** what each unit says, to find out which talk repeats another */
  readonly said: readonly string[];
  /** those that it repeats */
  readonly repeats: readonly Talk[];
}

/** A member of the span; a log record has one time, which stands for its start and its end. */
function timeIn(held: HeldSpan, member: 'startTimeUnixNano' | 'endTimeUnixNano'): JsonValue | undefined {
  return memberOf(held, member) ?? memberOf(held, 'timeUnixNano') ?? memberOf(held, 'observedTimeUnixNano');
}

function memberOf(held: HeldSpan, name: string): JsonValue | undefined {
  return objectOf(held.span.value)?.[name];
}

function saidBy({ content }: Unit): string {
  if (typeof content === 'string') return content;
  const { role, text, tool_calls, tool_result } = content;
  return JSON.stringify([role, text, tool_calls, tool_result?.call_id, tool_result?.content]);
}

function usageOf(attributes: JsonObject): RecordContent['usage'] {
  const count = (...names: string[]): number => {
    const found = names.map((name) => attributes[name]).find((value) => typeof value === 'number');
    return typeof found === 'number' && Number.isSafeInteger(found) && found > 0 ? found : 0;
  };
  const input_tokens = count('gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens');
  const output_tokens = count('gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens');
  return input_tokens + output_tokens > 0 ? { input_tokens, output_tokens, cost_usd: null } : null;
}

/** What a request tells of the units that it asked with and came back with. */
function answered({ held, units }: Talk): (index: number) => Partial<RecordContent> | undefined {
  const { attributes } = held;
  const found = units.findIndex((unit) => unit.isOutput);
  const firstOutput = found < 0 ? units.length : found;
  const model = textOf(attributes['gen_ai.response.model']) ?? textOf(attributes['gen_ai.request.model']);
  const start = timeOf(timeIn(held, 'startTimeUnixNano'));
  const end = timeOf(timeIn(held, 'endTimeUnixNano'));
  return (index) => {
    if (index < firstOutput - 1 || index >= units.length) return undefined;
    if (index < firstOutput) return { timestamp: start };
    return { timestamp: end, model, usage: index === firstOutput ? usageOf(attributes) : null };
  };
}

/**
 * The time of what came back is the span's end, that of the last thing given its start; of what came before the requests
 * tell that the last one repeats.
 */
function talkDrafts(talk: Talk): Draft[] {
  const requests = [...talk.repeats, talk].sort((a, b) => a.units.length - b.units.length).map(answered);
  return talk.units.map((unit, index) => ({
    span: unit.span,
    nativeId: null,
    read: (value) => {
      const content = unit.read(value);
      if (typeof content === 'string') return content;
      const told = requests.map((of) => of(index)).find((one) => one !== undefined);
      return { ...content, timestamp: null, usage: null, model: null, ...told };
    },
  }));
}

function toolCallOf(value: JsonValue): RecordContent | string {
  const attributes = attributesOf(value);
  const name = textOf(attributes['gen_ai.tool.name']);
  if (!name) return 'tool span has no gen_ai.tool.name';
  const given = structured(attributes['gen_ai.tool.call.arguments']);
  const id = idText(attributes['gen_ai.tool.call.id']);
  return { ...emptyContent, role: 'assistant', tool_calls: [{ id, name, ...readArguments(given) }] };
}

function toolResultOf(value: JsonValue): RecordContent | string {
  const attributes = attributesOf(value);
  const status = objectOf(objectOf(value)?.['status']);
  const failed = status?.['code'] === 2 || status?.['code'] === 'STATUS_CODE_ERROR' || 'error.type' in attributes;
  const said = structured(attributes['gen_ai.tool.call.result']) ?? textOf(status?.['message']);
  const { text, content } = readResult(said);
  const call_id = idText(attributes['gen_ai.tool.call.id']);
  return {
    ...emptyContent,
    role: 'tool',
    text,
    tool_result: { call_id, name: null, content, is_error: failed || null },
  };
}

function timed(held: HeldSpan, read: Draft['read'], member: 'startTimeUnixNano' | 'endTimeUnixNano'): Draft {
  const timestamp = timeOf(timeIn(held, member));
  const withTime = (value: JsonValue): RecordContent | string => {
    const content = read(value);
    return typeof content === 'string' ? content : { ...content, timestamp };
  };
  return { span: held.span, nativeId: null, read: withTime };
}

/** A label is a word that may be a verdict; the scale of a score is not known, so that it is none. */
function readEvaluation(value: JsonValue): RecordContent | string {
  const attributes = attributesOf(value);
  const found = attributes['gen_ai.evaluation.score.label'] ?? attributes['gen_ai.evaluation.score.value'];
  if (typeof found !== 'string' && typeof found !== 'number' && typeof found !== 'boolean')
    return 'evaluation has no score';
  const grader = textOf(attributes['gen_ai.evaluation.name']) || 'otel_genai';
  return { ...emptyContent, kind: 'outcome', outcome: { kind: 'status', value: found, grader } };
}

/** What a tool span adds to the messages. */
interface ToolPart {
  readonly held: HeldSpan;
  readonly drafts: readonly Draft[];
}

/** Of tool spans the call for which the messages hold none, and the result; the others repeat the messages. */
function toolParts(tools: readonly HeldSpan[], talks: readonly Talk[]): { parts: ToolPart[]; events: ImportEvent[] } {
  const parts: ToolPart[] = [];
  const events: ImportEvent[] = [];
  const contents = talks.flatMap((talk) => talk.units).map((unit) => unit.content);
  const read = contents.flatMap((content) => (typeof content === 'string' ? [] : [content]));
  const called = new Set(read.flatMap((content) => content.tool_calls).flatMap((call) => call.id ?? []));
  const answered = new Set(read.flatMap((content) => content.tool_result?.call_id ?? []));
  for (const tool of tools) {
    const id = idText(tool.attributes['gen_ai.tool.call.id']);
    const hasResult = 'gen_ai.tool.call.result' in tool.attributes || 'error.type' in tool.attributes;
    const isCalled = id !== null && called.has(id);
    const addsResult = hasResult && !(id !== null && answered.has(id));
    if (isCalled && !addsResult) events.push(ignored(tool.span, 'repeated_tool_span'));
    const call = isCalled ? [] : [timed(tool, toolCallOf, 'startTimeUnixNano')];
    const result = addsResult ? [timed(tool, toolResultOf, 'endTimeUnixNano')] : [];
    parts.push({ held: tool, drafts: [...call, ...result] });
  }
  return { parts, events };
}

/** What a request or an agent came back with stands behind the tools that ran before its end. */
function withTools(talk: Talk | undefined, parts: readonly ToolPart[]): Draft[] {
  const drafts = talk ? talkDrafts(talk) : [];
  const firstOutput = talk?.units.findIndex((unit) => unit.isOutput) ?? -1;
  const place = firstOutput < 0 ? drafts.length : firstOutput;
  const end = talk ? timeKey(talk.held, 'endTimeUnixNano') : '';
  const isBefore = ({ held }: ToolPart): boolean => timeKey(held, 'startTimeUnixNano') < end;
  const of = (some: readonly ToolPart[]): Draft[] => some.flatMap((part) => part.drafts);
  return [
    ...drafts.slice(0, place),
    ...of(parts.filter(isBefore)),
    ...drafts.slice(place),
    ...of(parts.filter((part) => !isBefore(part))),
  ];
}

/** Each request repeats what was said before: of talks that begin alike, the longest is kept. */
function withoutRepeats(talks: readonly Talk[]): { kept: Talk[]; events: ImportEvent[] } {
  const within = talks.map((talk, index) =>
    talks.filter((other, place) => {
      const isLonger =
        other.said.length > talk.said.length || (other.said.length === talk.said.length && place > index);
      return isLonger && talk.said.every((said, at) => said === other.said[at]);
    }),
  );
  const kept = talks.filter((_, index) => within[index]?.length === 0);
  const repeated = talks.filter((talk) => !kept.includes(talk));
  return {
    kept: kept.map((talk) => ({ ...talk, repeats: talks.filter((_, index) => within[index]?.includes(talk)) })),
    events: repeated.map((talk) => ignored(talk.held.span, 'repeated_history')),
  };
}

function talkOf(held: HeldSpan, units: readonly Unit[]): Talk {
  return { held, units, said: units.map(saidBy), repeats: [] };
}

function talksOf(spans: readonly HeldSpan[], kind: HeldSpan['kind']): Talk[] {
  return spans.filter((held) => held.kind === kind).map((held) => talkOf(held, messageUnits(held.span)));
}

/** Requests with what they say in themselves, else in the log records that name their span. */
function chatsOf(spans: readonly HeldSpan[]): { chats: Talk[]; repeats: HeldSpan[] } {
  const bySpan = new Map<string, HeldSpan[]>();
  const repeats: HeldSpan[] = [];
  for (const log of spans.filter((held) => held.kind === 'log')) {
    const id = idText(memberOf(log, 'spanId')) ?? '';
    bySpan.set(id, [...(bySpan.get(id) ?? []), log]);
  }
  const chats = talksOf(spans, 'chat').map((talk) => {
    const id = idText(memberOf(talk.held, 'spanId')) ?? '';
    const logs = bySpan.get(id) ?? [];
    bySpan.delete(id);
    if (talk.units.length === 0) return talkOf(talk.held, logUnits(logs.map((one) => one.span)));
    repeats.push(...logs);
    return talk;
  });
  for (const logs of bySpan.values()) {
    const [first] = logs;
    if (first) chats.push(talkOf(first, logUnits(logs.map((one) => one.span))));
  }
  return { chats, repeats };
}

/** Nanoseconds as text that sorts as they do. */
function timeKey(held: HeldSpan, member: 'startTimeUnixNano' | 'endTimeUnixNano'): string {
  return String(timeIn(held, member) ?? '').padStart(24, '0');
}

const startOf = (held: HeldSpan): string => timeKey(held, 'startTimeUnixNano');

/** What a trace holds: a run for each conversation in it, by its id, else by that of the trace. */
export function* traceEvents(trace: string, unsorted: readonly HeldSpan[]): Generator<ImportEvent> {
  const spans = [...unsorted].sort((a, b) => (startOf(a) < startOf(b) ? -1 : startOf(a) > startOf(b) ? 1 : 0));
  const { chats, repeats } = chatsOf(spans);
  for (const log of repeats) yield ignored(log.span, 'repeated_history');
  const agents = talksOf(spans, 'agent');
  const spoken = chats.filter((talk) => talk.units.length > 0);
  const chosen = spoken.length > 0 ? spoken : agents.filter((talk) => talk.units.length > 0);
  for (const talk of [...chats, ...agents]) {
    if (!chosen.includes(talk))
      yield ignored(talk.held.span, talk.units.length > 0 ? 'repeated_history' : 'no_content');
  }
  const { kept, events } = withoutRepeats(chosen);
  yield* events;
  const tools = toolParts(
    spans.filter((held) => held.kind === 'tool'),
    chosen,
  );
  yield* tools.events;
  const evaluations = spans.filter((held) => held.kind === 'evaluation');
  const isAny = kept.length > 0 || tools.parts.some((part) => part.drafts.length > 0);
  if (!isAny) for (const held of evaluations) yield ignored(held.span, 'evaluation_without_run');
  const grades = evaluations.map((held): Draft => ({ span: held.span, nativeId: null, read: readEvaluation }));
  const runs = kept.slice(0, -1).map(talkDrafts);
  if (isAny) runs.push([...withTools(kept.at(-1), tools.parts), ...grades]);
  const first = (name: string): string | null =>
    spans.map((held) => idText(held.attributes[name])).find((id) => id !== null) ?? null;
  const native = first('gen_ai.conversation.id') ?? trace;
  const facts = { ...noFacts, native_id: native, session_id: native, agent: first('gen_ai.agent.name') };
  for (const drafts of runs) {
    yield { event: 'run', key: { by: 'content', seed: { native }, grows: true }, facts, drafts };
  }
}
