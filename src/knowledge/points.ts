import { FoundryError } from '../errors.js';
import { millisOf } from '../times.js';

/** A state that somebody named: as it is now, as it was at a time, or by another word. */
export type Point =
  | { readonly kind: 'now' }
  | { readonly kind: 'time'; readonly at: string }
  | { readonly kind: 'named'; readonly name: string };

const time = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?$/;

/**
 * Reads `now`, an ISO date (its beginning in UTC) or time (in UTC where it names no zone); all else is a name.
 * @throws FoundryError invalid_input for a time that does not exist
 */
export function pointOf(text: string): Point {
  if (text === 'now') return { kind: 'now' };
  if (!time.test(text)) return { kind: 'named', name: text };
  const ms = millisOf(text);
  if (!Number.isNaN(ms)) return { kind: 'time', at: new Date(ms).toISOString() };
  throw new FoundryError('invalid_input', `${text} is no time.`, 'Give for example 2026-01-31T12:00:00Z.');
}
