import { withSteps } from './expr.js';
import type { Occurrence } from './match.js';
import { type Link, type Over, type Program, paramsOf, sourcesOf, type When } from './program.js';
import { groupsIn, tellingCondition } from './tell-apart.js';
import { movedWhere } from './where.js';

const minGroupsEach = 3;

/** The same list of elements where the steps have other numbers. */
function movedOver(over: Over | null, moved: (step: number) => number): Over | null {
  if (over?.kind !== 'result') return over;
  return { ...over, step: moved(over.step), where: over.where && movedWhere(over.where, moved) };
}

/** The order in which to look for all steps but one, each linked to one before it; null where they do not hang together. */
function orderWithout(program: Program, links: readonly Link[], left: number): number[] | null {
  const steps = program.order.filter((step) => step !== left);
  const order = steps.slice(0, 1);
  while (order.length < steps.length) {
    const next = steps.find(
      (step) =>
        !order.includes(step) &&
        links.some(
          (one) => (one.to === step && order.includes(one.from)) || (one.from === step && order.includes(one.to)),
        ),
    );
    if (next === undefined) return null;
    order.push(next);
  }
  return order;
}

/** What a program is without one of its steps; null where another step needs it, or it brings a parameter of its own. */
export function without(program: Program, left: number): Program | null {
  const step = program.steps[left];
  if (!step || program.steps.length < 3 || step.when !== null) return null;
  const others = program.steps.filter((one) => one !== step);
  if (others.some((one) => sourcesOf(one).includes(left) || one.when?.step === left)) return null;
  const kept = new Set(others.flatMap(paramsOf));
  if (paramsOf(step).some((name) => !kept.has(name))) return null;
  const links = program.links.filter((one) => one.from !== left && one.to !== left);
  const order = orderWithout(program, links, left);
  if (order === null) return null;
  const moved = (at: number): number => (at > left ? at - 1 : at);
  return {
    params: program.params.map((one) => ({ ...one, step: moved(one.step) })),
    steps: others.map((one) => ({
      ...one,
      over: movedOver(one.over, moved),
      args: one.args.map((arg) => ({ ...arg, expr: withSteps(arg.expr, moved) })),
      when: one.when && { ...one.when, step: moved(one.when.step) },
    })),
    links: links.map((one) => ({ ...one, from: moved(one.from), to: moved(one.to) })),
    order: order.map(moved),
    sure: program.sure.filter((one) => one.step !== left).map((one) => ({ ...one, step: moved(one.step) })),
    guard: null,
  };
}

/**
 * When an optional step is made: the condition on an earlier result that every occurrence with the step fulfils and none
 * without it. Null where there is none, or too few task groups of either sort to tell.
 */
function whenOf(having: readonly Occurrence[], lacking: readonly Occurrence[], before: number): When | null {
  if (groupsIn(having) < minGroupsEach || groupsIn(lacking) < minGroupsEach) return null;
  return tellingCondition(having, lacking, {
    before,
    results: (one) => one.steps.map((calls) => calls[0]?.result ?? null),
  });
}

/**
 * The program with one step made only when an earlier result says so, learnt from training occurrences alone: of the whole,
 * and of the program without the step.
 * @param left the step
 */
export function withOptional(
  program: Program,
  left: number,
  found: { readonly whole: readonly Occurrence[]; readonly short: readonly Occurrence[] },
): Program | null {
  const calls = new Set(found.whole.flatMap((one) => one.calls));
  const having = found.short.filter((one) => one.calls.every((call) => calls.has(call)));
  const lacking = found.short.filter((one) => !one.calls.some((call) => calls.has(call)));
  const when = whenOf(having, lacking, left);
  if (when === null) return null;
  const steps = program.steps.map((one, at) => (at === left ? { ...one, when } : one));
  const order = orderWithout(
    program,
    program.links.filter((one) => one.from !== left && one.to !== left),
    left,
  );
  return order && { ...program, steps, order: [...order, left] };
}
