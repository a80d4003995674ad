import { setImmediate } from 'node:timers/promises';
import type { CorpusCall, CorpusRun } from './corpus.js';
import { type Destructive, type Occurrence, occurrencesIn } from './match.js';
import type { Program } from './program.js';

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
  const lists = program.steps.map((step) => index.get(step.label) ?? []);
  const rarest = lists.reduce((a, b) => (b.length < a.length ? b : a), lists[0] ?? []);
  return rarest.flatMap((run) => occurrencesIn(program, run, used, destructive));
}

/** What is written for a call: its name and its arguments. */
function callCost(call: CorpusCall): number {
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

/** Description length saved: what need no longer be written where the skill can be called, minus the program. */
export function gainOf(program: Program, occurrences: readonly Occurrence[]): number {
  let saved = 0;
  for (const one of occurrences) {
    if (!one.loose) continue;
    const cost = one.calls.reduce((sum, call) => sum + callCost(call), 0) - skillCost(one);
    saved += one.strict ? cost : cost * looseWeight;
  }
  return saved - programSize(program);
}

export interface Chosen {
  readonly program: Program;
  /** the occurrences that it covers and that no skill chosen before covers */
  readonly own: readonly Occurrence[];
  readonly gain: number;
}

export interface ChoiceRules {
  /** distinct task groups among the occurrences that can be called */
  readonly minGroups: number;
  /** a flow whose calls are mostly covered already must keep this share of its occurrences for itself */
  readonly minOwnShare: number;
  readonly maxSkills: number;
}

interface Entry {
  readonly program: Program;
  readonly total: number;
  gain: number;
  round: number;
}

export function callableGroups(occurrences: readonly Occurrence[]): number {
  return new Set(occurrences.filter((one) => one.loose).map((one) => one.run.group)).size;
}

/**
 * Greedy set cover by description length. A gain can only shrink as calls are covered, so that a candidate is measured again
 * only when it comes to the top (lazy greedy).
 */
export async function choose(
  programs: readonly Program[],
  index: LabelIndex,
  options: { rules: ChoiceRules; destructive: Destructive; signal: AbortSignal },
): Promise<Chosen[]> {
  const { rules, destructive, signal } = options;
  const used = new Set<CorpusCall>();
  const queue: Entry[] = [];
  for (const program of programs) {
    signal.throwIfAborted();
    await setImmediate();
    const all = occurrencesOf(program, index, used, destructive);
    const gain = gainOf(program, all);
    if (gain > 0 && callableGroups(all) >= rules.minGroups) {
      queue.push({ program, total: all.filter((one) => one.loose).length, gain, round: 0 });
    }
  }
  const chosen: Chosen[] = [];
  for (let round = 1; queue.length > 0 && chosen.length < rules.maxSkills; ) {
    signal.throwIfAborted();
    await setImmediate();
    const top = queue.reduce((best, one) => (one.gain > best.gain ? one : best));
    if (top.round === round || (round === 1 && chosen.length === 0)) {
      const own = occurrencesOf(top.program, index, used, destructive).filter((one) => one.loose);
      chosen.push({ program: top.program, own, gain: top.gain });
      for (const one of own) for (const call of one.calls) used.add(call);
      queue.splice(queue.indexOf(top), 1);
      round += 1;
      continue;
    }
    const own = occurrencesOf(top.program, index, used, destructive);
    const callable = own.filter((one) => one.loose).length;
    top.gain = gainOf(top.program, own);
    top.round = round;
    if (top.gain <= 0 || callableGroups(own) < rules.minGroups || callable < top.total * rules.minOwnShare)
      queue.splice(queue.indexOf(top), 1);
  }
  return chosen;
}
