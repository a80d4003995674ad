import { isJsonObject } from '../../json.js';
import { countLines, isSpace, pointerToken, type ValueSpan } from './spans.js';

const quote = 0x22;
const backslash = 0x5c;

/** Bytes that are looked at one by one before the next quote is searched for, which is faster only in long strings. */
const fewBytes = 32;

/** Behind the closing quote of the string whose content starts at `at`. */
function skipString(bytes: Uint8Array, at: number): number {
  let here = at;
  while (here < bytes.length) {
    const soon = Math.min(bytes.length, here + fewBytes);
    while (here < soon) {
      const byte = bytes[here];
      if (byte === quote) return here + 1;
      here += byte === backslash ? 2 : 1;
    }
    const next = bytes.indexOf(quote, here);
    if (next === -1) break;
    let slashes = 0;
    while (next - slashes > here && bytes[next - slashes - 1] === backslash) slashes += 1;
    here = next + 1;
    if (slashes % 2 === 0) return here;
  }
  return bytes.length;
}

/** End of the JSON value that starts at `at` in bytes that are known to be valid JSON. */
function skipValue(bytes: Uint8Array, at: number): number {
  let depth = 0;
  let here = at;
  while (here < bytes.length) {
    const byte = bytes[here];
    if (byte === quote) {
      here = skipString(bytes, here + 1);
      if (depth === 0) return here;
      continue;
    }
    if (byte === 0x7b || byte === 0x5b) depth += 1;
    else if (byte === 0x7d || byte === 0x5d) {
      if (depth === 0) return here;
      depth -= 1;
      if (depth === 0) return here + 1;
    } else if (depth === 0 && (byte === 0x2c || isSpace(byte))) return here;
    here += 1;
  }
  return here;
}

function skipSpace(bytes: Uint8Array, at: number): number {
  let here = at;
  while (isSpace(bytes[here])) here += 1;
  return here;
}

interface Extent {
  readonly key: string | null;
  readonly start: number;
  readonly end: number;
}

/** The extents of the children of the container that starts the bytes. */
function* extents(bytes: Uint8Array): Generator<Extent> {
  const isObject = bytes[0] === 0x7b;
  let at = skipSpace(bytes, 1);
  while (at < bytes.length && bytes[at] !== 0x7d && bytes[at] !== 0x5d) {
    let key: string | null = null;
    if (isObject) {
      const keyEnd = skipValue(bytes, at);
      key = JSON.parse(Buffer.from(bytes.subarray(at, keyEnd)).toString('utf8')) as string;
      at = skipSpace(bytes, skipSpace(bytes, keyEnd) + 1);
    }
    const end = skipValue(bytes, at);
    yield { key, start: at, end };
    at = skipSpace(bytes, end);
    if (bytes[at] === 0x2c) at = skipSpace(bytes, at + 1);
  }
}

function childSpan(parent: ValueSpan, extent: Extent, line: number, token: string | number): ValueSpan | undefined {
  const value = Array.isArray(parent.value)
    ? parent.value[Number(token)]
    : isJsonObject(parent.value)
      ? parent.value[token]
      : undefined;
  if (value === undefined) return undefined;
  return {
    offset: parent.offset + extent.start,
    length: extent.end - extent.start,
    line,
    pointer: `${parent.pointer ?? ''}/${pointerToken(token)}`,
    bytes: parent.bytes.subarray(extent.start, extent.end),
    value,
  };
}

/** The elements of a span that holds an array, each with its own exact place and pointer. */
export function elementSpans(parent: ValueSpan): ValueSpan[] {
  if (!Array.isArray(parent.value)) return [];
  const spans: ValueSpan[] = [];
  let line = parent.line;
  let counted = 0;
  for (const extent of extents(parent.bytes)) {
    line += countLines(parent.bytes, counted, extent.start);
    counted = extent.start;
    const span = childSpan(parent, extent, line, spans.length);
    if (span) spans.push(span);
  }
  return spans;
}

/** The value under a key of a span that holds an object; of repeated keys the last, as JSON.parse has it. */
export function memberSpan(parent: ValueSpan, key: string): ValueSpan | undefined {
  if (!isJsonObject(parent.value) || !Object.hasOwn(parent.value, key)) return undefined;
  let found: Extent | undefined;
  for (const extent of extents(parent.bytes)) if (extent.key === key) found = extent;
  if (!found) return undefined;
  return childSpan(parent, found, parent.line + countLines(parent.bytes, 0, found.start), key);
}

/** The span that a path of keys and indexes leads to. */
export function spanAt(parent: ValueSpan, path: readonly (string | number)[]): ValueSpan | undefined {
  let here: ValueSpan | undefined = parent;
  for (const step of path) {
    if (!here) return undefined;
    here = typeof step === 'number' ? elementSpans(here)[step] : memberSpan(here, step);
  }
  return here;
}
