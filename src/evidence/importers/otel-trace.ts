import type { JsonObject, JsonValue } from '../../json.js';
import type { ValueSpan } from '../read/spans.js';
import { contentText, readArguments, resultValue } from './chat.js';
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
import { messageUnits, type Unit } from './otel-messages.js';
import { attributesOf, structured, timeOf } from './otlp.js';

/** A span, or the event of an evaluation, that waits for the rest of its trace. */
export interface HeldSpan {
  readonly kind: 'chat' | 'tool' | 'agent' | 'evaluation';
  readonly span: ValueSpan;
  readonly attributes: JsonObject;
}

interface Talk {
  readonly held: HeldSpan;
  readonly units: readonly Unit[];
  /** what each unit says, to find out which talk repeats another */
  readonly said: readonly string[];
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

/** The time of what came back is the span's end, that of the last thing given its start; of what came before none is known. */
function talkDrafts({ held, units }: Talk): Draft[] {
  const { attributes } = held;
  const model = textOf(attributes['gen_ai.response.model']) ?? textOf(attributes['gen_ai.request.model']);
  const start = timeOf(memberOf(held, 'startTimeUnixNano'));
  const end = timeOf(memberOf(held, 'endTimeUnixNano'));
  const firstOutput = units.findIndex((unit) => unit.isOutput);
  const lastInput = (firstOutput < 0 ? units.length : firstOutput) - 1;
  return units.map((unit, index) => ({
    span: unit.span,
    nativeId: null,
    read: (value) => {
      const content = unit.read(value);
      if (typeof content === 'string') return content;
      const timestamp = unit.isOutput ? end : index === lastInput ? start : null;
      const usage = index === firstOutput ? usageOf(attributes) : null;
      return { ...content, timestamp, usage, model: unit.isOutput ? model : null };
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
  const text = contentText(said) ?? null;
  const content = text === null ? (said ?? null) : resultValue(text);
  const call_id = idText(attributes['gen_ai.tool.call.id']);
  return {
    ...emptyContent,
    role: 'tool',
    text,
    tool_result: { call_id, name: null, content, is_error: failed || null },
  };
}

function timed(held: HeldSpan, read: Draft['read'], member: string): Draft {
  const timestamp = timeOf(memberOf(held, member));
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

/** Drafts of tool spans for which the messages hold no call, or no result; the others repeat the messages. */
function toolParts(tools: readonly HeldSpan[], talks: readonly Talk[]): { drafts: Draft[]; events: ImportEvent[] } {
  const drafts: Draft[] = [];
  const events: ImportEvent[] = [];
  const contents = talks.flatMap((talk) => talk.units).map((unit) => unit.content);
  const read = contents.flatMap((content) => (typeof content === 'string' ? [] : [content]));
  const called = new Set(read.flatMap((content) => content.tool_calls).flatMap((call) => call.id ?? []));
  const answered = new Set(read.flatMap((content) => content.tool_result?.call_id ?? []));
  for (const tool of tools) {
    const id = idText(tool.attributes['gen_ai.tool.call.id']);
    const hasResult = 'gen_ai.tool.call.result' in tool.attributes || 'error.type' in tool.attributes;
    const isCalled = id !== null && called.has(id);
    if (!isCalled) drafts.push(timed(tool, toolCallOf, 'startTimeUnixNano'));
    if (hasResult && !(id !== null && answered.has(id))) drafts.push(timed(tool, toolResultOf, 'endTimeUnixNano'));
    else if (isCalled) events.push(ignored(tool.span, 'repeated_tool_span'));
  }
  return { drafts, events };
}

/** Each request repeats what was said before: of talks that begin alike, the longest is kept. */
function withoutRepeats(talks: readonly Talk[]): { kept: Talk[]; events: ImportEvent[] } {
  const kept: Talk[] = [];
  const events: ImportEvent[] = [];
  for (const [index, talk] of talks.entries()) {
    const isRepeated = talks.some((other, place) => {
      const isLonger =
        other.said.length > talk.said.length || (other.said.length === talk.said.length && place > index);
      return isLonger && talk.said.every((said, at) => said === other.said[at]);
    });
    if (isRepeated) events.push(ignored(talk.held.span, 'repeated_history'));
    else kept.push(talk);
  }
  return { kept, events };
}

function talksOf(spans: readonly HeldSpan[], kind: HeldSpan['kind']): Talk[] {
  return spans
    .filter((held) => held.kind === kind)
    .map((held) => ({ held, units: messageUnits(held.span) }))
    .map(({ held, units }) => ({ held, units, said: units.map(saidBy) }));
}

const startOf = (held: HeldSpan): string => String(memberOf(held, 'startTimeUnixNano') ?? '').padStart(24, '0');

/** What a trace holds: a run for each conversation in it, by its id, else by that of the trace. */
export function* traceEvents(trace: string, unsorted: readonly HeldSpan[]): Generator<ImportEvent> {
  const spans = [...unsorted].sort((a, b) => (startOf(a) < startOf(b) ? -1 : startOf(a) > startOf(b) ? 1 : 0));
  const chats = talksOf(spans, 'chat');
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
  const runs = kept.map(talkDrafts);
  if (runs.length === 0 && tools.drafts.length > 0) runs.push([]);
  const last = runs.at(-1);
  if (!last) for (const held of evaluations) yield ignored(held.span, 'evaluation_without_run');
  const more = [
    ...tools.drafts,
    ...evaluations.map((held): Draft => ({ span: held.span, nativeId: null, read: readEvaluation })),
  ];
  const first = (name: string): string | null =>
    spans.map((held) => idText(held.attributes[name])).find((id) => id !== null) ?? null;
  const native = first('gen_ai.conversation.id') ?? trace;
  const facts = { ...noFacts, native_id: native, session_id: native, agent: first('gen_ai.agent.name') };
  for (const drafts of runs) {
    const all = drafts === last ? [...drafts, ...more] : drafts;
    yield { event: 'run', key: { by: 'content', seed: { native }, grows: true }, facts, drafts: all };
  }
}
