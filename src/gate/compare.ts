import { isJsonObject, type JsonValue } from '../json.js';
import type { Observation, SpecTest } from '../specs/model.js';

/** What is wrong: `property` says it without any value (fit for hidden tests), `detail` with values. */
export interface Difference {
  readonly property: string;
  readonly detail: string;
}

const maxShown = 300;

export function show(value: JsonValue | undefined): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > maxShown ? `${text.slice(0, maxShown)}...` : text;
}

/** How much may still be looked at. Finding parts in lists takes the product of their lengths, and neither side is trusted. */
interface Effort {
  left: number;
}

const maxEffort = 3_000_000;

class TooMuchEffort extends Error {}

function spend(effort: Effort | undefined): void {
  if (effort === undefined) return;
  effort.left -= 1;
  if (effort.left < 0) throw new TooMuchEffort('too much to compare');
}

/** Equality of JSON values; the order of an object's keys does not count. */
export function sameJson(left: JsonValue, right: JsonValue, effort?: Effort): boolean {
  spend(effort);
  if (left === right) return true;
  if (Array.isArray(left))
    return (
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((item, index) => sameJson(item, right[index] ?? null, effort))
    );
  if (!isJsonObject(left) || !isJsonObject(right)) return false;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && sameJson(left[key] ?? null, right[key] ?? null, effort));
}

/** true where everything in `part` is in `whole`: keys of objects by name, elements of arrays anywhere in the array. */
export function containsJson(whole: JsonValue, part: JsonValue, effort?: Effort): boolean {
  spend(effort);
  if (Array.isArray(part))
    return Array.isArray(whole) && part.every((wanted) => whole.some((item) => containsJson(item, wanted, effort)));
  if (!isJsonObject(part)) return sameJson(whole, part, effort);
  return (
    isJsonObject(whole) &&
    Object.entries(part).every(
      ([key, wanted]) => Object.hasOwn(whole, key) && containsJson(whole[key] ?? null, wanted, effort),
    )
  );
}

/** A value as Python prints it, which is what texts of an imported test are looked for in. */
function pythonText(value: JsonValue, quoted = false): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return quoted ? `'${value}'` : value;
  if (Array.isArray(value)) return `[${value.map((item) => pythonText(item, true)).join(', ')}]`;
  if (!isJsonObject(value)) return String(value);
  const pairs = Object.entries(value).map(([key, item]) => `'${key}': ${pythonText(item, true)}`);
  return `{${pairs.join(', ')}}`;
}

function compareFields(expected: SpecTest['expected'], observed: Observation): Difference[] {
  const found: Difference[] = [];
  const present = isJsonObject(observed.payload) ? observed.payload : {};
  const at = (key: string): JsonValue | undefined => (Object.hasOwn(present, key) ? present[key] : undefined);
  for (const [key, wanted] of Object.entries(expected.payload_has ?? {})) {
    const value = at(key);
    if (value === undefined || !sameJson(value, wanted))
      found.push({ property: 'payload differs', detail: `expected ${key} to be ${show(wanted)}, got ${show(value)}` });
  }
  for (const [key, wanted] of Object.entries(expected.payload_text ?? {})) {
    const value = at(key);
    if (value === undefined || !pythonText(value).includes(wanted))
      found.push({
        property: 'payload lacks expected content',
        detail: `expected ${key} to contain ${show(wanted)}, got ${show(value)}`,
      });
  }
  if (expected.prov_len !== undefined && observed.prov.length !== expected.prov_len)
    found.push({
      property: 'prov has another length',
      detail: `expected ${expected.prov_len} entries in prov, got ${observed.prov.length}`,
    });
  if (expected.type !== undefined && observed.type !== expected.type)
    found.push({ property: 'type differs', detail: `expected type ${expected.type}, got ${observed.type ?? 'none'}` });
  return found;
}

/** Compares an observation with what a test expects. Empty where everything is as expected. */
export function compareWithExpected(expected: SpecTest['expected'], observed: Observation): Difference[] {
  try {
    return compareAll(expected, observed, { left: maxEffort });
  } catch (error) {
    if (!(error instanceof TooMuchEffort)) throw error;
    const property = 'the result takes too long to compare';
    return [{ property, detail: `${property}: expect less, or a smaller result` }];
  }
}

function compareAll(expected: SpecTest['expected'], observed: Observation, effort: Effort): Difference[] {
  const found: Difference[] = [];
  const { status, payload, payload_contains: contains, payload_keys: keys, prov_contains: provenance } = expected;
  const got = show(observed.payload);
  if (status !== undefined && observed.status !== status)
    found.push({ property: 'status differs', detail: `expected status ${status}, got ${observed.status}` });
  if (payload !== undefined && !sameJson(observed.payload, payload))
    found.push({ property: 'payload differs', detail: `expected payload ${show(payload)}, got ${got}` });
  if (contains !== undefined && !containsJson(observed.payload, contains, effort))
    found.push({
      property: 'payload lacks expected content',
      detail: `expected the payload to contain ${show(contains)}, got ${got}`,
    });
  const present = isJsonObject(observed.payload) ? observed.payload : {};
  const missing = (keys ?? []).filter((key) => !Object.hasOwn(present, key));
  if (missing.length > 0)
    found.push({ property: 'payload lacks expected keys', detail: `the payload lacks the keys ${missing.join(', ')}` });
  const uncited = (provenance ?? []).filter((wanted) => !observed.prov.some((item) => sameJson(item, wanted, effort)));
  if (uncited.length > 0)
    found.push({
      property: 'prov lacks expected entries',
      detail: `prov lacks ${show(uncited)}, got ${show(observed.prov)}`,
    });
  return [...found, ...compareFields(expected, observed)];
}
