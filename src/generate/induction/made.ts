import type { JsonValue } from '../../json.js';
import type { Change } from './changes.js';
import type { Path } from './values.js';

/** What an argument is put together from: a fixed text or number, a parameter, what stands in an earlier result. */
export type Part =
  | { readonly kind: 'const'; readonly value: string | number }
  | { readonly kind: 'param'; readonly name: string; readonly change: Change | null }
  | { readonly kind: 'get'; readonly step: number; readonly path: Path; readonly change: Change | null };

export const operators = ['+', '-', '*'] as const;
export type Operator = (typeof operators)[number];

/** How a number is written: as it comes, to two decimal places, as text, as text with two decimal places. */
export const numberForms = ['plain', 'cents', 'text', 'fixed'] as const;
export type NumberForm = (typeof numberForms)[number];

export interface MadeText {
  readonly kind: 'text';
  /** one after the other */
  readonly parts: readonly Part[];
}

export interface MadeNumber {
  readonly kind: 'number';
  readonly op: Operator;
  readonly left: Part;
  readonly right: Part;
  readonly form: NumberForm;
}

/** An argument that is made of more than one value. */
export type Made = MadeText | MadeNumber;

export function partsOf(made: Made): readonly Part[] {
  return made.kind === 'text' ? made.parts : [made.left, made.right];
}

export function counted(op: Operator, left: number, right: number): number {
  return op === '+' ? left + right : op === '-' ? left - right : left * right;
}

export function formed(value: number, form: NumberForm): string | number {
  switch (form) {
    case 'plain':
      return value;
    case 'cents':
      return Number(value.toFixed(2));
    case 'text':
      return String(value);
    case 'fixed':
      return value.toFixed(2);
  }
}

/** @returns undefined where a part is missing, or is not what can be put together so */
export function make(made: Made, value: (part: Part) => JsonValue | undefined): JsonValue | undefined {
  const values = partsOf(made).map(value);
  if (made.kind === 'text') {
    const texts = values.filter((one) => typeof one === 'string' || typeof one === 'number');
    return texts.length === values.length ? texts.join('') : undefined;
  }
  const [left, right] = values;
  return typeof left === 'number' && typeof right === 'number'
    ? formed(counted(made.op, left, right), made.form)
    : undefined;
}
