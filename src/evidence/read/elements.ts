import { maxDepth, maxSpanBytes, type ReadProblem } from './parse.js';
import { countLines, isSpace, joinPieces, type OpenBytes, pointerToken, type RawSpan } from './spans.js';

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const lf = 0x0a;

export interface ElementOptions {
  /** `whole`: a top-level object is one span; `members`: each of its values is */
  readonly objects: 'whole' | 'members';
  readonly limit?: number;
}

/** One value while its bytes arrive. */
interface Open {
  readonly offset: number;
  readonly line: number;
  readonly key: string | null;
  pieces: Uint8Array[];
  size: number;
  depth: number;
  deepest: number;
  inString: boolean;
  escaped: boolean;
}

function trimEnd(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && isSpace(bytes[end - 1])) end -= 1;
  return bytes.subarray(0, end);
}

/** Finds the value of a `"key": value` member. */
function splitMember(bytes: Uint8Array): { key: string; valueAt: number } | null {
  if (bytes[0] !== quote) return null;
  let at = 1;
  while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
  const keyEnd = at + 1;
  at = keyEnd;
  while (isSpace(bytes[at])) at += 1;
  if (bytes[at] !== 0x3a) return null;
  at += 1;
  while (isSpace(bytes[at])) at += 1;
  try {
    return { key: JSON.parse(Buffer.from(bytes.subarray(0, keyEnd)).toString('utf8')) as string, valueAt: at };
  } catch {
    return null;
  }
}

function begin(offset: number, line: number, key: string | null): Open {
  return { offset, line, key, pieces: [], size: 0, depth: 0, deepest: 0, inString: false, escaped: false };
}

/** Follows a document byte by byte; owns what is remembered from one chunk to the next. */
class ElementScanner {
  #position = 0;
  #line = 1;
  #container: 'array' | 'object' | null = null;
  #index = 0;
  /** true where a comma would have no value before it */
  #awaiting = true;
  #current: Open | null = null;
  #pieceFrom = 0;
  #done: RawSpan[] = [];

  constructor(
    readonly objects: ElementOptions['objects'],
    readonly limit: number,
  ) {}

  /** Takes the next bytes and gives what ended in them. */
  feed(chunk: Uint8Array): RawSpan[] {
    this.#done = [];
    this.#pieceFrom = 0;
    const hasMark = this.#position === 0 && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
    for (let at = hasMark ? 3 : 0; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      if (byte === lf) this.#line += 1;
      if (this.#current?.inString) inString(this.#current, byte);
      else if (this.#current || this.#between(chunk, at, byte)) this.#inside(chunk, at, byte);
    }
    if (this.#current) this.#keep(this.#current, chunk.subarray(this.#pieceFrom));
    this.#position += chunk.length;
    return this.#done;
  }

  /** What the file ended in. */
  end(): RawSpan[] {
    return this.#current ? [this.#finished(this.#current, true)] : [];
  }

  /** A byte outside of any value. @returns true where it starts one */
  #between(chunk: Uint8Array, at: number, byte: number): boolean {
    if (isSpace(byte)) return false;
    if (this.#container) {
      if (byte === (this.#container === 'array' ? closeBracket : closeBrace)) {
        this.#container = null;
        return false;
      }
      if (byte === comma) {
        if (this.#awaiting) {
          const place = { offset: this.#position + at, length: 1, line: this.#line, pointer: null };
          this.#done.push({ ...place, bytes: chunk.subarray(at, at + 1), problem: 'empty_element' });
        }
        this.#awaiting = true;
        return false;
      }
    } else if (byte === openBracket || (byte === openBrace && this.objects === 'members')) {
      this.#container = byte === openBracket ? 'array' : 'object';
      this.#index = 0;
      this.#awaiting = true;
      return false;
    }
    this.#current = begin(this.#position + at, this.#line, this.#container === 'array' ? `/${this.#index}` : null);
    this.#pieceFrom = at;
    return true;
  }

  /** A byte of a value, outside of its strings; or the one that ends it. */
  #inside(chunk: Uint8Array, at: number, byte: number): void {
    const current = this.#current;
    if (!current) return;
    if (byte === quote) current.inString = true;
    else if (byte === openBrace || byte === openBracket) {
      current.depth += 1;
      current.deepest = Math.max(current.deepest, current.depth);
    } else if ((byte === closeBrace || byte === closeBracket) && current.depth > 0) {
      current.depth -= 1;
      if (current.depth === 0 && !this.#container) this.#finish(current, chunk.subarray(this.#pieceFrom, at + 1));
    } else if (current.depth === 0) this.#perhapsEnd(current, chunk, at);
  }

  /** A top-level value that is no container ends with its line, an element with a comma or with its container. */
  #perhapsEnd(current: Open, chunk: Uint8Array, at: number): void {
    const byte = chunk[at];
    const closes = byte === closeBrace || byte === closeBracket;
    if (this.#container ? !closes && byte !== comma : byte !== lf) return;
    this.#finish(current, chunk.subarray(this.#pieceFrom, at));
    this.#index += 1;
    this.#awaiting = byte === comma;
    if (closes) this.#container = null;
  }

  #finish(current: Open, piece: Uint8Array): void {
    this.#keep(current, piece);
    this.#done.push(this.#finished(current, false));
    this.#current = null;
  }

  #keep(one: Open, piece: Uint8Array): void {
    one.size += piece.length;
    if (one.size > this.limit) one.pieces = [];
    else if (piece.length > 0) one.pieces.push(piece);
  }

  #finished(one: Open, atEnd: boolean): RawSpan {
    const place = { offset: one.offset, line: one.line, pointer: one.key };
    if (one.size > this.limit) {
      return { ...place, length: one.size, bytes: new Uint8Array(0), problem: 'too_long' };
    }
    const bytes = trimEnd(joinPieces(one.pieces));
    let problem: ReadProblem | null = one.deepest > maxDepth ? 'too_deep' : null;
    if (atEnd && (one.depth > 0 || one.inString)) problem = 'truncated';
    if (this.#container !== 'object') return { ...place, length: bytes.length, bytes, problem };
    const member = splitMember(bytes);
    if (!member) return { ...place, length: bytes.length, bytes, problem: problem ?? 'not_json' };
    return {
      offset: one.offset + member.valueAt,
      length: bytes.length - member.valueAt,
      line: one.line + countLines(bytes, 0, member.valueAt),
      pointer: `/${pointerToken(member.key)}`,
      bytes: bytes.subarray(member.valueAt),
      problem,
    };
  }
}

function inString(current: Open, byte: number): void {
  if (current.escaped) current.escaped = false;
  else if (byte === backslash) current.escaped = true;
  else if (byte === quote) current.inString = false;
}

/**
 * Streams a JSON document (or several, one after the other): the elements of each top-level array, and each top-level
 * object whole or member by member. Only one element is held in memory. Damage stays where it is: an element that is no
 * JSON is for the caller's parser to refuse, one that the file ends in comes out as `truncated`.
 */
export async function* readElements(open: OpenBytes, options: ElementOptions): AsyncGenerator<RawSpan> {
  const scanner = new ElementScanner(options.objects, options.limit ?? maxSpanBytes);
  for await (const chunk of open()) yield* scanner.feed(chunk);
  yield* scanner.end();
}
