import { isJsonObject, type JsonValue } from '../../json.js';
import { isWeak, type Path, valueAt, valueKey } from './values.js';

/** What is done to a value on its way from a result to an argument. */
export type Change =
  | { readonly op: 'lower' | 'upper' | 'trim' | 'text' | 'number' | 'date' }
  /** a day that is written year first, in another order: `$3/$2/$1` is day, month, year */
  | { readonly op: 'day'; readonly as: string }
  | { readonly op: 'part'; readonly separator: string; readonly at: 'first' | 'last' }
  /** how many elements a list has */
  | { readonly op: 'count' }
  /** of each element of a list its `get`, as a list or added up */
  | { readonly op: 'collect' | 'sum'; readonly get: Path }
  /** of each element its `get`, in one text */
  | { readonly op: 'join'; readonly get: Path; readonly separator: string }
  /** the `get` of the element whose `by` is the least, or the most, of all; the first of equals */
  | { readonly op: 'least' | 'most'; readonly by: Path; readonly get: Path };

const separators = [', ', ',', '; ', ';', ' ', '/', ':', '@', '|', '#', '-', '_', '.'];
const joiners = [', ', ',', '; ', ';', ' ', '|', '/', '\n'];
const dayForms = ['$3/$2/$1', '$2/$3/$1', '$3.$2.$1', '$3-$2-$1', '$1/$2/$3', '$1$2$3'];
export const dayPattern = /^(\d{4})-(\d\d)-(\d\d)(?:[T ].*)?$/;
const maxTextChars = 120;
const maxElements = 60;
const maxFields = 12;
const maxDepth = 2;

function part(text: string, separator: string, at: 'first' | 'last'): string | undefined {
  const parts = text.split(separator);
  return parts.length > 1 ? parts.at(at === 'first' ? 0 : -1) : undefined;
}

type Ordered = string | number;

/** Numbers, and texts that sort by time: dates and times of day as they are written most significant first. */
function orderOf(value: JsonValue | undefined): Ordered | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d{4}-\d\d-\d\d|^\d\d:\d\d/.test(value) ? value : undefined;
}

function extreme(
  list: readonly JsonValue[],
  by: Path,
  op: 'least' | 'most',
): { at: number; alone: boolean } | undefined {
  let best: { at: number; value: Ordered; alone: boolean } | undefined;
  for (const [at, element] of list.entries()) {
    const value = orderOf(valueAt(element, by));
    if (value === undefined || (best && typeof value !== typeof best.value)) return undefined;
    if (best === undefined || (op === 'least' ? value < best.value : value > best.value))
      best = { at, value, alone: true };
    else if (value === best.value) best = { ...best, alone: false };
  }
  return best;
}

/** @returns undefined where the change cannot be made */
export function changed(change: Change, value: JsonValue | undefined): JsonValue | undefined {
  switch (change.op) {
    case 'lower':
      return typeof value === 'string' ? value.toLowerCase() : undefined;
    case 'upper':
      return typeof value === 'string' ? value.toUpperCase() : undefined;
    case 'trim':
      return typeof value === 'string' ? value.trim() : undefined;
    case 'text':
      return typeof value === 'number' ? String(value) : undefined;
    case 'number':
      return typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))
        ? Number(value)
        : undefined;
    case 'date':
      return typeof value === 'string' && /^\d{4}-\d\d-\d\d[T ]/.test(value) ? value.slice(0, 10) : undefined;
    case 'day':
      return typeof value === 'string' && dayPattern.test(value) ? value.replace(dayPattern, change.as) : undefined;
    case 'part':
      return typeof value === 'string' ? part(value, change.separator, change.at) : undefined;
    case 'count':
      return Array.isArray(value) ? value.length : undefined;
    case 'collect': {
      if (!Array.isArray(value)) return undefined;
      const found = value.map((one) => valueAt(one, change.get));
      return found.includes(undefined) ? undefined : found.filter((one) => one !== undefined);
    }
    case 'join': {
      if (!Array.isArray(value) || value.length === 0) return undefined;
      const texts = value.map((one) => valueAt(one, change.get));
      const all = texts.every((one) => typeof one === 'string' || typeof one === 'number');
      return all ? texts.join(change.separator) : undefined;
    }
    case 'sum': {
      if (!Array.isArray(value)) return undefined;
      const numbers = value.map((one) => valueAt(one, change.get));
      return numbers.every((one) => typeof one === 'number') ? numbers.reduce((sum, one) => sum + one, 0) : undefined;
    }
    case 'least':
    case 'most': {
      if (!Array.isArray(value)) return undefined;
      const best = extreme(value, change.by, change.op);
      return best && valueAt(value[best.at], change.get);
    }
  }
}

/** The scalars of an element, by path; the element itself where it is one. */
function scalarsOf(value: JsonValue, path: Path = []): { path: Path; value: JsonValue }[] {
  if (Array.isArray(value) || value === null) return [];
  if (!isJsonObject(value)) return [{ path, value }];
  if (path.length >= maxDepth) return [];
  return Object.keys(value)
    .sort()
    .slice(0, maxFields)
    .flatMap((key) => scalarsOf(value[key] ?? null, [...path, key]));
}

function* changesOfScalar(value: string | number): Generator<Change> {
  if (typeof value === 'number') {
    yield { op: 'text' };
    return;
  }
  if (value.length > maxTextChars) return;
  for (const op of ['lower', 'upper', 'trim', 'number', 'date'] as const) yield { op };
  if (dayPattern.test(value)) for (const as of dayForms) yield { op: 'day', as };
  for (const separator of separators) {
    if (!value.includes(separator)) continue;
    yield { op: 'part', separator, at: 'first' };
    yield { op: 'part', separator, at: 'last' };
  }
}

/** An element that a wanted value stands in, by each field in which it alone is the extreme. */
function* extremesOf(list: readonly JsonValue[], wanted: ReadonlySet<string>): Generator<Change> {
  const fields = scalarsOf(list[0] ?? null)
    .filter((one) => orderOf(one.value) !== undefined && one.path.length > 0)
    .map((one) => one.path);
  for (const by of fields) {
    for (const op of ['least', 'most'] as const) {
      const best = extreme(list, by, op);
      if (!best?.alone) continue;
      for (const { path: get, value } of scalarsOf(list[best.at] ?? null))
        if (wanted.has(valueKey(value)) && JSON.stringify(get) !== JSON.stringify(by)) yield { op, by, get };
    }
  }
}

function* changesOfList(list: readonly JsonValue[], wanted: ReadonlySet<string>): Generator<Change> {
  if (list.length > maxElements) return;
  for (const { path: get, value } of scalarsOf(list[0] ?? null)) {
    if (get.length > 0) yield { op: 'collect', get };
    // Most lists are joined nowhere: a text that begins with the first element is looked for before any is put together.
    const start = JSON.stringify(String(value)).slice(0, -1);
    if ([...wanted].some((one) => one.startsWith(start)))
      for (const separator of joiners) yield { op: 'join', get, separator };
    if (typeof value === 'number' && list.length > 1) yield { op: 'sum', get };
  }
  if (list.length > 1) yield* extremesOf(list, wanted);
}

/** The changes of a value that give one that is wanted, and that it is not already. */
export function changesTo(value: JsonValue, wanted: ReadonlySet<string>): { change: Change; key: string }[] {
  const found: { change: Change; key: string }[] = [];
  const own = valueKey(value);
  const consider = (change: Change): void => {
    const result = changed(change, value);
    if (result === undefined || isWeak(result)) return;
    const key = valueKey(result);
    if (key !== own && wanted.has(key)) found.push({ change, key });
  };
  if (typeof value === 'string' || typeof value === 'number') for (const one of changesOfScalar(value)) consider(one);
  else if (Array.isArray(value)) for (const one of changesOfList(value, wanted)) consider(one);
  return found;
}
