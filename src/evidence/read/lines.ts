import { maxSpanBytes } from './parse.js';
import { isSpace, joinPieces, type OpenBytes, type RawSpan } from './spans.js';

const lf = 0x0a;

/** Where the text of a line begins and ends once a byte order mark and the space around it are left out. */
function trimmed(bytes: Uint8Array, isFirst: boolean): { start: number; end: number } {
  let start = isFirst && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  let end = bytes.length;
  while (start < end && isSpace(bytes[start])) start += 1;
  while (end > start && isSpace(bytes[end - 1])) end -= 1;
  return { start, end };
}

/**
 * The lines of a file, each with the exact place of its text (space around it left out). Blank lines are passed over.
 * A line longer than `limit` bytes is not kept in memory and comes out as a problem.
 */
export async function* readLines(open: OpenBytes, limit: number = maxSpanBytes): AsyncGenerator<RawSpan> {
  let pieces: Uint8Array[] = [];
  let size = 0;
  let lineStart = 0;
  let line = 1;

  const finish = (): RawSpan | null => {
    const at = { offset: lineStart, length: size, line, pointer: null };
    if (size > limit) return { ...at, bytes: new Uint8Array(0), problem: 'too_long' };
    const whole = joinPieces(pieces);
    const { start, end } = trimmed(whole, line === 1);
    if (start === end) return null;
    return {
      offset: lineStart + start,
      length: end - start,
      line,
      pointer: null,
      bytes: whole.subarray(start, end),
      problem: null,
    };
  };
  const keep = (piece: Uint8Array): void => {
    size += piece.length;
    if (size > limit) pieces = [];
    else if (piece.length > 0) pieces.push(piece);
  };

  for await (const chunk of open()) {
    let from = 0;
    for (let at = chunk.indexOf(lf); at !== -1; at = chunk.indexOf(lf, from)) {
      keep(chunk.subarray(from, at));
      const span = size > 0 ? finish() : null;
      if (span) yield span;
      lineStart += size + 1;
      line += 1;
      pieces = [];
      size = 0;
      from = at + 1;
    }
    keep(chunk.subarray(from));
  }
  const last = size > 0 ? finish() : null;
  if (last) yield last;
}
