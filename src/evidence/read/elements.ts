import { maxDepth, maxSpanBytes, type ReadProblem } from './parse.js';
import { isSpace, joinPieces, type OpenBytes, pointerToken, type RawSpan } from './spans.js';

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

/**
 * Streams a JSON document (or several, one after the other): the elements of each top-level array, and each top-level
 * object whole or member by member. Only one element is held in memory. Damage stays where it is: an element that is no
 * JSON is for the caller's parser to refuse, one that the file ends in comes out as `truncated`.
 */
export async function* readElements(open: OpenBytes, options: ElementOptions): AsyncGenerator<RawSpan> {
  const limit = options.limit ?? maxSpanBytes;
  let position = 0;
  let line = 1;
  let container: 'array' | 'object' | null = null;
  let index = 0;
  let awaiting = true;
  let current: Open | null = null;

  const begin = (offset: number, key: string | null): Open => ({
    offset,
    line,
    key,
    pieces: [],
    size: 0,
    depth: 0,
    deepest: 0,
    inString: false,
    escaped: false,
  });

  const finish = (one: Open, atEnd: boolean): RawSpan => {
    const bytes = trimEnd(joinPieces(one.pieces));
    const at = { offset: one.offset, length: one.size, line: one.line };
    const bare = new Uint8Array(0);
    if (one.size > limit) return { ...at, pointer: one.key, bytes: bare, problem: 'too_long' };
    let problem: ReadProblem | null = one.deepest > maxDepth ? 'too_deep' : null;
    if (atEnd && (one.depth > 0 || one.inString)) problem = 'truncated';
    if (container !== 'object') return { ...at, length: bytes.length, pointer: one.key, bytes, problem };
    const member = splitMember(bytes);
    if (!member) return { ...at, length: bytes.length, pointer: null, bytes, problem: problem ?? 'not_json' };
    let newlines = 0;
    for (let i = 0; i < member.valueAt; i += 1) if (bytes[i] === lf) newlines += 1;
    return {
      offset: one.offset + member.valueAt,
      length: bytes.length - member.valueAt,
      line: one.line + newlines,
      pointer: `/${pointerToken(member.key)}`,
      bytes: bytes.subarray(member.valueAt),
      problem,
    };
  };
  const keep = (one: Open, piece: Uint8Array): void => {
    one.size += piece.length;
    if (one.size > limit) one.pieces = [];
    else if (piece.length > 0) one.pieces.push(piece);
  };

  for await (const chunk of open()) {
    let pieceFrom = 0;
    let at = position === 0 && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf ? 3 : 0;
    for (; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (current?.inString) {
        if (current.escaped) current.escaped = false;
        else if (byte === backslash) current.escaped = true;
        else if (byte === quote) current.inString = false;
        if (byte === lf) line += 1;
        continue;
      }
      if (!current) {
        if (byte === lf) line += 1;
        if (isSpace(byte)) continue;
        if (container) {
          if (byte === (container === 'array' ? closeBracket : closeBrace)) {
            container = null;
            continue;
          }
          if (byte === comma) {
            if (awaiting) {
              yield {
                offset: position + at,
                length: 1,
                line,
                pointer: null,
                bytes: chunk.subarray(at, at + 1),
                problem: 'empty_element',
              };
            }
            awaiting = true;
            continue;
          }
        } else if (byte === openBracket || (byte === openBrace && options.objects === 'members')) {
          container = byte === openBracket ? 'array' : 'object';
          index = 0;
          awaiting = true;
          continue;
        }
        current = begin(position + at, container === 'array' ? `/${index}` : null);
        pieceFrom = at;
      }
      if (byte === quote) current.inString = true;
      else if (byte === openBrace || byte === openBracket) {
        current.depth += 1;
        if (current.depth > current.deepest) current.deepest = current.depth;
      } else if (byte === closeBrace || byte === closeBracket || byte === comma || byte === lf) {
        const closing = byte === closeBrace || byte === closeBracket;
        if (closing && current.depth > 0) {
          current.depth -= 1;
          if (container || current.depth > 0) continue;
          keep(current, chunk.subarray(pieceFrom, at + 1));
          yield finish(current, false);
          current = null;
          continue;
        }
        const ends = current.depth === 0 && (container ? byte !== lf : byte === lf);
        if (ends) {
          keep(current, chunk.subarray(pieceFrom, at));
          yield finish(current, false);
          current = null;
          index += 1;
          awaiting = byte === comma;
          if (closing) container = null;
        }
        if (byte === lf) line += 1;
      }
    }
    if (current) keep(current, chunk.subarray(pieceFrom));
    position += chunk.length;
  }
  if (current) yield finish(current, true);
}
