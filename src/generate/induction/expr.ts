import type { JsonValue } from '../../json.js';
import { type Change, changed } from './changes.js';
import { type Made, make, type Part, partsOf } from './made.js';
import { elementsAt, elementValue, type Path, valueAt, valueKey } from './values.js';
import { type Bindings, kept, movedOperand, movedWhere, type Operand, type Where, wantedValue } from './where.js';

/** What stands at a path of an earlier result, changed. */
export interface Get {
  readonly kind: 'get';
  readonly step: number;
  readonly path: Path;
  readonly change: Change | null;
}

/** Of those elements of a list that a condition leaves, what the change makes of them. */
export interface Among {
  readonly kind: 'among';
  readonly step: number;
  readonly list: Path;
  readonly where: Where;
  readonly change: Change;
}

/** Where an argument's value comes from. */
export type Expr =
  | { readonly kind: 'param'; readonly name: string }
  | { readonly kind: 'const'; readonly value: JsonValue }
  | Get
  /** what was given, else what an earlier result holds */
  | { readonly kind: 'default'; readonly name: string; readonly from: Get }
  /** of the list's elements the first whose `by` is as wanted: its `get` */
  | {
      readonly kind: 'select';
      readonly step: number;
      readonly list: Path;
      readonly by: Path;
      readonly get: Path;
      readonly wanted: Operand;
    }
  | Among
  /** inside a map: of the element that the call is made for */
  | { readonly kind: 'item'; readonly path: Path }
  | Made;

export function isMade(expr: Expr): expr is Made {
  return expr.kind === 'text' || expr.kind === 'number';
}

/** The steps whose results an argument is made of. */
export function stepsIn(expr: Expr): number[] {
  if (isMade(expr)) return partsOf(expr).flatMap((part) => (part.kind === 'get' ? [part.step] : []));
  if (expr.kind === 'get') return [expr.step];
  if (expr.kind === 'default') return [expr.from.step];
  if (expr.kind === 'among') return [expr.step, ...(expr.where.wanted.kind === 'get' ? [expr.where.wanted.step] : [])];
  if (expr.kind !== 'select') return [];
  return expr.wanted.kind === 'get' ? [expr.step, expr.wanted.step] : [expr.step];
}

/** The parameters that an argument is made of. */
export function paramsIn(expr: Expr): string[] {
  if (isMade(expr)) return partsOf(expr).flatMap((part) => (part.kind === 'param' ? [part.name] : []));
  if (expr.kind === 'param' || expr.kind === 'default') return [expr.name];
  if (expr.kind === 'among') return expr.where.wanted.kind === 'param' ? [expr.where.wanted.name] : [];
  return expr.kind === 'select' && expr.wanted.kind === 'param' ? [expr.wanted.name] : [];
}

/** The same argument where the steps have other numbers. */
export function withSteps(expr: Expr, moved: (step: number) => number): Expr {
  const part = (one: Part): Part => (one.kind === 'get' ? { ...one, step: moved(one.step) } : one);
  switch (expr.kind) {
    case 'get':
      return { ...expr, step: moved(expr.step) };
    case 'default':
      return { ...expr, from: { ...expr.from, step: moved(expr.from.step) } };
    case 'text':
      return { ...expr, parts: expr.parts.map(part) };
    case 'number':
      return { ...expr, left: part(expr.left), right: part(expr.right) };
    case 'select':
      return { ...expr, step: moved(expr.step), wanted: movedOperand(expr.wanted, moved) };
    case 'among':
      return { ...expr, step: moved(expr.step), where: movedWhere(expr.where, moved) };
    default:
      return expr;
  }
}

export type Item = { readonly key: string | null; readonly value: JsonValue };

function selected(
  expr: Extract<Expr, { kind: 'select' }>,
  input: Bindings,
  results: readonly JsonValue[],
): JsonValue | undefined {
  const value = wantedValue(expr.wanted, input, results);
  if (value === undefined) return undefined;
  const found = elementsAt(results[expr.step], expr.list).find((one) => {
    const by = elementValue(one, expr.by);
    return by !== undefined && valueKey(by) === valueKey(value);
  });
  return found && elementValue(found, expr.get);
}

/** The value at the path of a source, changed as it says. */
export function got(
  result: JsonValue | undefined,
  { path, change }: { readonly path: Path; readonly change: Change | null },
): JsonValue | undefined {
  const value = valueAt(result, path);
  return change === null ? value : changed(change, value);
}

function partValue(part: Part, input: Bindings, results: readonly JsonValue[]): JsonValue | undefined {
  if (part.kind === 'const') return part.value;
  return part.kind === 'get' ? got(results[part.step], part) : got(input[part.name], { path: [], change: part.change });
}

/** The value of an argument; undefined where it is missing. */
export function evaluate(
  expr: Expr,
  input: Bindings,
  results: readonly JsonValue[],
  item: Item | null,
): JsonValue | undefined {
  switch (expr.kind) {
    case 'param':
      return input[expr.name];
    case 'const':
      return expr.value;
    case 'get':
      return got(results[expr.step], expr);
    case 'default':
      return input[expr.name] ?? got(results[expr.from.step], expr.from);
    case 'item':
      return item ? elementValue(item, expr.path) : undefined;
    case 'select':
      return selected(expr, input, results);
    case 'among': {
      const elements = kept(expr.where, elementsAt(results[expr.step], expr.list), { input, results });
      return (
        elements &&
        changed(
          expr.change,
          elements.map((one) => one.value),
        )
      );
    }
    case 'text':
    case 'number':
      return make(expr, (part) => partValue(part, input, results));
  }
}
