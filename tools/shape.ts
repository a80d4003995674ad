import type { JsonObject, JsonValue } from '../src/json.js';
import { withoutUnseen } from '../src/visible.js';

/** Hosts warn at 10k tokens and refuse above 25k; 24,000 characters are about 6k tokens. */
export const maxChars = 24_000;

const loneSurrogates = /\p{Surrogate}/gu;

/** Lone surrogates break the model's API, wherever in a result they stand. */
export function wellFormed(text: string): string {
  return text.replace(loneSurrogates, '\uFFFD');
}

/** The same value with every string, keys too, well-formed; `undefined` properties are left out. */
export function wellFormedDeep(value: unknown): JsonValue {
  if (typeof value === 'string') return wellFormed(value);
  if (Array.isArray(value)) return value.map((item) => wellFormedDeep(item));
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return Object.fromEntries(entries.map(([key, item]) => [wellFormed(key), wellFormedDeep(item)]));
  }
  if (typeof value === 'number' && !Number.isFinite(value)) return null;
  return typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

/** Handed on as it is, for a program reads it or somebody hands it in again: it must be true to what it was. */
const faithful: ReadonlySet<string> = new Set(
  'payload prov planned_calls spec brief templates input_schema example text result'.split(' '),
);

/** The same value without characters that cannot be seen, but for the parts that must be faithful. */
export function visibleDeep(value: JsonValue): JsonValue {
  if (typeof value === 'string') return withoutUnseen(value);
  if (Array.isArray(value)) return value.map(visibleDeep);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) =>
      faithful.has(key) ? [key, item] : [withoutUnseen(key), visibleDeep(item)],
    ),
  );
}

export function capText(text: string, limit = maxChars): string {
  if (text.length <= limit) return text;
  const note = `\n[cut: the first part of ${text.length} characters is shown]`;
  return wellFormed(text.slice(0, limit - note.length)) + note;
}

interface Largest {
  readonly path: readonly string[];
  readonly size: number;
  readonly node: string | JsonValue[];
}

const smallestString = 400;
const roomForNotes = 1000;

function findLargest(value: JsonValue, path: readonly string[]): Largest | undefined {
  if (typeof value === 'string') {
    return value.length > smallestString ? { path, size: value.length, node: value } : undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const own: Largest | undefined =
    Array.isArray(value) && value.length > 1 ? { path, size: JSON.stringify(value).length, node: value } : undefined;
  let best = own;
  for (const [key, item] of Object.entries(value)) {
    const found = findLargest(item, [...path, key]);
    if (found && (!best || found.size > best.size)) best = found;
  }
  return best;
}

function replaceAt(value: JsonValue, path: readonly string[], next: JsonValue): JsonValue {
  const [key, ...rest] = path;
  if (key === undefined) return next;
  if (Array.isArray(value)) return value.map((item, i) => (String(i) === key ? replaceAt(item, rest, next) : item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, k === key ? replaceAt(v, rest, next) : v]));
}

/** What is of use only as a whole, since somebody may hand it in again: left out rather than shortened. */
const wholeOrNot: ReadonlySet<string> = new Set(['spec']);

/**
 * Leaves out what is of use only as a whole, then shortens the longest list or string, again and again, until the
 * serialized data fit. The data then say under `shortened` what was done, for hosts that show a model only them.
 * @returns the data and one note for each thing that was shortened; `undefined` where nothing is left to shorten
 */
export function capData(data: JsonObject, max = maxChars): { data: JsonObject; notes: string[] } | undefined {
  if (JSON.stringify(data).length <= max) return { data, notes: [] };
  const limit = max - roomForNotes;
  const whole = Object.keys(data).filter((key) => wholeOrNot.has(key));
  let current: JsonObject = Object.fromEntries(Object.entries(data).filter(([key]) => !whole.includes(key)));
  const before = new Map<string, number>();
  const after = new Map<string, number>();
  while (JSON.stringify(current).length > limit) {
    const largest = findLargest(current, []);
    if (!largest) return undefined;
    const name = largest.path.join('.');
    const half = Math.ceil(largest.node.length / 2);
    before.set(name, before.get(name) ?? largest.node.length);
    after.set(name, half);
    const next = replaceAt(current, largest.path, wellFormedDeep(largest.node.slice(0, half)));
    if (typeof next !== 'object' || next === null || Array.isArray(next)) return undefined;
    current = next;
  }
  const notes = [
    ...whole.map((name) => `${name}: left out, read it by its URI`),
    ...[...before].map(([name, length]) => `${name}: ${after.get(name)} of ${length} shown`),
  ];
  const page = [...after].find(([name]) => Array.isArray(data[name]));
  if (page && 'next_cursor' in current) {
    const { next_cursor: _skips, ...rest } = current;
    current = rest;
    notes.push(`next_cursor: left out, for it would skip what was cut; ask again with limit ${page[1]}`);
  }
  return { data: { ...current, shortened: notes }, notes };
}
