import { FoundryError } from './errors.js';

const unzoned = /^\s*(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)\s*$/;

/** The 31st of February is no day, but would be taken for the 3rd of March. */
function isNoDay(text: string): boolean {
  const [, day, ofMonth] = text.match(/^\s*(\d{4}-\d\d-(\d\d))/) ?? [];
  return day !== undefined && new Date(day).getUTCDate() !== Number(ofMonth);
}

/** Milliseconds since 1970 of a time as text, NaN where it is none. One that names no zone is in UTC: no machine reads it otherwise. */
export function millisOf(text: string): number {
  if (isNoDay(text)) return Number.NaN;
  return Date.parse(text.replace(unzoned, (_all, day, time) => `${day}T${String(time).replace(',', '.')}Z`));
}

/**
 * What somebody asks for by time, as ISO 8601 in UTC, as the store compares it.
 * @param end a bare date means its last moment, and else its first
 * @throws FoundryError invalid_input
 */
export function boundOf(text: string, name: string, end = false): string {
  const ms = millisOf(end && /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T23:59:59.999Z` : text);
  if (!Number.isNaN(ms)) return new Date(ms).toISOString();
  throw new FoundryError(
    'invalid_input',
    `${name} is no date or time.`,
    'Write it as 2026-01-31 or 2026-01-31T12:00Z.',
  );
}
