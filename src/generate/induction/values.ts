import { canonicalJson, isJsonObject, type JsonObject, type JsonPrimitive, type JsonValue } from '../../json.js';

/** In a path: each element of a list, or each entry of an object that is used as a dictionary. */
export const EACH = -1;
/** In a path, after EACH: the key of a dictionary's entry instead of its value. */
export const KEY = -2;

/** Steps into a JSON value: a string is a property, a number from 0 an index, and the two markers above. */
export type Path = readonly (string | number)[];

export interface Element {
  readonly key: string | null;
  readonly value: JsonValue;
}

/** The value at a path without EACH; undefined where there is none. */
export function valueAt(value: JsonValue | undefined, path: Path): JsonValue | undefined {
  let at = value;
  for (const step of path) {
    if (Array.isArray(at)) at = typeof step === 'number' ? at[step] : undefined;
    else if (isJsonObject(at) && typeof step === 'string') at = Object.hasOwn(at, step) ? at[step] : undefined;
    else return undefined;
  }
  return at;
}

/** The elements of the list, or the entries of the dictionary, at a path; of all lists where the path passes through one. */
export function elementsAt(value: JsonValue | undefined, path: Path): Element[] {
  const outer = path.indexOf(EACH);
  if (outer >= 0) {
    return elementsAt(value, path.slice(0, outer)).flatMap((one) => elementsAt(one.value, path.slice(outer + 1)));
  }
  const list = valueAt(value, path);
  if (Array.isArray(list)) return list.map((one) => ({ key: null, value: one }));
  if (isJsonObject(list)) return Object.entries(list).map(([key, one]) => ({ key, value: one }));
  return [];
}

export function elementValue(element: Element, path: Path): JsonValue | undefined {
  return path[0] === KEY ? (element.key ?? undefined) : valueAt(element.value, path);
}

/** Splits a path at its last EACH into the list's path and the path inside an element. */
export function splitAtEach(path: Path): { list: Path; rest: Path } {
  const at = path.lastIndexOf(EACH);
  return { list: path.slice(0, at), rest: path.slice(at + 1) };
}

/** The last name in a path. */
export function lastName(path: Path): string | undefined {
  return path.filter((one) => typeof one === 'string').at(-1);
}

/** One text for one value: equal values have equal keys. */
export function valueKey(value: JsonValue): string {
  return typeof value === 'object' && value !== null ? canonicalJson(value) : JSON.stringify(value);
}

/** A value that turns up by chance: it needs more support than others before it counts as flow. */
export function isWeak(value: JsonValue): boolean {
  if (value === null || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Math.abs(value) < 100;
  if (typeof value === 'string') return value.length < 3;
  return (Array.isArray(value) ? value.length : Object.keys(value).length) === 0;
}

/** A text that names one thing (`L1001`, `#W2378156`): with a digit, and no space. That it stands in two places is no chance. */
export function isIdentifier(value: JsonValue): boolean {
  return typeof value === 'string' && /^(?=.*\d)\S{4,80}$/u.test(value);
}

/** A value that says nothing about where it came from. */
export function isEmptyValue(value: JsonValue): boolean {
  return value === null || value === '' || typeof value === 'boolean' || (typeof value === 'object' && isWeak(value));
}

/** One argument of a call: objects are taken apart, lists are whole. */
export interface Slot {
  /** `customer.id`: the keys joined by dots */
  readonly name: string;
  readonly keys: readonly string[];
  readonly value: JsonValue;
  readonly key: string;
}

const maxSlotDepth = 4;

export function slotsOf(args: JsonObject): Slot[] {
  const slots: Slot[] = [];
  const visit = (value: JsonValue, keys: readonly string[]): void => {
    if (isJsonObject(value) && keys.length < maxSlotDepth && Object.keys(value).length > 0) {
      for (const key of Object.keys(value).sort()) visit(value[key] ?? null, [...keys, key]);
    } else slots.push({ name: keys.join('.'), keys, value, key: valueKey(value) });
  };
  for (const key of Object.keys(args).sort()) visit(args[key] ?? null, [key]);
  return slots;
}

/** The scalars inside a value, in order. */
export function leavesOf(value: JsonValue): JsonPrimitive[] {
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  if (isJsonObject(value)) return Object.values(value).flatMap(leavesOf);
  return [value];
}

const maxListDepth = 3;

/** The paths of the lists of objects in a result, none inside a list. */
export function listsIn(value: JsonValue, path: Path = []): Path[] {
  if (Array.isArray(value)) return isJsonObject(value[0] ?? null) ? [path] : [];
  if (!isJsonObject(value) || path.length >= maxListDepth) return [];
  return Object.keys(value).flatMap((key) => listsIn(value[key] ?? null, [...path, key]));
}

const maxScalarDepth = 4;

/** The scalars of a result with their paths, none inside a list. */
export function scalarsAt(value: JsonValue, path: Path = []): { path: Path; value: string | number | boolean }[] {
  if (isJsonObject(value)) {
    if (path.length >= maxScalarDepth) return [];
    return Object.keys(value).flatMap((key) => scalarsAt(value[key] ?? null, [...path, key]));
  }
  return Array.isArray(value) || value === null || path.length === 0 ? [] : [{ path, value }];
}

/** A comparison for sorting that does not depend on the locale. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
