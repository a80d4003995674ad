import { isJsonObject, type JsonValue } from '../../json.js';
import type { Change } from './changes.js';
import type { Instance } from './flows.js';
import type { Part } from './made.js';
import type { Program } from './program.js';
import type { Path } from './values.js';

/** The argument that is asked about. */
export interface Target {
  readonly step: number;
  readonly slot: string;
  /** the parameter that it would be */
  readonly name: string;
}

/** A value that an argument may be put together from, as it was in one occurrence. */
export interface Piece {
  readonly part: Exclude<Part, { readonly kind: 'const' }>;
  readonly value: JsonValue;
}

const maxDepth = 4;
const maxPieces = 120;

/** Scalars and lists with their paths; of a list of objects also what stands in its first. */
function placesIn(value: JsonValue, path: Path = []): { path: Path; value: JsonValue }[] {
  if (path.length > maxDepth || value === null || typeof value === 'boolean') return [];
  if (Array.isArray(value)) {
    const inFirst = isJsonObject(value[0] ?? null) ? placesIn(value[0] ?? null, [...path, 0]) : [];
    return [{ path, value }, ...inFirst];
  }
  if (!isJsonObject(value)) return path.length === 0 ? [] : [{ path, value }];
  return Object.keys(value).flatMap((key) => placesIn(value[key] ?? null, [...path, key]));
}

/** What was at hand when the argument was written, by an id that is the same in every occurrence; parameters first. */
export function piecesFor(program: Program, instance: Instance, target: Target): Map<string, Piece> {
  const pieces: Piece[] = [];
  const steps = program.steps.slice(0, target.step + 1);
  for (const [at, { args, over }] of steps.entries()) {
    const call = instance.calls[at]?.[0];
    if (!call || over !== null) continue;
    for (const { slot, expr } of args) {
      if (expr.kind !== 'param' || expr.name === target.name) continue;
      const value = call.slots.find((one) => one.name === slot)?.value;
      if (value !== undefined) pieces.push({ part: { kind: 'param', name: expr.name, change: null }, value });
    }
  }
  for (const [at, { over }] of steps.slice(0, target.step).entries()) {
    const call = instance.calls[at]?.[0];
    if (!call || over !== null) continue;
    for (const { path, value } of placesIn(call.result))
      pieces.push({ part: { kind: 'get', step: at, path, change: null }, value });
  }
  return new Map(pieces.slice(0, maxPieces).map((one) => [JSON.stringify(one.part), one]));
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
