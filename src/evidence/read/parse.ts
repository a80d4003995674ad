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

/** Whether a value is nested deeper than so many levels: a plain value is on level 0. Recursion ends where the answer is known. */
export function isDeeperThan(value: JsonValue, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const children = Array.isArray(value) ? value : Object.values(value);
  if (levels === 0) return children.length > 0;
  for (const child of children) if (isDeeperThan(child, levels - 1)) return true;
  return false;
}

/** The value in the bytes, or what is wrong with them. */
export function parseBytes(bytes: Uint8Array): { value: JsonValue } | { problem: ReadProblem } {
  if (!isUtf8(bytes)) return { problem: 'invalid_utf8' };
  try {
    const value = parseJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
    return isDeeperThan(value, maxDepth) ? { problem: 'too_deep' } : { value };
  } catch {
    return { problem: 'not_json' };
  }
}

/** ASCII letters and digits. */
function isWordStart(unit: number): boolean {
  return (unit > 0x60 && unit < 0x7b) || (unit > 0x40 && unit < 0x5b) || (unit > 0x2f && unit < 0x3a);
}

/** The value of text that holds a JSON object or array, or undefined where it holds none (or one nested too deeply). */
export function parseContainer(text: string): JsonValue | undefined {
  // Most texts begin with a letter: to see that takes no pattern.
  if (isWordStart(text.charCodeAt(0)) || !/^\s*[{[]/.test(text)) return undefined;
  try {
    const value = parseJson(text);
    return isDeeperThan(value, maxDepth) ? undefined : value;
  } catch {
    return undefined;
  }
}
