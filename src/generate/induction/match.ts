import type { JsonObject, JsonValue } from '../../json.js';
import { type Bound, search, slotKey } from './bind.js';
import { type CorpusCall, type CorpusRun, knownBefore, saidBefore } from './corpus.js';
import { got, stepsIn } from './expr.js';
import { comparedIn, fulfils, type Program, replay, resultsOf } from './program.js';
import { elementsAt, elementValue, leavesOf, splitAtEach, valueKey } from './values.js';
import { type Bindings, choiceOf, tellingValue } from './where.js';

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

/** What the calls of a map tell of what was asked for. */
function filterValue(program: Program, bound: Bound, at: number): JsonValue | undefined {
  const over = program.steps[at]?.over;
  const link = program.links.find((one) => one.map && one.to === at);
  if (over?.kind !== 'result' || over.where === null || link?.source.kind !== 'result') return undefined;
  const { rest } = splitAtEach(link.source.path);
  const elements = elementsAt(bound[over.step]?.[0]?.result, over.list);
  return tellingValue(over.where, choiceOf(elements, bound[at] ?? [], { slot: link.slot, rest }));
}

/** The parameters with which the program makes these calls, and the first call that each feeds; null where two uses of one disagree. */
function inputOf(
  program: Program,
  bound: Bound,
): { input: Record<string, JsonValue>; uses: Map<string, CorpusCall> } | null {
  const input: Record<string, JsonValue> = {};
  const uses = new Map<string, CorpusCall>();
  for (const [at, step] of program.steps.entries()) {
    const calls = bound[at] ?? [];
    const first = calls[0];
    if (!first && step.when !== null) continue;
    if (!first) return null;
    const bind = (name: string, value: JsonValue | undefined): boolean => {
      if (value === undefined || (Object.hasOwn(input, name) && valueKey(input[name] ?? null) !== valueKey(value)))
        return false;
      input[name] = value;
      if (!uses.has(name)) uses.set(name, first);
      return true;
    };
    if (step.over?.kind === 'param') {
      const slot = step.args.find((one) => one.expr.kind === 'item')?.slot;
      const list = calls.map((call) => call.slots.find((one) => one.name === slot)?.value ?? null);
      if (!bind(step.over.name, list)) return null;
    }
    const wanted = step.over?.kind === 'result' ? step.over.where?.wanted : undefined;
    if (wanted?.kind === 'param' && !bind(wanted.name, filterValue(program, bound, at))) return null;
    for (const arg of step.args) {
      const value = first.slots.find((one) => one.name === arg.slot)?.value;
      if (arg.expr.kind === 'param' && !bind(arg.expr.name, value)) return null;
      if (arg.expr.kind === 'default') {
        const usual = got(bound[arg.expr.from.step]?.[0]?.result, arg.expr.from);
        const isUsual = value !== undefined && usual !== undefined && valueKey(usual) === valueKey(value);
        if (!isUsual && !bind(arg.expr.name, value)) return null;
      }
      if (arg.expr.kind !== 'select') continue;
      const { step: from, list, get, by, wanted } = arg.expr;
      if (wanted.kind !== 'param') continue;
      const element = elementsAt(bound[from]?.[0]?.result, list).find((one) => {
        const got = elementValue(one, get);
        return got !== undefined && value !== undefined && valueKey(got) === valueKey(value);
      });
      if (!bind(wanted.name, element && elementValue(element, by))) return null;
    }
  }
  return { input, uses };
}

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
      else if (!calls.every((call, each) => (bound[from]?.[each]?.resultOrdinal ?? 0) < call.ordinal)) return false;
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
  const bindings = inputOf(program, bound);
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
    if (program.guard && !fulfils(program.guard, resultsOf(program, bound))) continue;
    const one = occurrenceOf(program, run, bound, destructive);
    found.push(one);
    for (const each of one.calls) taken.add(each);
  }
  return found;
}
