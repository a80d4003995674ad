import type { JsonValue } from '../../json.js';
import { knownBefore } from './corpus.js';
import type { Instance } from './flows.js';
import { fieldsOf, firstOrdinal, holders } from './select.js';
import { byText, isIdentifier, isWeak, type Path, valueKey } from './values.js';
import { type Choice, type Field, fits, type Operand, tellingValue } from './where.js';

/** What elements are compared with, as it was learnt: where a parameter is wanted, it has no name yet, but its values. */
export type LearntOperand =
  | Exclude<Operand, { readonly kind: 'param' }>
  | { readonly kind: 'given'; readonly values: Given };

/** What was asked for in each occurrence; undefined where it does not show. */
export type Given = readonly (JsonValue | undefined)[];

/** A condition that was learnt. */
export interface LearntWhere extends Field {
  readonly wanted: LearntOperand;
}

/** What one way to tell elements says of one occurrence. */
export interface Sight {
  readonly instance: Instance;
  /** whether the occurrence shows what was asked for at all */
  readonly shows: boolean;
  /** whether an element was passed over */
  readonly passes: boolean;
  /** the values with which it holds that stand in the list */
  readonly values: readonly JsonValue[];
  readonly holdsWith: (value: JsonValue) => boolean;
}

/** A way to tell elements, with what it says of each occurrence. */
export interface Way<What> {
  readonly what: What;
  readonly sights: readonly Sight[];
}

interface Rule<What> {
  readonly what: What;
  readonly wanted: LearntOperand;
}

const minGroups = 3;
/** The rest is noise: an element too many, or one that was left out. */
const minShare = 0.85;

/** Those of the sights that tell something: an element was used, and one was passed over. */
function telling(sights: readonly Sight[]): Sight[] {
  return sights.filter(({ shows, passes }) => shows && passes);
}

function groupsIn(sights: readonly Sight[]): number {
  return new Set(sights.map(({ instance }) => instance.linked.run.group)).size;
}

/** The one value, no identifier, that tells the elements in nearly all occurrences; undefined where there is none. */
function oneValue(sights: readonly Sight[]): JsonValue | undefined {
  const counts = new Map<string, { value: JsonValue; count: number }>();
  const sure = telling(sights);
  for (const value of sure.flatMap(({ values }) => values)) {
    const key = valueKey(value);
    counts.set(key, { value, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  const [best] = [...counts.values()].sort((a, b) => b.count - a.count || byText(valueKey(a.value), valueKey(b.value)));
  // An identifier is that of an element of these runs, not a kind of element.
  if (!best || isIdentifier(best.value) || best.count < sure.length * minShare) return undefined;
  return sights.filter((one) => one.holdsWith(best.value)).length >= sights.length * minShare ? best.value : undefined;
}

/** Where in an earlier result the value stands, nearly always where an element was passed over; the shortest path first. */
function standingAt(sights: readonly Sight[], before: number): LearntOperand | null {
  const counts = new Map<string, { step: number; path: Path; seen: Set<Sight> }>();
  const sure = telling(sights);
  for (const sight of sure) {
    for (const value of sight.values) {
      if (isWeak(value)) continue;
      for (const [id, place] of holders(sight.instance, before, value)) {
        const known = counts.get(id) ?? { ...place, seen: new Set<Sight>() };
        counts.set(id, known);
        known.seen.add(sight);
      }
    }
  }
  const [best] = [...counts.values()]
    .filter(({ seen }) => seen.size >= sure.length * minShare)
    .sort((a, b) => a.path.length - b.path.length || a.step - b.step);
  return best ? { kind: 'get', step: best.step, path: best.path } : null;
}

/** Whether it nearly always tells the elements, by more than one value. */
function isDiffering(sights: readonly Sight[]): boolean {
  const shown = sights.filter(({ shows }) => shows);
  const found = shown.filter(({ values }) => values.length > 0);
  const [first] = found;
  const isSame = (value: JsonValue): boolean => found.every(({ holdsWith }) => holdsWith(value));
  return first !== undefined && found.length >= shown.length * minShare && !first.values.some(isSame);
}

/** What was asked for in each occurrence, and in what share of them it was known before the first call. */
function askedFor(sights: readonly Sight[]): { readonly values: Given; readonly share: number } {
  const asked = sights.map(({ instance, shows, values }) => {
    if (!shows) return undefined;
    const first = firstOrdinal(instance);
    const known = values.find((one) => knownBefore(instance.linked.run, one, first));
    return { value: known ?? values[0], isKnown: known !== undefined };
  });
  const found = asked.filter((one) => one?.value !== undefined);
  const known = found.filter((one) => one?.isKnown).length;
  return { values: asked.map((one) => one?.value), share: found.length === 0 ? 0 : known / found.length };
}

/**
 * Of some ways to tell the elements of a list the first that does so by one value, nearly always the same; else by one that an
 * earlier result holds; else the one whose value differs and was known before the first call most often. Null where none does,
 * or too few task groups passed over an element.
 * @param before the step that used the elements
 */
export function ruleOf<What>(ways: readonly Way<What>[], before: number): Rule<What> | null {
  const sure = ways.filter(({ sights }) => groupsIn(telling(sights)) >= minGroups);
  for (const { what, sights } of sure) {
    const value = oneValue(sights);
    if (value !== undefined) return { what, wanted: { kind: 'const', value } };
  }
  const differing = sure.filter(({ sights }) => isDiffering(sights));
  for (const { what, sights } of differing) {
    const wanted = standingAt(sights, before);
    if (wanted) return { what, wanted };
  }
  const asked = differing.map(({ what, sights }) => ({ what, ...askedFor(sights) }));
  const best = asked.reduce<(typeof asked)[number] | null>(
    (most, one) => (one.share > (most?.share ?? 0) ? one : most),
    null,
  );
  return best && best.share >= minShare ? { what: best.what, wanted: { kind: 'given', values: best.values } } : null;
}

/** The fields of elements, each as one that is and one that is not what is wanted; in the order of their names. */
export function fieldsToTry(value: JsonValue): Field[] {
  return fieldsOf(value)
    .flatMap((by) => [true, false].map((is) => ({ field: { by, is }, id: JSON.stringify([by, !is]) })))
    .sort((a, b) => byText(a.id, b.id))
    .map(({ field }) => field);
}

function sightOf(field: Field, choice: Choice, instance: Instance): Sight {
  const { used, passed } = choice;
  const value = tellingValue(field, choice);
  return {
    instance,
    shows: used.length > 0 && (field.is || passed.length > 0),
    passes: passed.length > 0,
    values: value === undefined ? [] : [value],
    holdsWith: (wanted) =>
      used.every((one) => fits(field, one, wanted)) && !passed.some((one) => fits(field, one, wanted)),
  };
}

/**
 * What a field of the elements says about which of them are used. Null where nothing does.
 * @param choices of each occurrence, in order
 * @param before the step whose calls were made for the elements
 */
export function whereOf(
  choices: readonly Choice[],
  instances: readonly Instance[],
  before: number,
): LearntWhere | null {
  const [first] = choices.flatMap(({ used, passed }) => (passed.length > 0 ? used.slice(0, 1) : []));
  const ways = fieldsToTry(first?.value ?? null).map((field) => ({
    what: field,
    sights: choices.flatMap((choice, at) => {
      const instance = instances[at];
      return instance ? [sightOf(field, choice, instance)] : [];
    }),
  }));
  const rule = ruleOf(ways, before);
  return rule && { ...rule.what, wanted: rule.wanted };
}
