import { isJsonObject, type JsonValue } from '../../json.js';
import type { Change } from './changes.js';
import type { Instance } from './flows.js';
import type { Part } from './made.js';
import type { Program } from './program.js';
import type { Path } from './values.js';

/** The argument that is asked about, as a parameter. */
export interface Target {
  readonly step: number;
  readonly slot: string;
  readonly name: string;
  /** what was at hand in an occurrence when it was written, by id */
  readonly pieces: (instance: Instance) => ReadonlyMap<string, Piece>;
}

export function targetOf(program: Program, { step, slot, name }: Pick<Target, 'step' | 'slot' | 'name'>): Target {
  const known = new Map<Instance, ReadonlyMap<string, Piece>>();
  const pieces = (instance: Instance): ReadonlyMap<string, Piece> => {
    const found = known.get(instance) ?? piecesFor(program, instance, { step, name });
    known.set(instance, found);
    return found;
  };
  return { step, slot, name, pieces };
}

/** The value of the argument in an occurrence. */
export function wantedIn(instance: Instance, { step, slot }: Pick<Target, 'step' | 'slot'>): JsonValue | undefined {
  return instance.calls[step]?.[0]?.slots.find((one) => one.name === slot)?.value;
}

/** A value that an argument may be put together from, as it was in one occurrence. */
export interface Piece {
  /** the same in every occurrence */
  readonly id: string;
  readonly part: Exclude<Part, { readonly kind: 'const' }>;
  readonly value: JsonValue;
}

const maxDepth = 4;
const maxPieces = 120;

interface Place {
  readonly path: Path;
  readonly text: string;
  readonly value: JsonValue;
}

/** Scalars and lists with their paths; of a list of objects also what stands in its first. */
function findPlaces(value: JsonValue, path: Path, found: Place[]): Place[] {
  if (found.length >= maxPieces || path.length > maxDepth || value === null || typeof value === 'boolean') return found;
  if (!isJsonObject(value)) {
    if (path.length > 0 || Array.isArray(value)) found.push({ path, text: JSON.stringify(path), value });
    const first = Array.isArray(value) ? (value[0] ?? null) : null;
    return isJsonObject(first) ? findPlaces(first, [...path, 0], found) : found;
  }
  for (const [key, one] of Object.entries(value)) findPlaces(one, [...path, key], found);
  return found;
}

// A result is looked through for every flow that it is part of.
const known = new WeakMap<object, readonly Place[]>();

function placesIn(result: JsonValue): readonly Place[] {
  if (typeof result !== 'object' || result === null) return [];
  const places = known.get(result) ?? findPlaces(result, [], []);
  known.set(result, places);
  return places;
}

function paramId(name: string): string {
  return `param ${name}`;
}

function placeId(step: number, path: string): string {
  return `${step} ${path}`;
}

/** The id of the piece that a part is, whatever is done to it. */
export function pieceId(part: Piece['part']): string {
  return part.kind === 'param' ? paramId(part.name) : placeId(part.step, JSON.stringify(part.path));
}

/** What was at hand when the argument was written, by its id; parameters first. */
function piecesFor(program: Program, instance: Instance, target: Pick<Target, 'step' | 'name'>): Map<string, Piece> {
  const pieces: Piece[] = [];
  const steps = program.steps.slice(0, target.step + 1);
  for (const [at, { args, over }] of steps.entries()) {
    const call = instance.calls[at]?.[0];
    if (!call || over !== null) continue;
    for (const { slot, expr } of args) {
      if (expr.kind !== 'param' || expr.name === target.name) continue;
      const value = call.slots.find((one) => one.name === slot)?.value;
      if (value === undefined) continue;
      pieces.push({ id: paramId(expr.name), part: { kind: 'param', name: expr.name, change: null }, value });
    }
  }
  for (const [at, { over }] of steps.slice(0, target.step).entries()) {
    const call = instance.calls[at]?.[0];
    if (!call || over !== null) continue;
    for (const { path, text, value } of placesIn(call.result)) {
      if (pieces.length >= maxPieces) break;
      pieces.push({ id: placeId(at, text), part: { kind: 'get', step: at, path, change: null }, value });
    }
  }
  return new Map(pieces.map((one) => [one.id, one]));
}

/** A piece as a number: itself, a text that is one, or how many a list has. */
export function asNumber({ part, value }: Omit<Piece, 'id'>): { readonly part: Part; readonly value: number } | null {
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
