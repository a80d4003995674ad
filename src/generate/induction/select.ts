import { isJsonObject, type JsonValue } from '../../json.js';
import { knownBefore } from './corpus.js';
import type { Instance } from './flows.js';
import { byText, type Element, elementsAt, elementValue, KEY, type Path, splitAtEach, valueKey } from './values.js';

export interface Selector {
  readonly step: number;
  readonly list: Path;
  readonly get: Path;
  readonly by: Path;
}

const maxFieldDepth = 2;

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

function firstOrdinal(instance: Instance): number {
  return Math.min(...instance.calls.flat().map((call) => call.ordinal));
}

/** How often a field tells the element, and was known before the first call. */
function knownBy(instances: readonly Instance[], target: { step: number; slot: string }, selector: Selector): number {
  let known = 0;
  for (const instance of instances) {
    const slot = instance.calls[target.step]?.[0]?.slots.find((one) => one.name === target.slot);
    const elements = elementsAt(instance.calls[selector.step]?.[0]?.result, selector.list);
    const at = elements.findIndex((one) => {
      const value = elementValue(one, selector.get);
      return value !== undefined && valueKey(value) === slot?.key;
    });
    const element = elements[at];
    const value = element && elementValue(element, selector.by);
    if (value === undefined) continue;
    const keys = fieldKeys(elements, selector.by);
    if (keys.filter((one) => one === keys[at]).length > 1) continue;
    if (knownBefore(instance.linked.run, value, firstOrdinal(instance))) known += 1;
  }
  return known;
}

/**
 * The sibling field by which an element is chosen from a list: of the fields that tell the element, the one that was known
 * most often before the first call. Null where the value itself was known at least as often, or no field in most occurrences.
 */
export function selectorFor(
  instances: readonly Instance[],
  step: number,
  slot: string,
  members: readonly { readonly step: number; readonly path: Path }[],
): Selector | null {
  const itself = instances.filter((instance) => {
    const value = instance.calls[step]?.[0]?.slots.find((one) => one.name === slot)?.value;
    return value !== undefined && knownBefore(instance.linked.run, value, firstOrdinal(instance));
  }).length;
  let best: { selector: Selector; known: number } | null = null;
  for (const member of members) {
    const { list, rest } = splitAtEach(member.path);
    const fields = new Map<string, Path>();
    for (const instance of instances.slice(0, 20)) {
      for (const element of elementsAt(instance.calls[member.step]?.[0]?.result, list).slice(0, 20)) {
        if (element.key !== null) fields.set(JSON.stringify([KEY]), [KEY]);
        for (const path of fieldsOf(element.value)) fields.set(JSON.stringify(path), path);
      }
    }
    for (const [id, by] of [...fields].sort((a, b) => byText(a[0], b[0]))) {
      if (id === JSON.stringify(rest)) continue;
      const selector = { step: member.step, list, get: rest, by };
      const known = knownBy(instances, { step, slot }, selector);
      if (known > (best?.known ?? 0)) best = { selector, known };
    }
  }
  return best && best.known > itself && best.known * 2 >= instances.length ? best.selector : null;
}
