import { sha256 } from '../hash.js';
import { canonicalJson, isJsonObject, type JsonValue } from '../json.js';
import type { PlannedCall } from './model.js';

/** Shorter values stand in too much text by chance to say where it came from. */
const minTraceable = 3;

type Leaf = string | number;

function leavesOf(value: JsonValue, into: Set<Leaf> = new Set()): Set<Leaf> {
  if (typeof value === 'string' || typeof value === 'number') into.add(value);
  else if (Array.isArray(value)) for (const item of value) leavesOf(item, into);
  else if (isJsonObject(value)) for (const item of Object.values(value)) leavesOf(item, into);
  return into;
}

function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

function pointersWhere(value: JsonValue, test: (leaf: Leaf) => boolean, at = ''): string[] {
  if (typeof value === 'string' || typeof value === 'number') return test(value) ? [at] : [];
  if (Array.isArray(value)) return value.flatMap((item, index) => pointersWhere(item, test, `${at}/${index}`));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => pointersWhere(item, test, `${at}/${escapePointer(key)}`));
}

/** What a dry run knows: which values are real, and which came from an answer that stood in for a call left out. */
export class Planner {
  readonly calls: PlannedCall[] = [];
  readonly #real = new Set<Leaf>();
  readonly #standIn = new Set<Leaf>();

  constructor(input: JsonValue) {
    leavesOf(input, this.#real);
  }

  sawReal(answer: JsonValue): void {
    leavesOf(answer, this.#real);
  }

  /** Notes a call that is left out, and the answer that stands in for the real one. */
  leaveOut(name: string, args: JsonValue, standIn: JsonValue): void {
    const open = pointersWhere(args, (leaf) => this.#isStandIn(leaf));
    this.calls.push(open.length === 0 ? { name, args } : { name, args, open });
    leavesOf(standIn, this.#standIn);
  }

  #isStandIn(leaf: Leaf): boolean {
    if (this.#real.has(leaf)) return false;
    if (this.#standIn.has(leaf)) return true;
    if (typeof leaf !== 'string') return false;
    for (const value of this.#standIn) {
      const text = String(value);
      if (text.length >= minTraceable && leaf.includes(text) && !this.#real.has(value)) return true;
    }
    return false;
  }
}

/** The same value with every text as its hash: a plan is compared with what is called, and texts may hold secrets. */
function sealedValue(value: JsonValue): JsonValue {
  if (typeof value === 'string') return sha256(value);
  if (Array.isArray(value)) return value.map(sealedValue);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, sealedValue(item)]));
}

/** A planned call as it may be stored. */
export function sealed(call: PlannedCall): PlannedCall {
  return { ...call, args: sealedValue(call.args) };
}

function matches(planned: JsonValue, made: JsonValue, open: ReadonlySet<string>, at = ''): boolean {
  if (open.has(at)) return true;
  if (Array.isArray(planned) && Array.isArray(made)) {
    return (
      planned.length === made.length &&
      planned.every((item, index) => matches(item, made[index] ?? null, open, `${at}/${index}`))
    );
  }
  if (isJsonObject(planned) && isJsonObject(made)) {
    const keys = Object.keys(planned);
    return (
      keys.length === Object.keys(made).length &&
      keys.every(
        (key) =>
          Object.hasOwn(made, key) &&
          matches(planned[key] ?? null, made[key] ?? null, open, `${at}/${escapePointer(key)}`),
      )
    );
  }
  return canonicalJson(planned) === canonicalJson(made);
}

/** The calls that a plan allows; each may be made once. */
export class PlanLedger {
  readonly #left: PlannedCall[];

  /** @param calls as `sealed` gave them */
  constructor(calls: readonly PlannedCall[]) {
    this.#left = [...calls];
  }

  /** true where the plan has such a call that was not made yet. */
  claim(name: string, args: JsonValue): boolean {
    const made = sealedValue(args);
    const at = this.#left.findIndex((call) => call.name === name && matches(call.args, made, new Set(call.open ?? [])));
    if (at < 0) return false;
    this.#left.splice(at, 1);
    return true;
  }
}
