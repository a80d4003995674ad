import type { JsonObject, JsonValue } from '../../json.js';
import { elementSpans, memberSpan } from '../read/children.js';
import type { ValueSpan } from '../read/spans.js';
import {
  type ImportEvent,
  type Importer,
  type Item,
  idText,
  ignored,
  listOf,
  objectOf,
  rejected,
  textOf,
} from './importer.js';
import { isMessageLog } from './otel-messages.js';
import { type HeldSpan, traceEvents } from './otel-trace.js';
import { attributesOf, leavesOf, structured } from './otlp.js';

const maxHeldBytes = 32 * 1024 * 1024;

/** Spans come in the order in which they ended and traces come mixed, so those of a trace are held until it is complete. */
class OpenTraces {
  readonly #open = new Map<string, HeldSpan[]>();
  #bytes = 0;

  *add(trace: string, held: HeldSpan): Generator<ImportEvent> {
    const spans = this.#open.get(trace) ?? [];
    this.#open.set(trace, spans);
    spans.push(held);
    this.#bytes += held.span.length;
    for (const oldest of this.#open.keys()) {
      if (this.#bytes <= maxHeldBytes) break;
      yield* this.#close(oldest);
    }
  }

  *#close(trace: string): Generator<ImportEvent> {
    const spans = this.#open.get(trace) ?? [];
    this.#open.delete(trace);
    this.#bytes -= spans.reduce((sum, one) => sum + one.span.length, 0);
    yield* traceEvents(trace, spans);
  }

  *end(): Generator<ImportEvent> {
    for (const trace of [...this.#open.keys()]) yield* this.#close(trace);
  }
}

const operations: Readonly<Record<string, HeldSpan['kind']>> = {
  chat: 'chat',
  generate_content: 'chat',
  text_completion: 'chat',
  completion: 'chat',
  execute_tool: 'tool',
  invoke_agent: 'agent',
};

/** Older spans name no operation; what they hold tells. */
function kindOf(attributes: JsonObject): HeldSpan['kind'] | null {
  const operation = textOf(attributes['gen_ai.operation.name']) ?? textOf(attributes['llm.request.type']);
  if (operation !== null) return Object.hasOwn(operations, operation) ? (operations[operation] ?? null) : null;
  if ('gen_ai.tool.name' in attributes) return 'tool';
  const isModel = 'gen_ai.request.model' in attributes || 'gen_ai.system' in attributes;
  return isModel || 'gen_ai.prompt.0.role' in attributes ? 'chat' : null;
}

/** Its own copy of the bytes, so that holding a span does not hold the whole document. */
function held(span: ValueSpan, kind: HeldSpan['kind'], attributes: JsonObject): HeldSpan {
  return { kind, attributes, span: { ...span, bytes: new Uint8Array(span.bytes) } };
}

function isEvaluation(value: JsonValue): boolean {
  const event = objectOf(value);
  const name = event?.['name'] ?? event?.['eventName'] ?? (event && attributesOf(event)['event.name']);
  return name === 'gen_ai.evaluation.result';
}

function* spanEvents(span: ValueSpan, open: OpenTraces): Generator<ImportEvent> {
  const value = objectOf(span.value);
  const trace = idText(value?.['traceId']);
  if (!value || trace === null) {
    yield rejected(span, 'span has no traceId');
    return;
  }
  const attributes = attributesOf(value);
  const kind = kindOf(attributes);
  const tools = listOf(structured(attributes['gen_ai.tool.definitions']));
  if (tools.length > 0) yield { event: 'tools', tools };
  const list = memberSpan(span, 'events');
  for (const event of list ? elementSpans(list) : []) {
    if (isEvaluation(event.value)) yield* open.add(trace, held(event, 'evaluation', attributesOf(event.value)));
  }
  if (kind === null) yield ignored(span, 'gen_ai.operation.name' in attributes ? 'other_operation' : 'other_span');
  else yield* open.add(trace, held(span, kind, attributes));
}

function* documentEvents(document: ValueSpan, open: OpenTraces): Generator<ImportEvent> {
  const spans = leavesOf(document, ['resourceSpans', ['scopeSpans', 'instrumentationLibrarySpans'], 'spans']);
  const logs = leavesOf(document, ['resourceLogs', ['scopeLogs'], 'logRecords']);
  if (spans.length + logs.length === 0) {
    yield isDocument(document.value)
      ? ignored(document, 'empty_document')
      : rejected(document, 'neither spans nor log records');
  }
  for (const span of spans) yield* spanEvents(span, open);
  for (const record of logs) {
    const trace = idText(objectOf(record.value)?.['traceId']);
    const kind = isEvaluation(record.value) ? 'evaluation' : isMessageLog(record.value) ? 'log' : null;
    if (trace === null || kind === null) yield ignored(record, 'log_record');
    else yield* open.add(trace, held(record, kind, attributesOf(record.value)));
  }
}

async function* read(items: AsyncIterable<Item>): AsyncGenerator<ImportEvent> {
  const open = new OpenTraces();
  for await (const item of items) {
    if ('rejected' in item) yield item.rejected;
    else yield* documentEvents(item.span, open);
  }
  yield* open.end();
}

function isDocument(value: JsonValue): boolean {
  const document = objectOf(value);
  return Array.isArray(document?.['resourceSpans']) || Array.isArray(document?.['resourceLogs']);
}

/** Traces in OTLP/JSON after the semantic conventions for generative AI, a document a file or a line. */
export const otelGenai: Importer = {
  format: 'otel_genai',
  version: 2,
  recognizes: isDocument,
  decides: isDocument,
  read,
};
