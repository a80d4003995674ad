import type { JsonValue } from '../../json.js';
import type { Run, ToolCall } from '../model.js';
import { elementSpans, spanAt } from '../read/children.js';
import type { ValueSpan } from '../read/spans.js';
import { contentText, readArguments, readTime, resultValue } from './chat.js';
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
  type RunFacts,
  rejected,
  textOf,
} from './importer.js';
import {
  type Field,
  fieldOf,
  fits,
  type LoadedMapping,
  type RecordRule,
  type Rule,
  tokensOf,
  valueAt,
} from './mapping.js';

const roles: ReadonlyMap<JsonValue | undefined, NonNullable<RecordContent['role']>> = new Map([
  ['system', 'system' as const],
  ['user', 'user' as const],
  ['assistant', 'assistant' as const],
  ['tool', 'tool' as const],
]);

function plainText(value: JsonValue | undefined): string | null {
  const text = contentText(value) ?? idText(value);
  return text === null && value !== undefined && value !== null ? JSON.stringify(value) : text;
}

function readCalls(value: JsonValue, rule: RecordRule['calls']): ToolCall[] | null {
  if (!rule) return [];
  const list = rule.each === undefined ? [value] : valueAt(value, rule.each);
  const calls: ToolCall[] = [];
  for (const item of listOf(list)) {
    const name = textOf(fieldOf(item, rule.name));
    if (!name) return null;
    calls.push({ id: idText(fieldOf(item, rule.id)), name, ...readArguments(fieldOf(item, rule.arguments)) });
  }
  return calls;
}

function readResult(value: JsonValue, rule: RecordRule['result']): RecordContent['tool_result'] {
  if (!rule) return null;
  const content = fieldOf(value, rule.content) ?? null;
  const marked = fieldOf(value, rule.is_error);
  return {
    call_id: idText(fieldOf(value, rule.call_id)),
    name: textOf(fieldOf(value, rule.name)),
    content: typeof content === 'string' ? resultValue(content) : content,
    is_error: typeof marked === 'boolean' ? marked : null,
  };
}

function readUsage(value: JsonValue, rule: RecordRule['usage']): RecordContent['usage'] {
  const count = (from: Field | undefined): number | null => {
    const found = fieldOf(value, from);
    return typeof found === 'number' && found >= 0 ? found : null;
  };
  const input_tokens = count(rule?.input_tokens);
  const output_tokens = count(rule?.output_tokens);
  if (!rule || !Number.isSafeInteger(input_tokens) || !Number.isSafeInteger(output_tokens)) return null;
  return { input_tokens: input_tokens ?? 0, output_tokens: output_tokens ?? 0, cost_usd: count(rule.cost_usd) };
}

function readOutcome(value: JsonValue, rule: NonNullable<RecordRule['outcome']>): RecordContent | string {
  const found = valueAt(value, rule.value);
  if (found === undefined || found === null) return 'there is no outcome at the place that the mapping names';
  if (rule.kind === 'reward' && typeof found !== 'number') return 'reward is not a number';
  return { ...emptyContent, kind: 'outcome', outcome: { kind: rule.kind, value: found, grader: rule.grader } };
}

function recordReader(rule: RecordRule): Draft['read'] {
  return (value) => {
    if (rule.outcome) return readOutcome(value, rule.outcome);
    const role = roles.get(fieldOf(value, rule.role));
    if (!role) return 'the mapping gives no role';
    const calls = readCalls(value, rule.calls);
    if (!calls) return 'a call has no name';
    const tool_result = readResult(value, rule.result);
    const human = fieldOf(value, rule.human);
    const said = rule.text ?? rule.result?.content;
    return {
      ...emptyContent,
      role,
      is_human: role === 'user' && (typeof human === 'boolean' ? human : true),
      timestamp: readTime(fieldOf(value, rule.timestamp)),
      model: textOf(fieldOf(value, rule.model)),
      text: plainText(fieldOf(value, said)),
      tool_calls: calls,
      tool_result,
      usage: readUsage(value, rule.usage),
    };
  };
}

function spanOf(span: ValueSpan, path: string): ValueSpan | undefined {
  let here: ValueSpan | undefined = span;
  for (const token of tokensOf(path)) here = here && spanAt(here, [Array.isArray(here.value) ? Number(token) : token]);
  return here;
}

function taskOf(value: JsonValue, rule: Rule): Run['task'] {
  const instruction = plainText(fieldOf(value, rule.instruction));
  return instruction === null ? null : { instruction, expected_actions: [] };
}

function factsOf(value: JsonValue, rule: Rule): RunFacts {
  const native = idText(fieldOf(value, rule.run));
  return {
    ...noFacts,
    native_id: native,
    session_id: native,
    task_id: idText(fieldOf(value, rule.task_id)),
    trial: idText(fieldOf(value, rule.trial)),
    project: idText(fieldOf(value, rule.project)),
    agent: idText(fieldOf(value, rule.agent)),
    task: taskOf(value, rule),
  };
}

/** The records of one value; an element that no record rule fits is counted. */
function draftsOf(span: ValueSpan, rule: Rule): { drafts: Draft[]; events: ImportEvent[] } {
  const drafts: Draft[] = [];
  const events: ImportEvent[] = [];
  for (const record of rule.records ?? []) {
    if (!fits(span.value, record)) continue;
    drafts.push({ span, nativeId: idText(fieldOf(span.value, record.id)), read: recordReader(record) });
  }
  if (drafts.length === 0) events.push(ignored(span, 'unmapped'));
  return { drafts, events };
}

function* ruleEvents(span: ValueSpan, rule: Rule): Generator<ImportEvent> {
  if (rule.ignore !== undefined) {
    yield ignored(span, rule.ignore);
    return;
  }
  const tools = rule.tools === undefined ? [] : listOf(valueAt(span.value, rule.tools));
  if (tools.length > 0) yield { event: 'tools', tools };
  const list = rule.each === undefined ? undefined : spanOf(span, rule.each);
  if (rule.each !== undefined && !Array.isArray(list?.value)) {
    yield rejected(span, 'there is no list at the place that the mapping names');
    return;
  }
  const spans = list ? elementSpans(list) : [span];
  const facts = factsOf(span.value, rule);
  if (rule.run !== undefined && facts.native_id === null) {
    yield rejected(span, 'there is no run id at the place that the mapping names');
    return;
  }
  const parts = spans.map((one) => draftsOf(one, rule));
  for (const part of parts) yield* part.events;
  const drafts = parts.flatMap((part) => part.drafts);
  if (spans.length === 0) yield ignored(span, 'empty_run');
  if (drafts.length === 0) return;
  const { native_id, task_id, trial } = facts;
  const key =
    native_id === null
      ? { by: 'content' as const, seed: { task_id, trial }, grows: false }
      : { by: 'native' as const, id: native_id };
  yield { event: 'run', key, facts, drafts };
}

/** An importer for logs of one's own, by a mapping that says where the fields of their records stand. */
export function mappedImporter({ mapping }: LoadedMapping): Importer {
  const ruleFor = (value: JsonValue): Rule | undefined => mapping.rules.find((rule) => fits(value, rule));
  return {
    format: 'mapped',
    version: 1,
    recognizes: (value) => objectOf(value) !== undefined && ruleFor(value) !== undefined,
    async *read(items: AsyncIterable<Item>): AsyncGenerator<ImportEvent> {
      for await (const item of items) {
        const rule = 'span' in item ? ruleFor(item.span.value) : undefined;
        if ('rejected' in item) yield item.rejected;
        else if (rule) yield* ruleEvents(item.span, rule);
        else yield ignored(item.span, 'unmapped');
      }
    },
  };
}
