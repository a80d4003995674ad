import * as z from 'zod';
import { FoundryError } from '../src/errors.js';
import { tryParseJson } from '../src/json.js';

/** A cursor is base64url JSON of where the next page starts. */
export function encodeCursor(value: object): string {
  return Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');
}

/** @throws FoundryError invalid_input where the cursor is not one of ours */
export function decodeCursor<T>(cursor: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(tryParseJson(Buffer.from(cursor, 'base64url').toString('utf8')));
  if (parsed.success) return parsed.data;
  throw new FoundryError('invalid_input', 'Invalid cursor.', 'Pass the next_cursor of the page before, unchanged.');
}

const textCursor = z.strictObject({ offset: z.int().min(1), total: z.int().min(1) });

/** Bounds the page as JSON, where quotes and line ends cost two characters: a result holds at most 24,000. */
const pageChars = 22_000;

function cut(text: string, offset: number): string {
  let page = text.slice(offset, offset + pageChars);
  const escaped = JSON.stringify(page).length;
  if (escaped > pageChars) page = page.slice(0, Math.floor((page.length * pageChars) / escaped / 1.05));
  if (offset + page.length >= text.length) return page;
  const lineEnd = page.lastIndexOf('\n');
  const kept = lineEnd > page.length / 2 ? page.slice(0, lineEnd + 1) : page;
  return /[\uD800-\uDBFF]$/.test(kept) ? kept.slice(0, -1) : kept;
}

/** One page of a text, cut at the end of a line where one is near. */
export function pageText(text: string, cursor: string | undefined): { text: string; next_cursor?: string } {
  const offset = cursor === undefined ? 0 : startOf(text, cursor);
  const page = cut(text, offset);
  const end = offset + page.length;
  if (end >= text.length) return { text: page };
  return { text: page, next_cursor: encodeCursor({ offset: end, total: text.length }) };
}

function startOf(text: string, cursor: string): number {
  const { offset, total } = decodeCursor(cursor, textCursor);
  if (total !== text.length || offset >= total) {
    throw new FoundryError('conflict', 'The resource changed since its first page.', 'Read it again without a cursor.');
  }
  return offset;
}
