import { oneLine } from '../src/visible.js';

/** Joins what is there, one a line. */
export function lines(...parts: readonly (string | false | undefined | readonly string[])[]): string {
  return parts.flatMap((part) => (part ? part : [])).join('\n');
}

/** `accepted 3, rejected 1`; zeros are left out. */
export function tally(counts: Readonly<Record<string, number>>): string {
  const present = Object.entries(counts).filter(([, count]) => count > 0);
  return present.length === 0 ? 'none' : present.map(([name, count]) => `${name} ${count}`).join(', ');
}

/** How to get the next page, where there is one. */
export function more(cursor: string | undefined): string | undefined {
  return cursor === undefined ? undefined : `More: pass cursor "${cursor}".`;
}

/** Text from outside on one line, quoted, so that it is not taken for ours. */
export function quoted(text: string, length = 200): string {
  const line = oneLine(text);
  return JSON.stringify(line.length > length ? `${line.slice(0, length)}...` : line);
}
