import type { JsonValue } from '../../json.js';
import { type CorpusCall, type CorpusRun, knownBefore } from './corpus.js';
import { type Expr, evaluate, got } from './expr.js';
import { type Program, resultsOf } from './program.js';
import { elementsAt, elementValue, splitAtEach, valueKey } from './values.js';
import { choiceOf, tellingValue } from './where.js';

/** The calls of each step that was found so far. */
export type Bound = readonly (readonly CorpusCall[] | undefined)[];

/** What each parameter can have been, narrowed by each of its uses. */
class Possible {
  readonly #values = new Map<string, readonly JsonValue[]>();
  readonly uses = new Map<string, CorpusCall>();

  /** Says that a parameter was one of these; false where that cannot be. */
  narrow(name: string, values: readonly (JsonValue | undefined)[], use: CorpusCall): boolean {
    const given = new Map(values.flatMap((one) => (one === undefined ? [] : [[valueKey(one), one] as const])));
    const left = this.#values.get(name)?.filter((one) => given.has(valueKey(one))) ?? [...given.values()];
    this.#values.set(name, left);
    if (!this.uses.has(name)) this.uses.set(name, use);
    return left.length > 0;
  }

  /** One value for each: where several are possible, one that was known before the first call. */
  input(run: CorpusRun, first: number): Record<string, JsonValue> {
    const input: Record<string, JsonValue> = {};
    for (const [name, [likely, ...others]] of this.#values) {
      if (likely === undefined) continue;
      const known = others.length === 0 ? likely : [likely, ...others].find((one) => knownBefore(run, one, first));
      input[name] = known ?? likely;
    }
    return input;
  }
}

/** What the calls of a map tell of what was asked for. */
function filterValue(program: Program, bound: Bound, at: number): JsonValue | undefined {
  const over = program.steps[at]?.over;
  const link = program.links.find((one) => one.map && one.to === at);
  if (over?.kind !== 'result' || over.where === null || link?.source.kind !== 'result') return undefined;
  const { rest } = splitAtEach(link.source.path);
  const elements = elementsAt(bound[over.step]?.[0]?.result, over.list);
  return tellingValue(over.where, choiceOf(elements, bound[at] ?? [], { slot: link.slot, rest, inner: over.inner }));
}

/** The parameter of an argument and what it can have been, given the argument's value; null where there is nothing to tell. */
function asked(
  expr: Expr,
  value: JsonValue | undefined,
  results: readonly JsonValue[],
): { readonly name: string; readonly values: readonly (JsonValue | undefined)[] } | null {
  const isIt = (other: JsonValue | undefined): boolean =>
    value !== undefined && other !== undefined && valueKey(other) === valueKey(value);
  if (expr.kind === 'param') return { name: expr.name, values: [value] };
  if (expr.kind === 'default') {
    const usual = got(results[expr.from.step], expr.from);
    return isIt(usual) ? null : { name: expr.name, values: [value] };
  }
  if (expr.kind === 'among' && expr.where.wanted.kind === 'param') {
    const { name } = expr.where.wanted;
    const elements = elementsAt(results[expr.step], expr.list);
    const values = elements.flatMap((one) => elementValue(one, expr.where.by) ?? []);
    return { name, values: values.filter((one) => isIt(evaluate(expr, { [name]: one }, results, null))) };
  }
  if (expr.kind !== 'select' || expr.wanted.kind !== 'param') return null;
  const elements = elementsAt(results[expr.step], expr.list).filter((one) => isIt(elementValue(one, expr.get)));
  return { name: expr.wanted.name, values: elements.map((one) => elementValue(one, expr.by)) };
}

/** The parameters with which the program makes these calls, and the first call that each feeds; null where two uses of one disagree. */
export function inputOf(
  program: Program,
  run: CorpusRun,
  bound: Bound,
): { readonly input: Record<string, JsonValue>; readonly uses: ReadonlyMap<string, CorpusCall> } | null {
  const possible = new Possible();
  const results = resultsOf(program, bound);
  for (const [at, step] of program.steps.entries()) {
    const calls = bound[at] ?? [];
    const first = calls[0];
    if (!first && step.when !== null) continue;
    if (!first) return null;
    if (step.over?.kind === 'param') {
      const slot = step.args.find((one) => one.expr.kind === 'item')?.slot;
      const list = calls.map((call) => call.slots.find((one) => one.name === slot)?.value ?? null);
      if (!possible.narrow(step.over.name, [list], first)) return null;
    }
    const wanted = step.over?.kind === 'result' ? step.over.where?.wanted : undefined;
    if (wanted?.kind === 'param' && !possible.narrow(wanted.name, [filterValue(program, bound, at)], first))
      return null;
    for (const { slot, expr } of step.args) {
      const told = asked(expr, first.slots.find((one) => one.name === slot)?.value, results);
      if (told && !possible.narrow(told.name, told.values, first)) return null;
    }
  }
  const start = Math.min(...bound.flatMap((calls) => calls ?? []).map((call) => call.ordinal));
  return { input: possible.input(run, start), uses: possible.uses };
}
