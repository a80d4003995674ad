import type { Store } from '../store.js';

const longestName = 64;

function withSuffix(name: string, ordinal: number): string {
  const suffix = `_${ordinal}`;
  return `${name.slice(0, longestName - suffix.length).replace(/_+$/, '')}${suffix}`;
}

/** The name itself, or with the first free number behind it. */
export function freeInBatch(name: string, used: ReadonlySet<string>): string {
  if (!used.has(name)) return name;
  for (let ordinal = 2; ; ordinal += 1) {
    const candidate = withSuffix(name, ordinal);
    if (!used.has(candidate)) return candidate;
  }
}

/** The first of name, name_2, name_3 ... that the library does not have, and those before it that it has. */
export async function freeInLibrary(
  store: Pick<Store, 'library'>,
  name: string,
): Promise<{ readonly free: string; readonly taken: readonly string[] }> {
  const taken: string[] = [];
  for (let ordinal = 1; ; ordinal += 1) {
    const candidate = ordinal === 1 ? name : withSuffix(name, ordinal);
    if ((await store.library.get(candidate)) === undefined) return { free: candidate, taken };
    taken.push(candidate);
  }
}
