import { isJsonObject, type JsonObject, type JsonValue } from '../../json.js';
import type { SpecTest } from '../../specs/model.js';

/** A value inside an input: the keys that lead to it. */
export type Path = readonly (string | number)[];

const maxDepth = 6;
const maxPaths = 40;
const maxLength = 50;
/** Values for one place: more are never asked, and an enum may have any number. */
const maxValues = 64;

function subschema(schema: JsonValue | undefined, key: string | number): JsonValue | undefined {
  if (!isJsonObject(schema)) return undefined;
  const properties = schema['properties'];
  if (typeof key === 'number') return schema['items'];
  return isJsonObject(properties) ? properties[key] : undefined;
}

function listOf(schema: JsonValue | undefined, key: string): JsonValue[] {
  const value = isJsonObject(schema) ? schema[key] : undefined;
  return Array.isArray(value) ? value.slice(0, maxValues) : [];
}

/** Values that the schema itself speaks of, and those just beside its bounds. */
export function schemaValues(schema: JsonValue | undefined): JsonValue[] {
  if (!isJsonObject(schema)) return [];
  const bounds = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'].flatMap((key) => {
    const bound = schema[key];
    return typeof bound === 'number' ? [bound, bound + 1, bound - 1] : [];
  });
  const single = ['const', 'default'].flatMap((key) => (schema[key] === undefined ? [] : [schema[key]]));
  return [...listOf(schema, 'enum'), ...single, ...listOf(schema, 'examples'), ...bounds];
}

function numberVariations(value: number): JsonValue[] {
  return [value + 1, value - 1, 0, 1, -1, -value, value + 0.5, value * 2, 10, 100, 1_000];
}

function textVariations(value: string): JsonValue[] {
  const middle = Math.floor(value.length / 2);
  return [
    '',
    value.toUpperCase(),
    value.toLowerCase(),
    ` ${value} `,
    [...value].reverse().join(''),
    value.slice(0, -1),
    value.slice(middle),
    `${value} ${value}`,
    `${value.slice(0, middle)},${value.slice(middle)}`,
    'a',
    '7',
    'x y',
  ];
}

function listVariations(value: readonly JsonValue[]): JsonValue[] {
  const first = value.slice(0, 1);
  return [
    [],
    first,
    value.slice(1),
    value.slice(0, -1),
    [...value].reverse(),
    [...value, ...first],
    [...value, ...value],
    [...value.slice(1), ...first],
  ];
}

/** What the code compares with is where its behaviour turns: those numbers and texts, and lengths of that many. */
function hinted(value: JsonValue, hints: readonly (string | number)[]): JsonValue[] {
  const near = hints.flatMap((hint) => (typeof hint === 'number' ? [hint, hint + 1, hint - 1] : []));
  if (typeof value === 'number') return near;
  const lengths = near.filter((length) => Number.isInteger(length) && length > 0 && length <= maxLength);
  if (typeof value === 'string') {
    const filler = value.replace(/\s/g, '') || 'a';
    const texts = hints.filter((hint) => typeof hint === 'string');
    return [...texts, ...lengths.map((length) => filler.repeat(Math.ceil(length / filler.length)).slice(0, length))];
  }
  if (!Array.isArray(value) || value.length === 0) return [];
  return lengths.map((length) => Array.from({ length }, (_, at) => value[at % value.length] ?? null));
}

/** Other values of the same kind, beginning with those that are likeliest to make a difference. */
export function variationsOf(
  value: JsonValue,
  schema: JsonValue | undefined,
  hints: readonly (string | number)[],
): JsonValue[] {
  const own =
    typeof value === 'number'
      ? numberVariations(value)
      : typeof value === 'string'
        ? textVariations(value)
        : typeof value === 'boolean'
          ? [!value]
          : Array.isArray(value)
            ? listVariations(value)
            : [];
  return [...schemaValues(schema), ...hinted(value, hints), ...own];
}

/** A copy with another value in one place; undefined takes the key away. */
export function withValue(whole: JsonValue, path: Path, value: JsonValue | undefined): JsonValue {
  const [key, ...rest] = path;
  if (key === undefined) return value ?? null;
  if (Array.isArray(whole))
    return whole.map((item, at) => (at === key ? withValue(item, rest, value) : item)) as JsonValue[];
  if (!isJsonObject(whole)) return whole;
  const entries = Object.entries(whole).filter(([name]) => name !== key);
  if (rest.length === 0 && value === undefined) return Object.fromEntries(entries);
  return { ...whole, [key]: withValue(whole[key] ?? null, rest, value) };
}

export function valueAt(whole: JsonValue, path: Path): JsonValue | undefined {
  let at: JsonValue | undefined = whole;
  for (const key of path) {
    if (Array.isArray(at)) at = typeof key === 'number' ? at[key] : undefined;
    else at = isJsonObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }
  return at;
}

function pathsIn(value: JsonValue, path: Path, into: Path[]): Path[] {
  if (into.length >= maxPaths || path.length > maxDepth) return into;
  if (path.length > 0) into.push(path);
  if (Array.isArray(value)) for (const [at, item] of value.slice(0, 3).entries()) pathsIn(item, [...path, at], into);
  else if (isJsonObject(value)) for (const [key, item] of Object.entries(value)) pathsIn(item, [...path, key], into);
  return into;
}

/** What the same place holds in the other tests: values of the kind that the capability is made for. */
function fromOthers(path: Path, others: readonly JsonObject[]): JsonValue[] {
  return others.flatMap((other) => {
    const value = valueAt(other, path);
    return value === undefined ? [] : [value];
  });
}

function schemaAt(schema: JsonValue, path: Path): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>((at, key) => subschema(at, key), schema);
}

/** Made only when it is asked: inputs may be large, and most variations are never reached. */
export type Variation = () => JsonValue;

/** Inputs like that of a test, each changed in one place; one list for each place, and one for keys added. */
export function inputVariations(
  test: Pick<SpecTest, 'input'>,
  schema: JsonObject,
  from: { readonly others: readonly JsonObject[]; readonly hints: readonly (string | number)[] },
): Variation[][] {
  const { others, hints } = from;
  const { input } = test;
  const changed = pathsIn(input, [], []).map((path): Variation[] => {
    const value = valueAt(input, path) ?? null;
    const values = [...fromOthers(path, others), ...variationsOf(value, schemaAt(schema, path), hints)];
    return [undefined, ...values].slice(0, maxValues).map((other) => () => withValue(input, path, other));
  });
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const added = Object.entries(properties).flatMap(([key, part]): Variation[] => {
    if (Object.hasOwn(input, key)) return [];
    const values = [...fromOthers([key], others), ...schemaValues(part)].slice(0, maxValues);
    return values.map((value) => () => ({ ...input, [key]: value }));
  });
  return [...changed, added];
}
