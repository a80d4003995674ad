import * as z from 'zod';
import { FoundryError } from '../errors.js';
import { tryParseJson } from '../json.js';

/** Where a listing of judged runs goes on, and the figures of the work it belongs to: a further page repeats no work. */
const cursorSchema = z.strictObject({
  after: z.string().describe('the run last shown'),
  since: z.string().describe('when the work began'),
  scored: z.int().min(0),
  counts: z.tuple([z.int().min(0), z.int().min(0), z.int().min(0), z.int().min(0)]),
  receipt: z.string(),
});
export type ScoreCursor = z.infer<typeof cursorSchema>;

export function writeCursor(cursor: ScoreCursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

/** @throws FoundryError invalid_input where the text is no cursor of ours */
export function readCursor(text: string): ScoreCursor {
  const parsed = cursorSchema.safeParse(tryParseJson(Buffer.from(text, 'base64url').toString('utf8')));
  if (parsed.success) return parsed.data;
  throw new FoundryError('invalid_input', 'The cursor is not one that score_run gave.', 'Leave it out to start anew.');
}
