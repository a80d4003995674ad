import { contentId } from '../../hash.js';
import type { JsonObject, JsonValue } from '../../json.js';
import type { CorpusCall } from './corpus.js';
import { type Expr, evaluate, type Item, paramsIn, stepsIn } from './expr.js';
import type { Source } from './sources.js';
import { elementsAt, type Path, valueKey } from './values.js';
import { fulfils, operandsOf, type When } from './when.js';
import { type Bindings, innerOf, kept, type Operand, type Where } from './where.js';

/** Before this step the program stops, and says that something is missing, unless the condition is fulfilled. */
export interface Guard {
  readonly before: number;
  readonly when: When;
}

export type Over =
  | {
      readonly kind: 'result';
      readonly step: number;
      readonly list: Path;
      readonly where: Where | null;
      /** for the elements of the list that each element left has there */
      readonly inner: Path | null;
    }
  | { readonly kind: 'param'; readonly name: string };

export interface Argument {
  readonly slot: string;
  readonly keys: readonly string[];
  readonly expr: Expr;
}

/** One call, or one call for each element of a list. */
export interface Step {
  readonly tool: string;
  readonly label: string;
  /** name of the result in the payload */
  readonly name: string;
  readonly over: Over | null;
  /** made only then; its result is null otherwise */
  readonly when: When | null;
  readonly args: readonly Argument[];
}

export interface Param {
  readonly name: string;
  /** the argument that it feeds first, or the field that it selects by */
  readonly step: number;
  readonly slot: string;
  readonly role: 'argument' | 'selector' | 'filter' | 'list';
}

/** Flow that holds a pattern together: occurrences are found by it. */
export interface Link {
  readonly from: number;
  readonly to: number;
  readonly slot: string;
  readonly source: Source;
  readonly map: boolean;
}

export interface Program {
  readonly params: readonly Param[];
  readonly steps: readonly Step[];
  readonly links: readonly Link[];
  /** the order in which an occurrence is looked for: each step but the first is linked to one before it */
  readonly order: readonly number[];
  /** arguments that are as the program says wherever it stands: without them it is another flow */
  readonly sure: readonly { readonly step: number; readonly slot: string }[];
  readonly guard: Guard | null;
}

/** What a step compares with, but for its arguments. */
export function comparedIn({ over, when }: Step): readonly Operand[] {
  const where = over?.kind === 'result' && over.where ? [over.where.wanted] : [];
  return when === null ? where : [...where, ...operandsOf(when)];
}

/** The parameters that say whether, or for which elements, a step is made. */
export function decidingParams(step: Step): string[] {
  return comparedIn(step).flatMap((one) => (one.kind === 'param' ? [one.name] : []));
}

/** The parameters that a step needs. */
export function paramsOf(step: Step): string[] {
  const list = step.over?.kind === 'param' ? [step.over.name] : [];
  return [...list, ...decidingParams(step), ...step.args.flatMap(({ expr }) => paramsIn(expr))];
}

/** The steps whose results a step needs. */
export function sourcesOf(step: Step): number[] {
  const over = step.over?.kind === 'result' ? [step.over.step] : [];
  const compared = comparedIn(step).flatMap((one) => (one.kind === 'get' ? [one.step] : []));
  return [...over, ...compared, ...step.args.flatMap(({ expr }) => stepsIn(expr))];
}

/** The same program with its arguments made as `change` says. */
export function withExprs(program: Program, change: (argument: Argument, step: number) => Expr): Program {
  const steps = program.steps.map((one, step) => ({
    ...one,
    args: one.args.map((argument) => ({ ...argument, expr: change(argument, step) })),
  }));
  return { ...program, steps };
}

/** The same program where what a parameter gave is made as `instead` says. */
export function insteadOf(program: Program, name: string, instead: Expr): Program {
  return withExprs(program, ({ expr }) => (expr.kind === 'param' && expr.name === name ? instead : expr));
}

/** Whether a parameter may be left out, since an earlier result says what is meant then, or a step is not made then. */
export function isOptional(program: Program, name: string): boolean {
  return program.steps.some(
    ({ args, when }) =>
      (when?.kind === 'given' && when.name === name) ||
      args.some(({ expr }) => expr.kind === 'default' && expr.name === name),
  );
}

export interface RunResult {
  readonly status: 'ok' | 'missing';
  readonly payload: JsonObject | null;
}

function setAt(target: JsonObject, keys: readonly string[], value: JsonValue): void {
  let at = target;
  for (const key of keys.slice(0, -1)) {
    const next = (at[key] as JsonObject | undefined) ?? {};
    at[key] = next;
    at = next;
  }
  at[keys.at(-1) ?? ''] = value;
}

/** undefined where the recorded answers hold no such call. */
export type Answer = (tool: string, args: JsonObject) => JsonValue | undefined;

/**
 * Runs a program on the host, against recorded answers. The written code does the same in the sandbox.
 * @returns the payload; null where a value was missing or a call had no answer
 */
export function runProgram(program: Program, input: Bindings, answer: Answer): JsonObject | null {
  const results: JsonValue[] = [];
  const payload: JsonObject = {};
  const call = (step: Step, item: Item | null): JsonValue | undefined => {
    const args: JsonObject = {};
    for (const arg of step.args) {
      const value = evaluate(arg.expr, input, results, item);
      if (value === undefined) return undefined;
      setAt(args, arg.keys, value);
    }
    return answer(step.tool, args);
  };
  for (const [at, step] of program.steps.entries()) {
    if (program.guard?.before === at && !fulfils(program.guard.when, input, results)) return null;
    let result: JsonValue | undefined;
    if (step.when !== null && !fulfils(step.when, input, results)) result = null;
    else if (step.over === null) result = call(step, null);
    else {
      const { over } = step;
      const list =
        over.kind === 'param'
          ? elementsAt(input[over.name], [])
          : kept(over.where, elementsAt(results[over.step], over.list), { input, results });
      const elements = list && innerOf(list, over.kind === 'param' ? null : over.inner);
      const each = elements?.map((item) => call(step, item));
      result = !each || each.includes(undefined) ? undefined : each.filter((one) => one !== undefined);
    }
    if (result === undefined) return null;
    results.push(result);
    payload[step.name] = result;
  }
  return payload;
}

/** The results of an occurrence's calls, by step, as the program sees them. */
export function resultsOf(program: Program, steps: readonly (readonly CorpusCall[] | undefined)[]): JsonValue[] {
  return program.steps.map((step, at) => {
    const results = (steps[at] ?? []).map((call) => call.result);
    return step.over === null ? (results[0] ?? null) : results;
  });
}

/**
 * Replays a program against the calls of an occurrence.
 * @returns the payload where each of the calls was made once, with the same arguments, and no other; else null
 */
export function replay(program: Program, input: Bindings, calls: readonly CorpusCall[]): JsonObject | null {
  const left = new Map<string, JsonValue[]>();
  for (const call of calls) {
    const key = `${call.tool} ${valueKey(call.args)}`;
    left.set(key, [...(left.get(key) ?? []), call.result]);
  }
  let made = 0;
  const payload = runProgram(program, input, (tool, args) => {
    const result = left.get(`${tool} ${valueKey(args)}`)?.shift();
    if (result !== undefined) made += 1;
    return result;
  });
  return payload !== null && made === calls.length ? payload : null;
}

export function programId(program: Program): string {
  return contentId('program', JSON.parse(JSON.stringify(program)));
}
