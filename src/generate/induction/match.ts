import type { JsonObject } from '../../json.js';
import { search, slotKey } from './bind.js';
import { type CorpusCall, type CorpusRun, knownBefore, saidBefore } from './corpus.js';
import { isSure } from './explains.js';
import { stepsIn } from './expr.js';
import { type Bound, inputOf } from './inputs.js';
import { comparedIn, type Program, replay, resultsOf } from './program.js';
import { leavesOf, valueKey } from './values.js';
import { fulfils } from './when.js';
import type { Bindings } from './where.js';

/**
 * Where a program stands in a run. `strict`: no user turn lies between the calls and every parameter stood in what the agent
 * had seen before the first of them. `loose`: user turns may lie between as long as no state-changing call follows one, and a
 * parameter that was not known before may stand in the words of such a turn, before the call that it feeds first.
 */
export interface Occurrence {
  readonly run: CorpusRun;
  readonly calls: readonly CorpusCall[];
  /** the calls by the step that makes them */
  readonly steps: readonly (readonly CorpusCall[])[];
  readonly input: Bindings;
  /** what the skill would have returned; null where the replay was not exact */
  readonly payload: JsonObject | null;
  readonly strict: boolean;
  readonly loose: boolean;
}

export type Destructive = (tool: string) => boolean;

/** Whether each source of the program came before its use in these calls. */
function ordered(program: Program, bound: Bound): boolean {
  return program.steps.every((step, at) => {
    const compared = comparedIn(step).flatMap((one) => (one.kind === 'get' ? [one.step] : []));
    const sources = [...compared, ...step.args.flatMap(({ expr }) => stepsIn(expr))];
    const calls = bound[at] ?? [];
    if (step.over?.kind === 'result') {
      const { step: from } = step.over;
      // Each call after a map needs the result of one call of the map only.
      if (program.steps[from]?.over === null) sources.push(from);
      else if (
        step.over.list.length === 0 &&
        !calls.every((call, each) => (bound[from]?.[each]?.resultOrdinal ?? 0) < call.ordinal)
      )
        return false;
    }
    const first = Math.min(...calls.map((call) => call.ordinal));
    return sources.every((from) => (bound[from] ?? []).every((call) => call.resultOrdinal < first));
  });
}

/** Whether a call uses a value that was first seen in the result of another. */
function needs(run: CorpusRun, call: CorpusCall, from: CorpusCall): boolean {
  return call.slots.some((slot) =>
    leavesOf(slot.value).some(
      (leaf) =>
        (typeof leaf === 'string' || typeof leaf === 'number') &&
        run.firstSeen.get(valueKey(leaf)) === from.resultOrdinal &&
        !knownBefore(run, leaf, from.resultOrdinal),
    ),
  );
}

/**
 * Whether one call in place of these would change something too early: a call between them, which is not of them, needs the
 * result of one, so that it can only be made after all of them; and a state-changing one of them came after it.
 */
function overtakes(run: CorpusRun, calls: readonly CorpusCall[], destructive: Destructive): boolean {
  const last = Math.max(...calls.filter((call) => destructive(call.tool)).map((call) => call.ordinal));
  const own = new Set(calls);
  return run.calls.some(
    (between) =>
      between.ordinal < last &&
      !own.has(between) &&
      calls.some((from) => from.resultOrdinal < between.ordinal && needs(run, between, from)),
  );
}

function occurrenceOf(program: Program, run: CorpusRun, bound: Bound, destructive: Destructive): Occurrence {
  const steps = bound.map((one) => one ?? []);
  const calls = steps.flat();
  const bindings = inputOf(program, run, bound);
  const payload = bindings && ordered(program, bound) ? replay(program, bindings.input, calls) : null;
  if (!bindings || !payload)
    return { run, calls, steps, input: bindings?.input ?? {}, payload: null, strict: false, loose: false };
  const firstTurn = Math.min(...calls.map((call) => call.turn));
  const first = Math.min(...calls.map((call) => call.ordinal));
  const params = Object.entries(bindings.input);
  const strict =
    calls.every((call) => call.turn === firstTurn) && params.every(([, value]) => knownBefore(run, value, first));
  const loose =
    strict ||
    (calls.every((call) => call.turn === firstTurn || !destructive(call.tool)) &&
      params.every(
        ([name, value]) =>
          knownBefore(run, value, first) || saidBefore(run, value, bindings.uses.get(name)?.ordinal ?? first),
      ));
  return { run, calls, steps, input: bindings.input, payload, strict, loose };
}

/** Calls of one label between two user turns that differ in one argument, which was known before the first of them. */
function listBounds(program: Program, run: CorpusRun, used: ReadonlySet<CorpusCall>): Bound[] {
  const step = program.steps[0];
  const slot = step?.args.find((one) => one.expr.kind === 'item')?.slot;
  if (!step || slot === undefined) return [];
  const groups = new Map<string, CorpusCall[]>();
  for (const call of run.calls) {
    if (call.label !== step.label || used.has(call)) continue;
    const others = call.slots.filter((one) => one.name !== slot).map((one) => one.key);
    const key = JSON.stringify([call.turn, ...others]);
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    const first = group[0] ?? call;
    const value = call.slots.find((one) => one.name === slot)?.value ?? null;
    if (group.some((one) => slotKey(one, slot) === valueKey(value)) || !knownBefore(run, value, first.ordinal))
      continue;
    group.push(call);
  }
  return [...groups.values()].filter((group) => group.length > 1).map((group) => [group]);
}

/**
 * The occurrences of a program in a run, none sharing a call with another or with `used`; found by structure, then replayed.
 * Where the skill would change something before a call that has to come first, it does not occur.
 */
export function occurrencesIn(
  program: Program,
  run: CorpusRun,
  used: ReadonlySet<CorpusCall>,
  destructive: Destructive,
): Occurrence[] {
  if (program.steps[0]?.over?.kind === 'param') {
    return listBounds(program, run, used).map((bound) => occurrenceOf(program, run, bound, destructive));
  }
  const found: Occurrence[] = [];
  const taken = new Set(run.calls.filter((call) => used.has(call)));
  const root = program.order[0] ?? 0;
  const label = program.steps[root]?.label;
  for (const call of run.calls) {
    if (call.label !== label || taken.has(call)) continue;
    const start: (readonly CorpusCall[] | undefined)[] = program.steps.map(() => undefined);
    start[root] = [call];
    const bound = search(program, run, taken, start, 1);
    if (
      !bound ||
      overtakes(
        run,
        bound.flatMap((calls) => calls ?? []),
        destructive,
      )
    )
      continue;
    // Where its guard holds it back it makes no call that could be compared.
    if (program.guard && !fulfils(program.guard.when, {}, resultsOf(program, bound))) continue;
    const one = occurrenceOf(program, run, bound, destructive);
    if (!isSure(program, one)) continue;
    found.push(one);
    for (const each of one.calls) taken.add(each);
  }
  return found;
}
