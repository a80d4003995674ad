import { isJsonObject, type JsonValue } from '../../json.js';
import type { Change } from './changes.js';
import { type Instance, slotOf } from './flows.js';
import type { Part } from './made.js';
import type { Program } from './program.js';
import { type Path, valueAt, valueKey } from './values.js';

/** The argument that is asked about, as a parameter of a program. */
export interface Target {
  readonly program: Program;
  readonly step: number;
  readonly slot: string;
  readonly name: string;
}

/** A value that an argument may be put together from, as it was in one occurrence. */
export interface Piece {
  readonly part: Exclude<Part, { readonly kind: 'const' }>;
  readonly value: JsonValue;
}

const maxDepth = 4;
const maxPieces = 120;

interface Place {
  readonly path: Path;
  readonly value: JsonValue;
}

/** Scalars and lists with their paths; of a list of objects also what stands in its first. */
function findPlaces(value: JsonValue, path: Path, found: Place[]): Place[] {
  if (found.length >= maxPieces || path.length > maxDepth || value === null || typeof value === 'boolean') return found;
  if (!isJsonObject(value)) {
    if (path.length > 0 || Array.isArray(value)) found.push({ path, value });
    const first = Array.isArray(value) ? (value[0] ?? null) : null;
    return isJsonObject(first) ? findPlaces(first, [...path, 0], found) : found;
  }
  for (const [key, one] of Object.entries(value)) findPlaces(one, [...path, key], found);
  return found;
}

interface Places {
  readonly all: readonly Place[];
  readonly byKey: Map<string, readonly Path[]>;
}

// A result is looked through for every flow that it is part of.
const known = new WeakMap<object, Places>();

function placesIn(result: JsonValue): Places {
  if (typeof result !== 'object' || result === null) return { all: [], byKey: new Map() };
  const places = known.get(result) ?? { all: findPlaces(result, [], []), byKey: new Map<string, readonly Path[]>() };
  known.set(result, places);
  return places;
}

/** Where in a result a value stands. */
function pathsTo(result: JsonValue, value: JsonValue): readonly Path[] {
  const { all, byKey } = placesIn(result);
  const key = valueKey(value);
  const alike = (other: JsonValue): boolean => typeof other === typeof value && valueKey(other) === key;
  const paths = byKey.get(key) ?? all.flatMap((one) => (alike(one.value) ? [one.path] : []));
  byKey.set(key, paths);
  return paths;
}

/** The results of single calls before the argument. */
function resultsBefore({ program, step }: Target, instance: Instance): { step: number; result: JsonValue }[] {
  return program.steps.slice(0, step).flatMap(({ over }, at) => {
    const call = instance.calls[at]?.[0];
    return call && over === null ? [{ step: at, result: call.result }] : [];
  });
}

/** The parameters that are known when the argument is written, and the arguments that they feed. */
function paramsBefore({ program, step, name }: Target): { name: string; step: number; slot: string }[] {
  return program.steps
    .slice(0, step + 1)
    .flatMap(({ args, over }, at) =>
      over === null
        ? args.flatMap(({ slot, expr }) =>
            expr.kind === 'param' && expr.name !== name ? [{ name: expr.name, step: at, slot }] : [],
          )
        : [],
    );
}

/** What was at hand when the argument was written; parameters first. */
export function piecesFor(target: Target, instance: Instance): Piece[] {
  const params = paramsBefore(target).flatMap(({ name, step, slot }): Piece[] => {
    const value = slotOf(instance, { step, slot })?.value;
    return value === undefined ? [] : [{ part: { kind: 'param', name, change: null }, value }];
  });
  const given = new Map(params.map((one) => [JSON.stringify(one.part), one]));
  const seen = resultsBefore(target, instance).flatMap(({ step, result }) =>
    placesIn(result).all.map(({ path, value }): Piece => ({ part: { kind: 'get', step, path, change: null }, value })),
  );
  return [...given.values(), ...seen].slice(0, maxPieces);
}

/** What a piece of one occurrence was in another; undefined where there was none. */
export function pieceIn(target: Target, instance: Instance, part: Piece['part']): JsonValue | undefined {
  if (part.kind === 'get') return valueAt(instance.calls[part.step]?.[0]?.result, part.path);
  const feeds = paramsBefore(target).find((one) => one.name === part.name);
  return feeds && slotOf(instance, feeds)?.value;
}

/** The places in earlier results of an occurrence that hold a value. */
export function placesOf(target: Target, instance: Instance, value: JsonValue): Extract<Part, { kind: 'get' }>[] {
  return resultsBefore(target, instance).flatMap(({ step, result }) =>
    pathsTo(result, value).map((path) => ({ kind: 'get' as const, step, path, change: null })),
  );
}

/** A piece as a number: itself, a text that is one, or how many a list has. */
export function asNumber({ part, value }: Piece): { readonly part: Part; readonly value: number } | null {
  const as = (change: Change, number: number) => ({ part: { ...part, change }, value: number });
  if (typeof value === 'number') return { part, value };
  if (Array.isArray(value)) return as({ op: 'count' }, value.length);
  if (typeof value !== 'string' || !/^-?\d{1,12}(\.\d{1,6})?$/.test(value)) return null;
  return as({ op: 'number' }, Number(value));
}

/** The simplest first: parameters, then short paths of early steps. */
export function simplicity(part: Part): number {
  if (part.kind === 'const') return 100;
  return part.kind === 'param' ? 0 : 1 + part.path.length + part.step / 100;
}
