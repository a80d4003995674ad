import type { JsonValue } from '../../json.js';
import type { ReadProblem } from './parse.js';

/** Where something stands in a file: bytes from its start, and the 1-based line in which it begins. */
export interface Place {
  readonly offset: number;
  readonly length: number;
  readonly line: number;
}

/** A stretch of a file that should be one JSON value; `bytes` is empty where `problem` says that it was not kept. */
export interface RawSpan extends Place {
  /** JSON pointer in the document that the span stands in; null where the span is the document */
  readonly pointer: string | null;
  readonly bytes: Uint8Array;
  readonly problem: ReadProblem | null;
}

/** A span whose bytes were parsed. */
export interface ValueSpan extends Place {
  readonly pointer: string | null;
  readonly bytes: Uint8Array;
  readonly value: JsonValue;
}

/** A file as the readers see it: it can be opened from its start as often as needed. */
export type OpenBytes = () => AsyncIterable<Uint8Array>;

/** One token of a JSON pointer (RFC 6901). */
export function pointerToken(key: string | number): string {
  return String(key).replaceAll('~', '~0').replaceAll('/', '~1');
}

/** An in-memory text or buffer as a source of bytes. */
export function bytesOf(content: string | Uint8Array): OpenBytes {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  return async function* open() {
    yield bytes;
  };
}

const lf = 0x0a;

/** Joins the pieces of a span that crossed chunks. */
export function joinPieces(pieces: readonly Uint8Array[]): Uint8Array {
  const only = pieces[0];
  return pieces.length === 1 && only ? only : Buffer.concat(pieces);
}

/** Line feeds in part of a buffer. */
export function countLines(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let at = bytes.indexOf(lf, from); at !== -1 && at < to; at = bytes.indexOf(lf, at + 1)) count += 1;
  return count;
}

export function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === lf || byte === 0x0d || byte === 0x09;
}
