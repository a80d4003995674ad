import type { JsonValue } from '../../json.js';
import { knownBefore } from './corpus.js';
import type { Instance } from './flows.js';
import { fieldsOf, firstOrdinal, holders } from './select.js';
import { byText, isWeak, type Path, valueKey } from './values.js';
import { type Choice, fits, type Operand, tellingValue, type Where } from './where.js';

/** A condition that was learnt; where a parameter is wanted, it has no name yet, but its value in each occurrence. */
export interface LearntWhere extends Omit<Where, 'wanted'> {
  readonly wanted: Exclude<Operand, { readonly kind: 'param' }> | { readonly kind: 'given'; readonly values: Given };
}

/** What was asked for in each occurrence; undefined where it does not show. */
export type Given = readonly (JsonValue | undefined)[];

const minGroups = 3;
/** The rest is noise: an element too many, or one that was left out. */
const minShare = 0.85;

type Place = Extract<Operand, { readonly kind: 'get' }>;

interface Field {
  readonly by: Path;
  readonly is: boolean;
}

interface Seen extends Choice {
  readonly instance: Instance;
}

function fieldsToTry(choices: readonly Choice[]): Field[] {
  const [first] = choices.flatMap(({ used }) => used.slice(0, 1));
  const fields = fieldsOf(first?.value ?? null).flatMap((by) => [true, false].map((is) => ({ by, is })));
  return fields
    .map((field) => ({ field, id: JSON.stringify([field.by, !field.is]) }))
    .sort((a, b) => byText(a.id, b.id))
    .map(({ field }) => field);
}

/** The one value that tells the elements in nearly all occurrences; undefined where there is none. */
function oneValue(field: Field, telling: readonly Seen[], all: readonly Seen[]): JsonValue | undefined {
  const counts = new Map<string, { value: JsonValue; count: number }>();
  for (const one of telling) {
    const value = tellingValue(field, one);
    if (value === undefined) continue;
    const key = valueKey(value);
    counts.set(key, { value, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  const [best] = [...counts.values()].sort((a, b) => b.count - a.count || byText(valueKey(a.value), valueKey(b.value)));
  if (!best || best.count < telling.length * minShare) return undefined;
  const holding = all.filter(
    ({ used, passed }) =>
      used.every((one) => fits(field, one, best.value)) && !passed.some((one) => fits(field, one, best.value)),
  );
  return holding.length >= all.length * minShare ? best.value : undefined;
}

/** Where in an earlier result the value stands, nearly always where an element was passed over; the shortest path first. */
function standingAt(all: readonly Seen[], values: Given, before: number): Place | null {
  const counts = new Map<string, { step: number; path: Path; count: number }>();
  const telling = all.flatMap(({ instance, passed }, at) => {
    const value = values[at];
    return value === undefined || passed.length === 0 ? [] : [{ instance, value }];
  });
  for (const { instance, value } of telling) {
    if (isWeak(value)) continue;
    for (const [id, place] of holders(instance, before, value)) {
      counts.set(id, { ...place, count: (counts.get(id)?.count ?? 0) + 1 });
    }
  }
  const [best] = [...counts.values()]
    .filter(({ count }) => count >= telling.length * minShare)
    .sort((a, b) => a.path.length - b.path.length || a.step - b.step);
  return best ? { kind: 'get', step: best.step, path: best.path } : null;
}

/** The value of the field in each occurrence where it shows; null where it seldom tells the elements, or is always the same. */
function differingValues(field: Field, all: readonly Seen[]): Given | null {
  const shows = ({ used, passed }: Seen): boolean => used.length > 0 && (field.is || passed.length > 0);
  const values = all.map((one) => (shows(one) ? tellingValue(field, one) : undefined));
  const found = values.filter((one) => one !== undefined);
  if (found.length < all.filter(shows).length * minShare) return null;
  return new Set(found.map(valueKey)).size > 1 ? values : null;
}

/** Of the fields that tell the elements, the one whose value was known before the first call most often, and nearly always. */
function askedFor(
  all: readonly Seen[],
  differing: readonly { readonly field: Field; readonly values: Given }[],
): LearntWhere | null {
  let best: { readonly where: LearntWhere; readonly share: number } | null = null;
  for (const { field, values } of differing) {
    const known = all.flatMap(({ instance }, at) => {
      const value = values[at];
      return value === undefined ? [] : [knownBefore(instance.linked.run, value, firstOrdinal(instance))];
    });
    const share = known.filter(Boolean).length / known.length;
    if (share >= minShare && share > (best?.share ?? 0))
      best = { where: { ...field, wanted: { kind: 'given', values } }, share };
  }
  return best?.where ?? null;
}

/**
 * What a field of the elements says about which of them are used: that it is, or is not, one value, nearly always the
 * same; else one that an earlier result holds; else one that differs and was known before the first call. Null where nothing does, or
 * too few task groups passed over an element.
 * @param choices of each occurrence, in order
 * @param before the step whose calls were made for the elements
 */
export function whereOf(
  choices: readonly Choice[],
  instances: readonly Instance[],
  before: number,
): LearntWhere | null {
  const all = choices.flatMap((choice, at): Seen[] => {
    const instance = instances[at];
    return instance ? [{ ...choice, instance }] : [];
  });
  const telling = all.filter(({ used, passed }) => used.length > 0 && passed.length > 0);
  if (new Set(telling.map(({ instance }) => instance.linked.run.group)).size < minGroups) return null;
  const fields = fieldsToTry(telling);
  for (const field of fields) {
    const value = oneValue(field, telling, all);
    if (value !== undefined) return { ...field, wanted: { kind: 'const', value } };
  }
  const differing = fields.flatMap((field) => {
    const values = differingValues(field, all);
    return values === null ? [] : [{ field, values }];
  });
  for (const { field, values } of differing) {
    const wanted = standingAt(all, values, before);
    if (wanted) return { ...field, wanted };
  }
  return askedFor(all, differing);
}
