import { maxSpanBytes } from './parse.js';
import { isSpace, joinPieces, type OpenBytes, type RawSpan } from './spans.js';

const lf = 0x0a;

/** Follows a file line by line; owns what is remembered from one chunk to the next. */
class LineScanner {
  /** of the next byte of the file */
  #position = 0;
  #line = 1;
  /** where the text of the current line begins */
  #start = 0;
  #pieces: Uint8Array[] = [];
  #size = 0;

  constructor(readonly limit: number) {}

  /** Takes the next bytes and gives the lines that ended in them. */
  *feed(chunk: Uint8Array): Generator<RawSpan> {
    let at = 0;
    while (at < chunk.length) {
      if (this.#size === 0) {
        // Blank lines and leading space are passed over byte by byte: a file may hold nothing else, many millions of times.
        at = this.#skipSpace(chunk, at);
        if (at === chunk.length) break;
        this.#start = this.#position + at;
      }
      const end = chunk.indexOf(lf, at);
      this.#keep(chunk.subarray(at, end === -1 ? chunk.length : end));
      if (end === -1) break;
      const span = this.#finish();
      if (span) yield span;
      this.#line += 1;
      at = end + 1;
    }
    this.#position += chunk.length;
  }

  *end(): Generator<RawSpan> {
    const last = this.#size > 0 ? this.#finish() : null;
    if (last) yield last;
  }

  #skipSpace(chunk: Uint8Array, from: number): number {
    let at = from;
    while (at < chunk.length && isSpace(chunk[at])) {
      if (chunk[at] === lf) this.#line += 1;
      at += 1;
    }
    return at;
  }

  #keep(piece: Uint8Array): void {
    this.#size += piece.length;
    if (this.#size > this.limit) this.#pieces = [];
    else if (piece.length > 0) this.#pieces.push(piece);
  }

  /** @returns null for a line of a byte order mark alone */
  #finish(): RawSpan | null {
    const place = { offset: this.#start, line: this.#line, pointer: null };
    const size = this.#size;
    const whole = size > this.limit ? null : joinPieces(this.#pieces);
    this.#pieces = [];
    this.#size = 0;
    if (whole === null) return { ...place, length: size, bytes: new Uint8Array(0), problem: 'too_long' };
    let from = this.#start === 0 && whole[0] === 0xef && whole[1] === 0xbb && whole[2] === 0xbf ? 3 : 0;
    let to = whole.length;
    while (from < to && isSpace(whole[from])) from += 1;
    while (to > from && isSpace(whole[to - 1])) to -= 1;
    if (from === to) return null;
    const bytes = whole.subarray(from, to);
    return { ...place, offset: place.offset + from, length: bytes.length, bytes, problem: null };
  }
}

/**
 * The lines of a file, each with the exact place of its text (space around it left out). Blank lines are passed over.
 * A line longer than `limit` bytes is not kept in memory and comes out as a problem.
 */
export async function* readLines(open: OpenBytes, limit: number = maxSpanBytes): AsyncGenerator<RawSpan> {
  const scanner = new LineScanner(limit);
  for await (const chunk of open()) yield* scanner.feed(chunk);
  yield* scanner.end();
}
