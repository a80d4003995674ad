import { canonicalJson, type JsonValue } from '../../json.js';

/** Whether a relation holds; undefined where it says nothing about such values. */
export type Relation = (output: JsonValue | undefined, input: JsonValue | undefined) => boolean | undefined;

function counts(list: readonly JsonValue[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const item of list) {
    const key = canonicalJson(item);
    found.set(key, (found.get(key) ?? 0) + 1);
  }
  return found;
}

/** Every item as often at most as in the other list. */
export const subset: Relation = (output, input) => {
  if (!Array.isArray(output) || !Array.isArray(input)) return undefined;
  const there = counts(input);
  return [...counts(output)].every(([key, count]) => count <= (there.get(key) ?? 0));
};

export const sameLength: Relation = (output, input) => {
  if (typeof output === 'string' && typeof input === 'string') return output.length === input.length;
  return Array.isArray(output) && Array.isArray(input) ? output.length === input.length : undefined;
};

export const permutation: Relation = (output, input) => {
  const length = sameLength(output, input);
  const within = subset(output, input);
  return length === undefined || within === undefined ? undefined : length && within;
};

export const unique: Relation = (output) =>
  Array.isArray(output) ? new Set(output.map(canonicalJson)).size === output.length : undefined;

export const nonNegative: Relation = (output) => (typeof output === 'number' ? output >= 0 : undefined);

export const positive: Relation = (output) => (typeof output === 'number' ? output > 0 : undefined);

export function between(low: number, high: number): Relation {
  return (output) => (typeof output === 'number' ? output >= low && output <= high : undefined);
}

/** Numbers by size, texts by code unit; lists of other things have no order that could be checked. */
export function sorted(direction: 1 | -1): Relation {
  return (output) => {
    if (!Array.isArray(output)) return undefined;
    const comparable = output.every((item) => typeof item === 'number') || output.every((it) => typeof it === 'string');
    if (!comparable) return undefined;
    return output.every((item, at) => {
      const next = output[at + 1];
      if (next === undefined || next === null || item === null || item === next) return true;
      return direction === 1 ? item < next : item > next;
    });
  };
}
