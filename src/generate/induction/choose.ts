import { setImmediate } from 'node:timers/promises';
import type { CorpusCall, CorpusRun } from './corpus.js';
import { type Destructive, type Occurrence, occurrencesIn } from './match.js';
import type { Program } from './program.js';
import { groupsIn } from './tell-apart.js';

/** Runs by the labels of their calls, so that a program is looked for only where it can stand. */
export type LabelIndex = ReadonlyMap<string, readonly CorpusRun[]>;

export function indexByLabel(runs: readonly CorpusRun[]): LabelIndex {
  const index = new Map<string, CorpusRun[]>();
  for (const run of runs) {
    for (const label of new Set(run.calls.map((call) => call.label))) {
      const list = index.get(label) ?? [];
      index.set(label, list);
      list.push(run);
    }
  }
  return index;
}

export function occurrencesOf(
  program: Program,
  index: LabelIndex,
  used: ReadonlySet<CorpusCall>,
  destructive: Destructive,
): Occurrence[] {
  const lists = program.steps.filter((step) => step.when === null).map((step) => index.get(step.label) ?? []);
  const rarest = lists.reduce((a, b) => (b.length < a.length ? b : a), lists[0] ?? []);
  return rarest.flatMap((run) => occurrencesIn(program, run, used, destructive));
}

/** What is written for a call: its name and its arguments. */
export function callCost(call: CorpusCall): number {
  return 1 + call.slots.length;
}

/** What is written for a call of the skill: its name and its parameters, an element of a list for each. */
function skillCost(one: Occurrence): number {
  return Object.values(one.input).reduce<number>((sum, value) => sum + (Array.isArray(value) ? value.length : 1), 1);
}

export function programSize(program: Program): number {
  return program.steps.reduce((sum, step) => sum + 1 + step.args.length + (step.over ? 1 : 0), program.params.length);
}

const looseWeight = 0.5;

/** What need no longer be written where the skill can be called. */
export function savedBy(occurrences: readonly Occurrence[]): number {
  let saved = 0;
  for (const one of occurrences) {
    if (!one.loose) continue;
    const cost = one.calls.reduce((sum, call) => sum + callCost(call), 0) - skillCost(one);
    saved += one.strict ? cost : cost * looseWeight;
  }
  return saved;
}

/** A library is used for longer than its logs tell of: it is to be worth its own size within four times as much work. */
const sizeWeight = 0.25;

/** Description length saved, less a part of the program's own. */
export function gainOf(program: Program, occurrences: readonly Occurrence[]): number {
  return savedBy(occurrences) - sizeWeight * programSize(program);
}

export interface Chosen {
  readonly program: Program;
  /** the occurrences that it covers and that no skill chosen before covers */
  readonly own: readonly Occurrence[];
  readonly gain: number;
}

export interface Candidate {
  readonly program: Program;
  readonly occurrences: readonly Occurrence[];
}

export interface ChoiceRules {
  /** distinct task groups among the occurrences that can be called */
  readonly minGroups: number;
  /** a flow whose calls are mostly covered already must keep this share of its occurrences for itself */
  readonly minOwnShare: number;
  readonly maxSkills: number;
}

interface Context {
  readonly index: LabelIndex;
  readonly rules: ChoiceRules;
  readonly destructive: Destructive;
  readonly signal: AbortSignal;
}

interface Library {
  readonly chosen: readonly Chosen[];
  readonly gain: number;
}

/** A loop over a list that is a parameter. */
export function isLoop(program: Program): boolean {
  return program.steps[0]?.over?.kind === 'param';
}

/** What a candidate still covers. A loop over a given list can do with fewer elements, so that it is looked for anew. */
function remaining(one: Candidate, used: ReadonlySet<CorpusCall>, context: Context): Occurrence[] {
  if (used.size > 0 && isLoop(one.program)) {
    return occurrencesOf(one.program, context.index, used, context.destructive).filter((each) => each.loose);
  }
  return one.occurrences.filter((each) => !each.calls.some((call) => used.has(call)));
}

interface Entry {
  readonly candidate: Candidate;
  own: readonly Occurrence[];
  gain: number;
  score: number;
  round: number;
}

/**
 * Greedy set cover. The score is the gain times a power of the gain of one occurrence: with a power of 0 small flows that many
 * runs share come first, with a higher one long flows. A score can only shrink as calls are covered, so that a candidate is
 * measured again only when it comes to the top (lazy greedy).
 */
async function cover(candidates: readonly Candidate[], power: number, context: Context): Promise<Library> {
  const { rules } = context;
  const used = new Set<CorpusCall>();
  const measure = (entry: Entry, round: number): void => {
    entry.own = remaining(entry.candidate, used, context);
    entry.gain = gainOf(entry.candidate.program, entry.own);
    entry.score = entry.gain * (entry.gain / Math.max(1, entry.own.length)) ** power;
    entry.round = round;
  };
  let queue = candidates.map((candidate): Entry => ({ candidate, own: [], gain: 0, score: 0, round: 0 }));
  for (const entry of queue) measure(entry, 1);
  const worthwhile = (entry: Entry): boolean =>
    entry.gain > 0 &&
    groupsIn(entry.own) >= rules.minGroups &&
    entry.own.length >= entry.candidate.occurrences.length * rules.minOwnShare;
  const chosen: Chosen[] = [];
  queue = queue.filter(worthwhile);
  for (let round = 1; queue.length > 0 && chosen.length < rules.maxSkills; ) {
    const top = queue.reduce((best, one) => (one.score > best.score ? one : best));
    if (top.round === round) {
      chosen.push({ program: top.candidate.program, own: top.own, gain: top.gain });
      for (const one of top.own) for (const call of one.calls) used.add(call);
      queue = queue.filter((one) => one !== top);
      round += 1;
      context.signal.throwIfAborted();
      await setImmediate();
      continue;
    }
    measure(top, round);
    if (!worthwhile(top)) queue = queue.filter((one) => one !== top);
  }
  return { chosen, gain: chosen.reduce((sum, one) => sum + one.gain, 0) };
}

/** Whether all calls of an occurrence are of one other, which can be called there as freely. */
function isWithin(one: Occurrence, other: Occurrence): boolean {
  return (other.strict || !one.strict) && one.calls.every((call) => other.calls.includes(call));
}

/** Programs of the same calls say nearly the same, in whatever way these hang together. */
function callsOf(program: Program): string {
  return JSON.stringify(program.steps.map((step) => [step.label, step.over !== null]));
}

function note(standing: Map<CorpusRun, Occurrence[]>, occurrences: readonly Occurrence[]): void {
  for (const one of occurrences) {
    const list = standing.get(one.run) ?? [];
    standing.set(one.run, list);
    list.push(one);
  }
}

/** A companion saves at least this share of what the library saves: each more is one more to be searched and told apart. */
const minSavedShare = 0.02;

/**
 * Flows whose calls others mostly cover, for the work where none of these can be called in their place: a task group that has a
 * use for them is a sign that there will be more. Worth it by all their occurrences; the share of groups that need them is taken
 * as it is to be expected of the next ones (rule of succession), since few groups tell little.
 */
function companions(pool: readonly Candidate[], chosen: readonly Chosen[], { rules }: Context): Chosen[] {
  const others = chosen.flatMap(({ own }) => own);
  const covered = new Set(others.flatMap(({ calls }) => calls));
  const leastSaved = savedBy(others) * minSavedShare;
  const known = new Set(chosen.map(({ program }) => callsOf(program)));
  let left = pool.filter(({ program, occurrences }) => gainOf(program, occurrences) > 0);
  const found: Chosen[] = [];
  const standing = new Map<CorpusRun, Occurrence[]>();
  note(standing, others);
  while (chosen.length + found.length < rules.maxSkills) {
    const isOwn = (one: Occurrence): boolean => !standing.get(one.run)?.some((other) => isWithin(one, other));
    left = left.filter(({ program }) => !known.has(callsOf(program)));
    const needed = left
      .map((one) => ({ one, own: one.occurrences.filter(isOwn) }))
      .filter(
        ({ one, own }) => own.length > 0 && groupsIn(own) + 1 >= rules.minOwnShare * (groupsIn(one.occurrences) + 2),
      );
    const [first, ...rest] = needed;
    if (!first) break;
    const { one, own } = rest.reduce((best, each) => (savedBy(each.own) > savedBy(best.own) ? each : best), first);
    if (savedBy(own) < leastSaved) break;
    known.add(callsOf(one.program));
    note(standing, one.occurrences);
    const alone = own.filter(({ calls }) => !calls.some((call) => covered.has(call)));
    found.push({ program: one.program, own: alone, gain: gainOf(one.program, one.occurrences) });
  }
  return found;
}

const powers = [0, 1, 2];
const maxClimbs = 12;

/**
 * The library that saves most by description length: the best of several greedy covers, then better still by leaving out,
 * one at a time, a flow whose absence lets others cover more.
 */
export async function choose(candidates: readonly Candidate[], context: Context): Promise<readonly Chosen[]> {
  let pool = candidates
    .map((one) => ({ ...one, occurrences: one.occurrences.filter((each) => each.loose) }))
    .filter((one) => groupsIn(one.occurrences) >= context.rules.minGroups);
  let best: Library = { chosen: [], gain: 0 };
  let power = 0;
  for (const each of powers) {
    const library = await cover(pool, each, context);
    if (library.gain <= best.gain) continue;
    best = library;
    power = each;
  }
  for (let climb = 0; climb < maxClimbs; climb += 1) {
    let better: { library: Library; without: Program } | null = null;
    for (const { program } of best.chosen) {
      const library = await cover(
        pool.filter((one) => one.program !== program),
        power,
        context,
      );
      if (library.gain > (better?.library.gain ?? best.gain)) better = { library, without: program };
    }
    if (!better) break;
    const { without, library } = better;
    best = library;
    pool = pool.filter((one) => one.program !== without);
  }
  return [...best.chosen, ...companions(pool, best.chosen, context)];
}
