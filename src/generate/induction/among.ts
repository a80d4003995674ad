import type { JsonValue } from '../../json.js';
import { type Change, changed, changesTo } from './changes.js';
import { fieldsToTry, type LearntOperand, ruleOf, type Sight } from './filters.js';
import { type Instance, slotOf } from './flows.js';
import {
  type Element,
  elementsAt,
  elementValue,
  isEmptyValue,
  listsIn,
  type Path,
  scalarsAt,
  valueKey,
} from './values.js';
import { type Field, fits } from './where.js';

/** How an argument is made of some elements of a list. */
interface Way {
  readonly step: number;
  readonly list: Path;
  readonly field: Field;
  readonly change: Change;
}

/** An argument that is made of those elements of a list that a condition leaves, as it was learnt. */
export interface LearntAmong extends Way {
  readonly wanted: LearntOperand;
}

/** From so many occurrences ways are gathered; the others judge them. */
const sample = 12;
/** Of these a way must stand in at least this share, with more than one element where it makes one value of them. */
const minListShare = 0.75;
const minValueShare = 0.5;
const minGroups = 3;
const maxElements = 60;
const maxWays = 200;
/** The element that is the extreme among some is soon one by chance. */
const minExtremeGroups = 8;

interface Target {
  readonly step: number;
  readonly slot: string;
}

function elementsIn(result: JsonValue | undefined, list: Path): Element[] {
  const elements = elementsAt(result, list);
  return elements.length > maxElements || elements.some((one) => one.key !== null) ? [] : elements;
}

function listOf(instance: Instance, step: number, list: Path): Element[] {
  return elementsIn(instance.calls[step]?.[0]?.result, list);
}

/** The values that a field has in a list, each once. */
function valuesOf(elements: readonly Element[], by: Path): JsonValue[] {
  const values = elements.flatMap((one) => {
    const value = elementValue(one, by);
    return value === undefined || typeof value === 'object' ? [] : [[valueKey(value), value] as const];
  });
  return [...new Map(values).values()];
}

function left(elements: readonly Element[], field: Field, value: JsonValue): JsonValue[] {
  return elements.filter((one) => fits(field, one, value)).map((one) => one.value);
}

/** Whether an argument can be made of some of the elements at all: most can not, and this is soon seen. */
function isAtHand(wanted: JsonValue, elements: readonly Element[]): boolean {
  const fields = elements.flatMap((one) => scalarsAt(one.value).map(({ value }) => value));
  if (Array.isArray(wanted)) {
    const keys = new Set(fields.map(valueKey));
    return wanted.every((one) => keys.has(valueKey(one)));
  }
  if (typeof wanted === 'number') return fields.some((one) => typeof one === 'number');
  return typeof wanted === 'string' && fields.some((one) => wanted.startsWith(String(one)));
}

interface KnownWay extends Omit<Way, 'step'> {
  /** the same for the same way */
  readonly text: string;
}

// A result is looked through for every flow that it is part of.
const waysByResult = new WeakMap<object, Map<string, readonly KnownWay[]>>();

function findWays(result: JsonValue, wanted: JsonValue, key: string): KnownWay[] {
  const found = new Map<string, KnownWay>();
  const keys = new Set([key]);
  for (const list of listsIn(result)) {
    const elements = elementsIn(result, list);
    if (!isAtHand(wanted, elements)) continue;
    for (const field of fieldsToTry(elements[0]?.value ?? null)) {
      for (const value of valuesOf(elements, field.by)) {
        const some = left(elements, field, value);
        for (const { change } of changesTo(some, keys)) {
          // One element is its own sum, and the least of itself.
          if (some.length < 2 && change.op !== 'collect') continue;
          const way = { list, field, change };
          const text = JSON.stringify(way);
          found.set(text, { ...way, text });
        }
      }
    }
  }
  return [...found.values()];
}

/** Every way in which some elements of a list in a result give a value. */
function waysTo(result: JsonValue, wanted: JsonValue): readonly KnownWay[] {
  if (typeof result !== 'object' || result === null) return [];
  const known = waysByResult.get(result) ?? new Map<string, readonly KnownWay[]>();
  waysByResult.set(result, known);
  const key = valueKey(wanted);
  const ways = known.get(key) ?? findWays(result, wanted, key);
  known.set(key, ways);
  return ways;
}

/** Every way in which some elements of an earlier list give the argument in one occurrence, by an id. */
function waysIn(instance: Instance, target: Target, steps: readonly number[]): Map<string, Way> {
  const wanted = slotOf(instance, target)?.value;
  if (wanted === undefined || isEmptyValue(wanted)) return new Map();
  const ways = steps.flatMap((step) =>
    waysTo(instance.calls[step]?.[0]?.result ?? null, wanted).map(
      ({ text, ...way }) => [`${step} ${text}`, { step, ...way }] as const,
    ),
  );
  return new Map(ways);
}

/** The ways that hold in enough of the occurrences to be worth a closer look. */
function commonWays(instances: readonly Instance[], target: Target, steps: readonly number[]): Way[] {
  const counts = new Map<string, { way: Way; count: number }>();
  for (const instance of instances) {
    for (const [id, way] of waysIn(instance, target, steps)) {
      const known = counts.get(id) ?? { way, count: 0 };
      counts.set(id, known);
      known.count += 1;
    }
  }
  return [...counts.values()].flatMap(({ way, count }) => {
    const share = way.change.op === 'collect' ? minListShare : minValueShare;
    return count >= instances.length * share ? [way] : [];
  });
}

function sightOf({ step, list, field, change }: Way, target: Target, instance: Instance): Sight {
  const wanted = slotOf(instance, target)?.value ?? null;
  const elements = listOf(instance, step, list);
  const holdsWith = (value: JsonValue): boolean => {
    const made = changed(change, left(elements, field, value));
    return made !== undefined && valueKey(made) === valueKey(wanted);
  };
  const values = valuesOf(elements, field.by).filter(holdsWith);
  return {
    instance,
    shows: !isEmptyValue(wanted),
    passes: values.some((value) => left(elements, field, value).length < elements.length),
    values,
    holdsWith,
  };
}

function isExtreme({ change }: Way): boolean {
  return change.op === 'least' || change.op === 'most';
}

/** Whether a list is made of more than one element somewhere; of one value, whether it also holds where one element is left. */
function isLikely(way: Way, target: Target, instances: readonly Instance[]): boolean {
  const { step, list, field } = way;
  const sights = instances.map((instance) => sightOf(way, target, instance)).filter(({ values }) => values.length > 0);
  if (way.change.op !== 'collect') return sights.length >= instances.length * minListShare;
  return sights.some(({ instance, values }) =>
    values.some((value) => left(listOf(instance, step, list), field, value).length > 1),
  );
}

/**
 * The condition and the change by which an argument is made of some elements of an earlier list (the ids of those in the state
 * that was asked for, their sum, the cheapest of them). Null where there is none.
 * @param steps earlier ones with one call each
 */
export function amongOf(instances: readonly Instance[], target: Target, steps: readonly number[]): LearntAmong | null {
  const shown = instances.filter((one) => !isEmptyValue(slotOf(one, target)?.value ?? null));
  if (steps.length === 0 || shown.length < minGroups) return null;
  const looked = shown.slice(0, sample);
  const seen = commonWays(looked, target, steps)
    .slice(0, maxWays)
    .filter((what) => isLikely(what, target, looked))
    .map((what) => ({ what, sights: instances.map((instance) => sightOf(what, target, instance)) }));
  const enough = seen.filter(({ what, sights }) => {
    if (!isExtreme(what)) return true;
    const groups = sights.filter(({ passes }) => passes).map(({ instance }) => instance.linked.run.group);
    return new Set(groups).size >= minExtremeGroups;
  });
  const rule = ruleOf(enough, target.step);
  return rule && { ...rule.what, wanted: rule.wanted };
}
