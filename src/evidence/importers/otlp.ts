import type { JsonObject, JsonValue } from '../../json.js';
import { elementSpans, memberSpan } from '../read/children.js';
import { parseContainer } from '../read/parse.js';
import type { ValueSpan } from '../read/spans.js';
import { listOf, objectOf, textOf } from './importer.js';

function pairs(values: JsonValue | undefined): JsonObject {
  const entries = listOf(values).flatMap((item): [string, JsonValue][] => {
    const pair = objectOf(item);
    const key = textOf(pair?.['key']);
    return pair && key !== null ? [[key, decoded(pair['value'] ?? null)]] : [];
  });
  return Object.fromEntries(entries);
}

/** A value as OTLP/JSON wraps it; what is not wrapped is itself. Integers are written as text there. */
export function decoded(value: JsonValue): JsonValue {
  const wrapped = objectOf(value);
  const [kind, ...more] = Object.keys(wrapped ?? {});
  if (!wrapped || kind === undefined || more.length > 0) return value;
  const held = wrapped[kind] ?? null;
  if (kind === 'stringValue' || kind === 'boolValue' || kind === 'doubleValue' || kind === 'bytesValue') return held;
  if (kind === 'intValue') return typeof held === 'string' && Number.isSafeInteger(Number(held)) ? Number(held) : held;
  if (kind === 'arrayValue') return listOf(objectOf(held)?.['values']).map(decoded);
  return kind === 'kvlistValue' ? pairs(objectOf(held)?.['values']) : value;
}

/** Attributes as an object: OTLP lists pairs, some exporters write an object. */
export function attributesOf(value: JsonValue): JsonObject {
  const attributes = objectOf(value)?.['attributes'];
  return Array.isArray(attributes) ? pairs(attributes) : (objectOf(attributes) ?? {});
}

/** The place of an attribute's value. */
export function attributeSpan(holder: ValueSpan, key: string): ValueSpan | undefined {
  const attributes = memberSpan(holder, 'attributes');
  if (!attributes) return undefined;
  if (!Array.isArray(attributes.value)) return memberSpan(attributes, key);
  const pair = elementSpans(attributes).find((one) => objectOf(one.value)?.['key'] === key);
  return pair && memberSpan(pair, 'value');
}

/** Content that may be structured or JSON text. */
export function structured(value: JsonValue | undefined): JsonValue | undefined {
  const plain = value === undefined ? undefined : decoded(value);
  return typeof plain === 'string' ? (parseContainer(plain) ?? plain) : plain;
}

/** Nanoseconds since 1970, text or number, as ISO 8601. */
export function timeOf(value: JsonValue | undefined): string | null {
  const digits = typeof value === 'number' ? String(value) : (textOf(value) ?? '');
  if (!/^\d{7,20}$/.test(digits)) return null;
  const time = new Date(Number(digits.slice(0, -6)));
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}

/** What stands two lists deep in a document: the spans of `resourceSpans`, the records of `resourceLogs`. */
export function leavesOf(document: ValueSpan, names: readonly [string, readonly string[], string]): ValueSpan[] {
  const [outer, scopes, inner] = names;
  const list = (holder: ValueSpan, name: string): ValueSpan[] =>
    elementSpans(memberSpan(holder, name) ?? { ...holder, value: null });
  const within = (one: ValueSpan): ValueSpan[] => scopes.flatMap((scope) => list(one, scope));
  return list(document, outer).flatMap((one) => within(one).flatMap((scope) => list(scope, inner)));
}
