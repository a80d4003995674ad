import canonicalize from 'canonicalize';
import * as z from 'zod';

export type JsonPrimitive = null | boolean | number | string;
export type JsonValue = JsonPrimitive | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = { [key: string]: JsonValue };

/** A JSON value whose shape is not ours to check: `{}` in JSON Schema, JsonValue in types. */
export const jsonValue = z.unknown() as unknown as z.ZodType<JsonValue>;
/** A JSON object whose properties are not ours to check. */
export const jsonObject = z.record(z.string(), z.unknown()) as unknown as z.ZodType<JsonObject>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Deeper values are left to the package, which tells a cycle from a deep one. */
const maxOrdered = 256;
const unusual = Symbol('unusual');

function isInOrder(names: readonly string[]): boolean {
  for (let at = 1; at < names.length; at += 1) if ((names[at - 1] ?? '') >= (names[at] ?? '')) return false;
  return true;
}

function orderedList(items: readonly unknown[], depth: number): unknown {
  let made: unknown[] | undefined;
  for (let at = 0; at < items.length; at += 1) {
    const item = ordered(items[at], depth);
    if (item === unusual) return unusual;
    if (item !== items[at]) made ??= [...items];
    if (made) made[at] = item;
  }
  return made ?? items;
}

function orderedObject(value: JsonObject, depth: number): unknown {
  // Assigning to `__proto__` would make no property.
  if ('toJSON' in value || Object.hasOwn(value, '__proto__')) return unusual;
  const names = Object.keys(value);
  let isSame = isInOrder(names);
  if (!isSame) names.sort();
  const made: Record<string, unknown> = {};
  for (const name of names) {
    const item = ordered(value[name], depth);
    if (item === unusual) return unusual;
    if (item !== value[name]) isSame = false;
    made[name] = item;
  }
  if (isSame) return value;
  // Names that are whole numbers come first in any object, in the order of numbers.
  return isInOrder(Object.keys(made)) ? made : unusual;
}

/** The value with the names of its objects in order, itself where they are; `unusual` where that is not all there is to it. */
function ordered(value: unknown, depth: number): unknown {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : unusual;
  if (depth === 0) return unusual;
  if (Array.isArray(value)) return orderedList(value, depth - 1);
  return isJsonObject(value) ? orderedObject(value, depth - 1) : unusual;
}

/**
 * Canonical JSON (RFC 8785): one text for one value, whatever the order of keys was.
 * @throws TypeError when the value is not JSON (undefined, NaN, a cycle).
 */
export function canonicalJson(value: unknown): string {
  // The package writes value by value; what is in order is what JSON.stringify writes at once, in a fraction of the time.
  const plain = ordered(value, maxOrdered);
  if (plain !== unusual) return JSON.stringify(plain);
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('not a JSON value');
  return text;
}

/** Parses JSON text, or returns undefined where it is not JSON. */
export function tryParseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
