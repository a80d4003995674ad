import { isUtf8 } from 'node:buffer';
import type { JsonValue } from '../../json.js';

/** Why bytes of a log could not become a value. The words are fixed: a parser's own message would quote the log. */
export type ReadProblem =
  | 'not_json'
  | 'truncated'
  | 'too_long'
  | 'too_deep'
  | 'invalid_utf8'
  | 'empty_element'
  | 'unexpected_bytes';

/** JSON nested deeper than this is refused, so that no recursive walk over it can overflow the stack. */
export const maxDepth = 200;

/** A single line or element longer than this is refused. */
export const maxSpanBytes = 64 * 1024 * 1024;

/** Looks for where a number may begin: digits within words, as hashes have them, do not count. */
const mayLoseDigits = /(?:^|[\s,:[])-?(?:\d{16}|\d+(?:\.\d+)?[eE]\+?\d{3})/;
const stringOrNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

function quoteIfLossy(token: string): string {
  if (token.startsWith('"')) return token;
  const number = Number(token);
  const lossy = !Number.isFinite(number) || (/^-?\d+$/.test(token) && !Number.isSafeInteger(number));
  return lossy ? `"${token}"` : token;
}

/**
 * JSON.parse, but an integer beyond 2^53 - 1 and a number beyond the range of a double stay text, digit for digit.
 * @throws SyntaxError; its message must not be shown, for it quotes the text
 */
export function parseJson(text: string): JsonValue {
  const value = JSON.parse(text) as JsonValue;
  if (!mayLoseDigits.test(text)) return value;
  return JSON.parse(text.replace(stringOrNumber, quoteIfLossy)) as JsonValue;
}

/** How deep a value is nested: 0 for a plain value. Walks without recursion. */
export function depthOf(value: JsonValue): number {
  let depth = 0;
  let level: JsonValue[] = [value];
  while (true) {
    const next: JsonValue[] = [];
    for (const one of level) {
      if (typeof one === 'object' && one !== null) for (const child of Object.values(one)) next.push(child);
    }
    if (next.length === 0) return depth;
    depth += 1;
    level = next;
  }
}

/** The value in the bytes, or what is wrong with them. */
export function parseBytes(bytes: Uint8Array): { value: JsonValue } | { problem: ReadProblem } {
  if (!isUtf8(bytes)) return { problem: 'invalid_utf8' };
  try {
    const value = parseJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
    return depthOf(value) > maxDepth ? { problem: 'too_deep' } : { value };
  } catch {
    return { problem: 'not_json' };
  }
}

/** The value of text that holds a JSON object or array, or undefined where it holds none (or one nested too deeply). */
export function parseContainer(text: string): JsonValue | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    const value = parseJson(text);
    return depthOf(value) > maxDepth ? undefined : value;
  } catch {
    return undefined;
  }
}
