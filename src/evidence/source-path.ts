import { readdir } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';

/** Takes out of a text what must not be kept. */
export type CleanText = (text: string) => Promise<string>;

const placeholder = /\[[A-Z][A-Z0-9_]*_\d+\]/;

/** The same names stand in many paths: each is looked at once. */
export function cleanedOnce(clean: CleanText): CleanText {
  const known = new Map<string, Promise<string>>();
  return (text) => {
    const cleaned = known.get(text) ?? clean(text);
    known.set(text, cleaned);
    return cleaned;
  };
}

/** A path as it is kept: each of its names redacted by itself, so that a name can be found again without the others. */
export async function keptPath(path: string, clean: CleanText): Promise<string> {
  return (await Promise.all(path.split(sep).map(clean))).join(sep);
}

/** The paths that are kept as this one: itself, or where redaction changed it, those whose names redact to its names. */
export async function pathsKeptAs(kept: string, clean: CleanText): Promise<string[]> {
  if (!placeholder.test(kept)) return [kept];
  const parent = dirname(kept);
  if (parent === kept) return [kept];
  const name = kept.slice(kept.lastIndexOf(sep) + 1);
  const found: string[] = [];
  for (const folder of await pathsKeptAs(parent, clean)) {
    if (!placeholder.test(name)) {
      found.push(join(folder, name));
      continue;
    }
    for (const entry of await readdir(folder).catch(() => [])) {
      if ((await clean(entry)) === name) found.push(join(folder, entry));
    }
  }
  return found.sort();
}
