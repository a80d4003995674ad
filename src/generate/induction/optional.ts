import { knownBefore } from './corpus.js';
import { withSteps } from './expr.js';
import type { Destructive, Occurrence } from './match.js';
import { type Link, type Over, type Program, paramsOf, type Step, sourcesOf } from './program.js';
import { groupsIn, tellingCondition } from './tell-apart.js';
import { movedWhen, operandsOf, type When } from './when.js';
import { movedWhere } from './where.js';

const minGroupsEach = 3;

/** The same list of elements where the steps have other numbers. */
function movedOver(over: Over | null, moved: (step: number) => number): Over | null {
  if (over?.kind !== 'result') return over;
  return { ...over, step: moved(over.step), where: over.where && movedWhere(over.where, moved) };
}

function movedStep(step: Step, moved: (step: number) => number): Step {
  return {
    ...step,
    over: movedOver(step.over, moved),
    args: step.args.map((arg) => ({ ...arg, expr: withSteps(arg.expr, moved) })),
    when: step.when && movedWhen(step.when, moved),
  };
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

/** The parameters that only one of the steps needs. */
function ownParams(program: Program, at: number): string[] {
  const others = new Set(program.steps.flatMap((one, step) => (step === at ? [] : paramsOf(one))));
  return [...new Set(program.steps[at] ? paramsOf(program.steps[at]) : [])].filter((name) => !others.has(name));
}

/** What a program is without one of its steps; null where another step needs it. */
function without(program: Program, left: number): Program | null {
  const step = program.steps[left];
  if (!step || program.steps.length < 3 || step.when !== null) return null;
  const others = program.steps.filter((one) => one !== step);
  if (others.some((one) => sourcesOf(one).includes(left))) return null;
  const own = ownParams(program, left);
  const links = program.links.filter((one) => one.from !== left && one.to !== left);
  const order = orderWithout(program, links, left);
  if (order === null) return null;
  const moved = (at: number): number => (at > left ? at - 1 : at);
  return {
    params: program.params.filter((one) => !own.includes(one.name)).map((one) => ({ ...one, step: moved(one.step) })),
    steps: others.map((one) => movedStep(one, moved)),
    links: links.map((one) => ({ ...one, from: moved(one.from), to: moved(one.to) })),
    order: order.map(moved),
    sure: program.sure.filter((one) => one.step !== left).map((one) => ({ ...one, step: moved(one.step) })),
    guard: null,
  };
}

/**
 * When an optional step is made: the condition on what was known before that every occurrence with the step fulfils and none
 * without it. Null where there is none, or too few task groups of either sort to tell.
 */
function whenOf(having: readonly Occurrence[], lacking: readonly Occurrence[], before: number): When | null {
  return tellingCondition(having, lacking, {
    before,
    results: (one) => one.steps.map((calls) => calls[0]?.result ?? null),
    withInput: true,
  });
}

/**
 * The parameter that only this step needs, as its argument: it may be that the step is made where the caller gives it. Undefined
 * where it was not known before the first call in every occurrence, so that no caller gave it.
 */
function givenParam(program: Program, left: number, whole: readonly Occurrence[]): string | undefined {
  const [name, ...more] = ownParams(program, left);
  const step = program.steps[left];
  const isArgument = step?.args.some(({ expr }) => expr.kind === 'param' && expr.name === name);
  if (name === undefined || more.length > 0 || !isArgument || step?.over !== null) return undefined;
  const isKnown = ({ run, input, calls }: Occurrence): boolean => {
    const value = input[name];
    return value !== undefined && knownBefore(run, value, Math.min(...calls.map((call) => call.ordinal)));
  };
  return whole.every(isKnown) ? name : undefined;
}

/** Links between steps that need the same parameter, or the result of one another: they hang together by these too. */
function impliedLinks({ steps }: Program): Link[] {
  const links: Link[] = [];
  for (const [to, { args, over }] of steps.entries()) {
    for (const { slot, expr } of over === null ? args : []) {
      if (expr.kind === 'get' && steps[expr.step]?.over === null) {
        const source = { kind: 'result', path: expr.path, change: expr.change } as const;
        links.push({ from: expr.step, to, slot, source, map: false });
      }
      if (expr.kind !== 'param') continue;
      for (const [from, earlier] of steps.slice(0, to).entries()) {
        const same = earlier.args.find((one) => one.expr.kind === 'param' && one.expr.name === expr.name);
        if (!same || earlier.over !== null) continue;
        links.push({ from, to, slot, source: { kind: 'argument', slot: same.slot }, map: false });
      }
    }
  }
  return links;
}

/** The program whose other steps are as in a mended one without the step. */
function widened(program: Program, left: number, short: Program): Program {
  const back = (at: number): number => (at >= left ? at + 1 : at);
  const others = short.steps.map((one) => movedStep(one, back));
  const steps = program.steps.flatMap((one, at) => (at === left ? [one] : (others[at > left ? at - 1 : at] ?? [])));
  const own = program.links.filter((one) => one.from === left || one.to === left);
  const kept = short.params.map((one) => ({ ...one, step: back(one.step) }));
  const needed = new Set(steps.flatMap(paramsOf));
  const more = program.params.filter((one) => needed.has(one.name) && !kept.some(({ name }) => name === one.name));
  return {
    ...program,
    params: [...kept, ...more],
    steps,
    links: [...short.links.map((one) => ({ ...one, from: back(one.from), to: back(one.to) })), ...own],
    sure: [
      ...short.sure.map((one) => ({ ...one, step: back(one.step) })),
      ...program.sure.filter(({ step }) => step === left),
    ],
  };
}

/** Whether a parameter says if a step is made. */
export function isAsked({ when }: Step): boolean {
  return when !== null && operandsOf(when).some((one) => one.kind === 'param');
}

interface Search {
  /** exact occurrences of the whole in training runs */
  readonly whole: readonly Occurrence[];
  /** all occurrences of a program without the step, wherever the step is made or not */
  readonly of: (short: Program) => readonly Occurrence[];
  /** programs of the same calls that hold in more of its occurrences, the best first */
  readonly mended: (short: Program) => readonly Program[];
  /** whether an occurrence is exact and of a training run */
  readonly shown: (one: Occurrence) => boolean;
  readonly destructive: Destructive;
}

/** The program with the step made only under a condition that its occurrences, and those without the step, tell. */
function conditional(
  program: Program,
  { left, all }: { readonly left: number; readonly all: readonly Occurrence[] },
  { whole, destructive }: Search,
): Program | null {
  const brings = ownParams(program, left).length > 0;
  const name = brings ? givenParam(program, left, whole) : undefined;
  const isChange = (step: Step): boolean => destructive(step.tool);
  // What only looks things up is the beginning of many a flow, not a flow that leaves a change out.
  const isStart = program.steps.some(isChange) && !program.steps.some((step, at) => at !== left && isChange(step));
  if (brings && (name === undefined || isStart)) return null;
  const calls = new Set(whole.flatMap((one) => one.calls));
  const having = all.filter((one) => one.calls.every((call) => calls.has(call)));
  const lacking = all.filter((one) => !one.calls.some((call) => calls.has(call)));
  if (groupsIn(having) < minGroupsEach || groupsIn(lacking) < minGroupsEach) return null;
  const when: When | null = name === undefined ? whenOf(having, lacking, left) : { kind: 'given', name };
  if (when === null) return null;
  const steps = program.steps.map((one, at) => (at === left ? { ...one, when } : one));
  const order = orderWithout(
    program,
    program.links.filter((one) => one.from !== left && one.to !== left),
    left,
  );
  return order && { ...program, steps, order: [...order, left] };
}

/**
 * The program with one step made only when an earlier result or a parameter says so, learnt from training occurrences alone.
 * @param left the step
 */
export function withOptional(program: Program, left: number, search: Search): Program | null {
  const linked = without(program, left) ? program : { ...program, links: [...program.links, ...impliedLinks(program)] };
  const short = without(linked, left);
  if (short === null) return null;
  const found = search.of(short);
  const merged = conditional(linked, { left, all: found.filter(search.shown) }, search);
  if (merged || found.every((one) => one.payload !== null)) return merged;
  // Where the step is not made, what is always the same in the whole may be something else.
  for (const mended of search.mended(short)) {
    const all = search.of(mended).filter(search.shown);
    const wide = conditional(widened(linked, left, mended), { left, all }, search);
    if (wide) return wide;
  }
  return null;
}

const maxOfTheSameCalls = 2;

/** Those of some programs that make the same calls in the same order, the ones that occur most first. */
export function ofTheSameCalls(
  short: Program,
  known: readonly { readonly program: Program; readonly occurrences: readonly Occurrence[] }[],
): Program[] {
  const isSame = ({ steps }: Program): boolean =>
    steps.length === short.steps.length &&
    steps.every(({ label, when }, at) => when === null && label === short.steps[at]?.label);
  return known
    .filter(({ program }) => isSame(program))
    .sort((a, b) => b.occurrences.length - a.occurrences.length)
    .slice(0, maxOfTheSameCalls)
    .map(({ program }) => program);
}
