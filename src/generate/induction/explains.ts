import { evaluate, stepsIn } from './expr.js';
import type { Occurrence } from './match.js';
import { type Argument, type Program, resultsOf } from './program.js';
import { valueKey } from './values.js';

/** Whether an argument of a step is what the program says, in the calls of an occurrence. */
export function explains(
  program: Program,
  argument: Argument,
  step: number,
  one: Pick<Occurrence, 'steps' | 'input'>,
): boolean {
  if (one.steps[step]?.length === 0) return true;
  const call = one.steps[step]?.[0];
  const recorded = call?.slots.find((slot) => slot.name === argument.slot);
  if (!call || !recorded) return false;
  const { expr } = argument;
  if (expr.kind === 'item' || expr.kind === 'param') return true;
  const early = stepsIn(expr).every((from) => {
    const calls = one.steps[from] ?? [];
    return calls.length > 0 && calls.every(({ resultOrdinal }) => resultOrdinal < call.ordinal);
  });
  if (!early) return false;
  const results = resultsOf(program, one.steps);
  const value = evaluate(expr, one.input, results, null);
  return value !== undefined && valueKey(value) === recorded.key;
}

/** Whether all arguments that make the program what it is are as it says. */
export function isSure(program: Program, one: Pick<Occurrence, 'steps' | 'input'>): boolean {
  return program.sure.every(({ step, slot }) => {
    const argument = program.steps[step]?.args.find((each) => each.slot === slot);
    return argument === undefined || explains(program, argument, step, one);
  });
}
