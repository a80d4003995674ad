import * as z from 'zod';
import type { JsonValue } from '../../json.js';

/** A little more than the harness lets out: only a child whose harness was tampered with gets here. */
const maxDepth = 80;
const maxValues = 250_000;
const maxChars = 2_000_000;
const halfPair = /\p{Cs}/u;

interface Spent {
  values: number;
  chars: number;
}

function isPlainText(text: string, spent: Spent): boolean {
  spent.chars += text.length;
  return spent.chars <= maxChars && !halfPair.test(text);
}

function isPlain(value: unknown, depth: number, spent: Spent): boolean {
  spent.values += 1;
  if (spent.values > maxValues || depth > maxDepth) return false;
  if (value === null || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value === 'string') return isPlainText(value, spent);
  if (Array.isArray(value)) return value.every((item) => isPlain(item, depth + 1, spent));
  if (typeof value !== 'object') return false;
  return Object.entries(value).every(
    ([key, item]) => key !== '__proto__' && isPlainText(key, spent) && isPlain(item, depth + 1, spent),
  );
}

/**
 * JSON of a child that every part of the host can walk, compare and write again: bounded in depth and size, with no text
 * that is not well-formed, no infinity (`1e999` parses to one) and no key `__proto__`.
 */
export const plainJson = z.custom<JsonValue>(
  (value) => isPlain(value, 0, { values: 0, chars: 0 }),
  'not JSON that the harness lets out',
);
