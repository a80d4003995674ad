import type { JsonValue } from '../../json.js';
import type { CorpusCall } from './corpus.js';
import { type Element, elementsAt, elementValue, type Path, valueAt, valueKey } from './values.js';

/** What an element is selected by: a parameter, or a value in an earlier result. */
export type Wanted =
  | { readonly kind: 'param'; readonly name: string }
  | { readonly kind: 'get'; readonly step: number; readonly path: Path };

/** What something is compared with. */
export type Operand = Wanted | { readonly kind: 'const'; readonly value: JsonValue };

export type Bindings = Readonly<Record<string, JsonValue>>;

export function wantedValue(
  wanted: Operand,
  input: Bindings,
  results: readonly (JsonValue | undefined)[],
): JsonValue | undefined {
  if (wanted.kind === 'const') return wanted.value;
  return wanted.kind === 'param' ? input[wanted.name] : valueAt(results[wanted.step], wanted.path);
}

/** A field that tells elements, by being, or not being, what is wanted. */
export interface Field {
  readonly by: Path;
  readonly is: boolean;
}

/** A condition on a field of an element: that it is, or is not, what is wanted. */
export interface Where extends Field {
  readonly wanted: Operand;
}

/** The same where the steps have other numbers. */
export function movedOperand<Of extends Operand>(operand: Of, moved: (step: number) => number): Of {
  return operand.kind === 'get' ? { ...operand, step: moved(operand.step) } : operand;
}

export function movedWhere(where: Where, moved: (step: number) => number): Where {
  return { ...where, wanted: movedOperand(where.wanted, moved) };
}

/** Whether a field of an element is, or is not, a value. */
export function fits({ by, is }: Field, element: Element, value: JsonValue): boolean {
  const found = elementValue(element, by);
  return (found !== undefined && valueKey(found) === valueKey(value)) === is;
}

/** The elements that a condition leaves; undefined where what is wanted is missing. */
export function kept(
  where: Where | null,
  elements: readonly Element[],
  at: { readonly input: Bindings; readonly results: readonly (JsonValue | undefined)[] },
): readonly Element[] | undefined {
  if (where === null) return elements;
  const value = wantedValue(where.wanted, at.input, at.results);
  return value === undefined ? undefined : elements.filter((one) => fits(where, one, value));
}

/** Which elements of a list were used, and which were passed over. */
export interface Choice {
  readonly used: readonly Element[];
  readonly passed: readonly Element[];
}

/** The elements themselves, or those of the list that each of them has. */
export function innerOf(elements: readonly Element[], inner: Path | null): readonly Element[] {
  return inner === null ? elements : elements.flatMap((one) => elementsAt(one.value, inner));
}

/**
 * Which elements had one of these calls, by what an argument of it has of the element; where the calls are for the elements of a
 * list that it has, all of these or none, so that one with an empty list says nothing.
 */
export function choiceOf(
  elements: readonly Element[],
  calls: readonly CorpusCall[],
  { slot, rest, inner }: { readonly slot: string; readonly rest: Path; readonly inner: Path | null },
): Choice {
  const keys = new Set(calls.map((call) => call.slots.find((one) => one.name === slot)?.key));
  const isUsed = (element: Element): boolean => {
    const target = elementValue(element, rest);
    return target !== undefined && keys.has(valueKey(target));
  };
  const parts = elements.map((one) => ({ one, of: innerOf([one], inner) })).filter(({ of }) => of.length > 0);
  return {
    used: parts.flatMap(({ one, of }) => (of.every(isUsed) ? [one] : [])),
    passed: parts.flatMap(({ one, of }) => (of.some(isUsed) ? [] : [one])),
  };
}

/** The value that a field has, or has not, in exactly the elements that were used; undefined where there is none. */
export function tellingValue(field: Field, { used, passed }: Choice): JsonValue | undefined {
  const [first] = field.is ? used : passed;
  const value = first && elementValue(first, field.by);
  if (value === undefined || typeof value === 'object') return undefined;
  const tells = used.every((one) => fits(field, one, value)) && !passed.some((one) => fits(field, one, value));
  return tells ? value : undefined;
}
