import type { JsonValue } from '../../json.js';
import { valueKey } from './values.js';
import { type Bindings, movedOperand, type Operand, type Wanted, wantedValue } from './where.js';

/** A condition: that a parameter, or what an earlier result holds, is or is not what is wanted; or that a parameter is given. */
export type When =
  | { readonly kind: 'compare'; readonly of: Wanted; readonly is: boolean; readonly wanted: Operand }
  | { readonly kind: 'given'; readonly name: string };

export function fulfils(when: When, input: Bindings, results: readonly (JsonValue | undefined)[]): boolean {
  if (when.kind === 'given') return input[when.name] !== undefined;
  const [found, wanted] = [when.of, when.wanted].map((one) => wantedValue(one, input, results));
  return (found !== undefined && wanted !== undefined && valueKey(found) === valueKey(wanted)) === when.is;
}

/** What a condition looks at. */
export function operandsOf(when: When): readonly Operand[] {
  return when.kind === 'given' ? [{ kind: 'param', name: when.name }] : [when.of, when.wanted];
}

/** The same where the steps have other numbers. */
export function movedWhen(when: When, moved: (step: number) => number): When {
  if (when.kind === 'given') return when;
  return { ...when, of: movedOperand(when.of, moved), wanted: movedOperand(when.wanted, moved) };
}
