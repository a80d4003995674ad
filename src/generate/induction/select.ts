import { isJsonObject, type JsonValue } from '../../json.js';
import { knownBefore } from './corpus.js';
import { type Instance, resultAt, slotOf } from './flows.js';
import {
  byText,
  type Element,
  elementsAt,
  elementValue,
  isIdentifier,
  isWeak,
  KEY,
  type Path,
  scalarsAt,
  splitAtEach,
  valueKey,
} from './values.js';
import type { Operand } from './where.js';

export interface Selector {
  readonly step: number;
  readonly list: Path;
  readonly get: Path;
  readonly by: Path;
}

const maxFieldDepth = 2;
const minFlowShare = 0.85;
const minFlowGroups = 3;
const sample = 20;

/** The scalar fields of an element, by path. */
export function fieldsOf(value: JsonValue, path: Path = []): Path[] {
  if (!isJsonObject(value)) return Array.isArray(value) || value === null || path.length === 0 ? [] : [path];
  if (path.length >= maxFieldDepth) return [];
  return Object.keys(value)
    .sort()
    .flatMap((key) => fieldsOf(value[key] ?? null, [...path, key]));
}

function fieldKeys(elements: readonly Element[], by: Path): string[] {
  return elements.map((one) => elementValue(one, by)).map((one) => (one === undefined ? '' : valueKey(one)));
}

export function firstOrdinal(instance: Instance): number {
  return Math.min(...instance.calls.flat().map((call) => call.ordinal));
}

interface Target {
  readonly step: number;
  readonly slot: string;
}

interface Member {
  readonly step: number;
  readonly path: Path;
}

/** The value of the field by which the element was told; undefined where no element, or more than one, has it. */
function tellingValue(instance: Instance, target: Target, selector: Selector): JsonValue | undefined {
  const slot = slotOf(instance, target);
  const elements = elementsAt(resultAt(instance, selector.step), selector.list);
  const at = elements.findIndex((one) => {
    const value = elementValue(one, selector.get);
    return value !== undefined && valueKey(value) === slot?.key;
  });
  const keys = fieldKeys(elements, selector.by);
  const element = elements[at];
  if (!element || keys.filter((one) => one === keys[at]).length > 1) return undefined;
  return elementValue(element, selector.by);
}

/** Every way to tell an element of one of the lists by a scalar field of it. */
function selectors(instances: readonly Instance[], members: readonly Member[]): Selector[] {
  return members.flatMap((member) => {
    const { list, rest } = splitAtEach(member.path);
    const fields = new Map<string, Path>();
    for (const instance of instances.slice(0, sample)) {
      for (const element of elementsAt(resultAt(instance, member.step), list).slice(0, sample)) {
        if (element.key !== null) fields.set(JSON.stringify([KEY]), [KEY]);
        for (const path of fieldsOf(element.value)) fields.set(JSON.stringify(path), path);
      }
    }
    fields.delete(JSON.stringify(rest));
    return [...fields].sort((a, b) => byText(a[0], b[0])).map(([, by]) => ({ step: member.step, list, get: rest, by }));
  });
}

/**
 * The sibling field by which an element is chosen from a list: of the fields that tell the element, the one that was known
 * most often before the first call. Null where the value itself was known at least as often, or no field in most occurrences.
 */
export function selectorByParam(
  instances: readonly Instance[],
  target: Target,
  members: readonly Member[],
): Selector | null {
  const known = (instance: Instance, value: JsonValue | undefined): boolean =>
    value !== undefined && knownBefore(instance.linked.run, value, firstOrdinal(instance));
  const itself = instances.filter((instance) => known(instance, slotOf(instance, target)?.value)).length;
  let best: { selector: Selector; count: number } | null = null;
  for (const selector of selectors(instances, members)) {
    const count = instances.filter((instance) => known(instance, tellingValue(instance, target, selector))).length;
    if (count > (best?.count ?? 0)) best = { selector, count };
  }
  return best && best.count > itself && best.count * 2 >= instances.length ? best.selector : null;
}

interface Place {
  readonly path: Path;
  readonly text: string;
}

// A result is looked through for every flow that it is part of.
const placesByResult = new WeakMap<object, ReadonlyMap<string, readonly Place[]>>();

/** Where each scalar of a result stands, by its key. */
function placesOf(result: JsonValue): ReadonlyMap<string, readonly Place[]> {
  if (!isJsonObject(result)) return new Map();
  const known = placesByResult.get(result);
  if (known) return known;
  const places = new Map<string, Place[]>();
  for (const { path, value } of scalarsAt(result)) {
    const list = places.get(valueKey(value)) ?? [];
    places.set(valueKey(value), list);
    list.push({ path, text: JSON.stringify(path) });
  }
  placesByResult.set(result, places);
  return places;
}

/** The results of earlier single calls that hold the value, as step and path. */
export function holders(
  instance: Instance,
  before: number,
  value: JsonValue,
): Map<string, { step: number; path: Path }> {
  const key = valueKey(value);
  const found = new Map<string, { step: number; path: Path }>();
  for (const [step, calls] of instance.calls.slice(0, before).entries()) {
    const [call] = calls;
    if (!call || calls.length > 1) continue;
    for (const { path, text } of placesOf(call.result).get(key) ?? []) found.set(`${step} ${text}`, { step, path });
  }
  return found;
}

interface Holding {
  readonly step: number;
  readonly path: Path;
  count: number;
  readonly values: Set<string>;
  /** the task groups in which there was another element to take */
  readonly chosenIn: Set<string>;
}

/**
 * The sibling field whose value an earlier result gives in nearly all occurrences, with more than one value among them (the
 * order whose item is the one that the ticket names).
 */
export function selectorByFlow(
  instances: readonly Instance[],
  target: Target,
  members: readonly Member[],
): (Selector & { readonly wanted: Extract<Operand, { kind: 'get' }> }) | null {
  for (const selector of selectors(instances, members)) {
    const counts = new Map<string, Holding>();
    for (const instance of instances) {
      const value = tellingValue(instance, target, selector);
      if (value === undefined || isWeak(value)) continue;
      const isChoice = elementsAt(resultAt(instance, selector.step), selector.list).length > 1;
      for (const [id, holder] of holders(instance, target.step, value)) {
        const seen = counts.get(id) ?? { ...holder, count: 0, values: new Set<string>(), chosenIn: new Set<string>() };
        counts.set(id, seen);
        seen.count += 1;
        seen.values.add(valueKey(value));
        if (isChoice) seen.chosenIn.add(instance.linked.run.group);
      }
    }
    const [best] = [...counts.values()]
      .filter(
        ({ count, values, chosenIn }) =>
          count >= instances.length * minFlowShare && values.size > 1 && chosenIn.size >= minFlowGroups,
      )
      .sort((a, b) => b.count - a.count || a.path.length - b.path.length || a.step - b.step);
    if (best) return { ...selector, wanted: { kind: 'get', step: best.step, path: best.path } };
  }
  return null;
}

/** By chance an element that is one of two is the one with the value in every second task group, one of three in every third. */
const maxChance = 0.01;

/** Whether elements of lists of these lengths can hardly all be told in one way, in so many task groups, without there being a rule. */
export function isNoChance(told: readonly { readonly instance: Instance; readonly of: number }[]): boolean {
  const groups = new Map(told.map(({ instance, of }) => [instance.linked.run.group, of]));
  return [...groups.values()].reduce((chance, of) => chance / of, 1) <= maxChance;
}

/**
 * The sibling field that has one value, no identifier, in the element that was taken, nearly always the same, and in no other
 * (the subscription that is active). Null where a person named the element itself, or where it may be so by chance.
 */
export function selectorByValue(
  instances: readonly Instance[],
  target: Target,
  members: readonly Member[],
): (Selector & { readonly wanted: Extract<Operand, { kind: 'const' }> }) | null {
  const isNamed = (instance: Instance): boolean => {
    const slot = slotOf(instance, target);
    return slot !== undefined && knownBefore(instance.linked.run, slot.value, firstOrdinal(instance));
  };
  if (instances.filter(isNamed).length * 2 > instances.length) return null;
  for (const selector of selectors(instances, members)) {
    const byKey = new Map<string, { value: JsonValue; told: { instance: Instance; of: number }[] }>();
    for (const instance of instances) {
      const value = tellingValue(instance, target, selector);
      if (value === undefined || typeof value === 'object' || isIdentifier(value)) continue;
      const of = elementsAt(resultAt(instance, selector.step), selector.list).length;
      const known = byKey.get(valueKey(value)) ?? { value, told: [] };
      byKey.set(valueKey(value), known);
      known.told.push({ instance, of });
    }
    const best = [...byKey.values()].find(({ told }) => told.length >= instances.length * minFlowShare);
    if (best && isNoChance(best.told)) return { ...selector, wanted: { kind: 'const', value: best.value } };
  }
  return null;
}
