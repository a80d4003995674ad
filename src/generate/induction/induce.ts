import { setImmediate } from 'node:timers/promises';
import { sha256 } from '../../hash.js';
import { type Candidate, choose, indexByLabel, isLoop, type LabelIndex, occurrencesOf } from './choose.js';
import { type CorpusRun, foldOf } from './corpus.js';
import { frequentLinks, type LinkedRun } from './flows.js';
import { generalize } from './generalize.js';
import { listPrograms } from './list-program.js';
import type { Destructive, Occurrence } from './match.js';
import { labelsIn, limitsFor, mineFlows } from './mine.js';
import { lessonOf } from './negative.js';
import { isAsked, ofTheSameCalls, withOptional } from './optional.js';
import { type Program, programId } from './program.js';
import { repair } from './repair.js';
import { findDictionaries, linksOf } from './sources.js';
import { byText, valueKey } from './values.js';

export interface InduceOptions {
  readonly salt: string;
  readonly destructive: Destructive;
  readonly signal: AbortSignal;
  /** rejected runs: a program that stands in them gets a guard, or is refused */
  readonly rejected?: readonly CorpusRun[];
  readonly progress: (done: number, total: number, message: string) => void;
}

/** A program that was chosen, with the occurrences that it was learnt from and those that only judge it. */
export interface InducedSkill {
  readonly program: Program;
  /** exact occurrences in training runs */
  readonly train: readonly Occurrence[];
  /** exact occurrences in runs that the mining did not see, with inputs that no training run has */
  readonly heldOut: readonly Occurrence[];
  /** occurrences of its own, in training and held-out runs, that no skill chosen before covers */
  readonly own: readonly Occurrence[];
  readonly gain: number;
  /** where a guard stops it: as it stood in a rejected run */
  readonly stopped: Occurrence | null;
}

export interface Induced {
  readonly skills: readonly InducedSkill[];
  readonly runs: number;
  readonly calls: number;
  /** programs found, and why those were dropped that were */
  readonly programs: number;
  readonly dropped: Readonly<Record<string, number>>;
}

const folds = 5;
/** Up to this many runs each fold is held out in turn; above it the first alone, since it then holds enough. */
const maxRunsForAllFolds = 400;
const miningSample = 1500;
const maxRepairs = 6;
const minPrograms = 400;
const programsPerLabel = 10;

/** How many programs are judged at most: so many for a kind of call. */
function maxProgramsOf(runs: readonly LinkedRun[]): number {
  return Math.max(minPrograms, programsPerLabel * labelsIn(runs));
}

function minGroupsFor(runs: number): number {
  return Math.max(2, Math.ceil(runs * 0.005));
}

/** A sample by salted hash, in the order of the runs. */
function sampleOf(runs: readonly LinkedRun[], salt: string): LinkedRun[] {
  if (runs.length <= miningSample) return [...runs];
  const ranked = runs.map((one) => ({ one, rank: sha256(`${salt}:sample:${one.run.runId}`) }));
  const kept = new Set(
    ranked
      .sort((a, b) => byText(a.rank, b.rank))
      .slice(0, miningSample)
      .map(({ one }) => one),
  );
  return runs.filter((one) => kept.has(one));
}

interface Found {
  readonly program: Program;
  readonly folds: Set<number>;
}

async function minePrograms(linked: readonly LinkedRun[], options: InduceOptions): Promise<Map<string, Found>> {
  const found = new Map<string, Found>();
  const rounds = linked.length <= maxRunsForAllFolds ? folds : 1;
  for (let fold = 0; fold < rounds; fold += 1) {
    options.progress(fold, rounds, 'looking for flows');
    const train = sampleOf(
      linked.filter(({ run }) => foldOf(run.group, options.salt, folds) !== fold),
      options.salt,
    );
    const limits = limitsFor(train, minGroupsFor(train.length));
    const frequent = frequentLinks(train, limits.minGroups);
    const flows = await mineFlows(train, frequent, { limits, signal: options.signal });
    const programs = flows.flatMap((flow) => generalize(flow, train, frequent) ?? []);
    for (const program of [...programs, ...listPrograms(train, limits.minGroups - 1)]) {
      const id = programId(program);
      const known = found.get(id) ?? { program, folds: new Set<number>() };
      found.set(id, known);
      known.folds.add(fold);
    }
  }
  return found;
}

/** Replays a program on every occurrence, held-out ones too, and mends it until all are exact. Null where it cannot be mended. */
function verified(
  start: Program,
  index: LabelIndex,
  destructive: Destructive,
): { program: Program; occurrences: Occurrence[] } | null {
  let program = start;
  for (let round = 0; round <= maxRepairs; round += 1) {
    const occurrences = occurrencesOf(program, index, new Set(), destructive);
    if (occurrences.every((one) => one.payload !== null)) return { program, occurrences };
    const mended = repair(program, occurrences);
    if (!mended) return null;
    program = mended;
  }
  return null;
}

interface Judged {
  readonly program: Program;
  readonly train: readonly Occurrence[];
  readonly heldOut: readonly Occurrence[];
  readonly fold: number;
  /** the folds without which it was mined */
  readonly minedIn: ReadonlySet<number>;
  readonly stopped?: Occurrence | null;
}

function inputs(occurrences: readonly Occurrence[]): Set<string> {
  return new Set(occurrences.map((one) => valueKey({ ...one.input })));
}

/** Enough held-out cases first, then as many training cases as there can be. */
function splitWorth(one: Judged): number {
  return Math.min(inputs(one.heldOut).size, 2) * 1e6 + one.train.length;
}

/**
 * Splits by the fold that leaves most to judge by: at least two training groups, two inputs, and one held-out input of its own.
 * A loop over a given list has no source that could hold in one group by chance, so that two lists in one group will do.
 */
function judged(
  program: Program,
  occurrences: readonly Occurrence[],
  minedIn: ReadonlySet<number>,
  salt: string,
): Judged | null {
  let best: Judged | null = null;
  for (const fold of [...minedIn].sort((a, b) => a - b)) {
    const train = occurrences.filter((one) => foldOf(one.run.group, salt, folds) !== fold);
    const shown = inputs(train);
    const heldOut = occurrences.filter(
      (one) => foldOf(one.run.group, salt, folds) === fold && !shown.has(valueKey({ ...one.input })),
    );
    const groups = new Set(train.map((one) => one.run.group)).size;
    if (shown.size < 2 || groups < (isLoop(program) ? 1 : 2) || heldOut.length === 0) continue;
    const split = { program, train, heldOut, fold, minedIn };
    if (!best || splitWorth(split) > splitWorth(best)) best = split;
  }
  return best;
}

/** Whether an exact occurrence is of a training run. */
function isShown(fold: number, salt: string): (one: Occurrence) => boolean {
  return (one) => one.payload !== null && foldOf(one.run.group, salt, folds) !== fold;
}

const maxOptionalTried = 400;

/** Programs with a step that some runs make and others do not, where an earlier result tells which. */
async function optionalOnes(
  known: readonly (Judged & Candidate)[],
  index: LabelIndex,
  { salt, destructive, signal }: InduceOptions,
): Promise<{ readonly found: readonly (Judged & Candidate)[]; readonly replaced: readonly Program[] }> {
  const found: (Judged & Candidate)[] = [];
  const replaced: Program[] = [];
  const size = (one: Judged & Candidate): number => one.occurrences.reduce((sum, each) => sum + each.calls.length, 0);
  const unseen = (fold: number) => known.filter(({ minedIn }) => minedIn.has(fold));
  const best = [...known].sort((a, b) => size(b) - size(a)).slice(0, maxOptionalTried);
  for (const one of best) {
    signal.throwIfAborted();
    await setImmediate();
    const shown = isShown(one.fold, salt);
    for (const left of one.program.steps.keys()) {
      const merged = withOptional(one.program, left, {
        whole: one.occurrences.filter(shown),
        // It stands wherever the step is made too, although it could not be called there before the step.
        of: (short) => occurrencesOf(short, index, new Set(), () => false),
        mended: (short) => [
          ...ofTheSameCalls(short, unseen(one.fold)),
          ...[verified(short, index, () => false)?.program].filter((mended) => mended !== undefined),
        ],
        shown,
        destructive,
      });
      const exact = merged && verified(merged, index, destructive);
      const whole = exact && judged(exact.program, exact.occurrences, new Set([one.fold]), salt);
      if (!whole) continue;
      found.push({ ...whole, occurrences: exact.occurrences });
      // Who calls the whole would have to know beforehand how the condition turns out.
      if (exact.program.steps.some(isAsked)) replaced.push(one.program);
    }
  }
  return { found, replaced };
}

interface Rejected {
  readonly index: LabelIndex;
  /** of all runs with calls, those that were rejected, from 0 to 1 */
  readonly share: number;
}

/** A program in the light of the rejected runs of the training folds: as it was, with a guard, or null where it is refused. */
function afterRejected(
  one: Judged & Candidate,
  { index, rejected }: { readonly index: LabelIndex; readonly rejected: Rejected },
  { salt, destructive }: InduceOptions,
): (Judged & Candidate) | null {
  const shown = isShown(one.fold, salt);
  const failed = occurrencesOf(one.program, rejected.index, new Set(), destructive).filter(shown);
  const accepted = one.occurrences.filter(shown);
  const { share } = rejected;
  const lesson = lessonOf(one.program, { accepted, rejected: failed, share }, destructive);
  if (lesson === 'nothing') return one;
  if (lesson === 'refused') return null;
  const guarded = verified({ ...one.program, guard: lesson }, index, destructive);
  const whole = guarded && judged(guarded.program, guarded.occurrences, new Set([one.fold]), salt);
  return whole && { ...whole, occurrences: guarded.occurrences, stopped: failed[0] ?? null };
}

/** Every run with the possible sources of its arguments. */
async function traced(runs: readonly CorpusRun[], options: InduceOptions): Promise<LinkedRun[]> {
  const dictionaries = findDictionaries(runs);
  const linked: LinkedRun[] = [];
  for (const [at, run] of runs.entries()) {
    if (at % 50 === 0) {
      options.signal.throwIfAborted();
      options.progress(at, runs.length, 'tracing arguments to their sources');
      await setImmediate();
    }
    linked.push({ run, links: linksOf(run, dictionaries) });
  }
  return linked;
}

/** Learns skills from a corpus of accepted runs. The same runs, salt and order give the same skills. */
export async function induce(runs: readonly CorpusRun[], options: InduceOptions): Promise<Induced> {
  const linked = await traced(runs, options);
  const found = await minePrograms(linked, options);
  const index = indexByLabel(runs);
  const judgedById = new Map<string, Judged & Candidate>();
  const dropped: Record<string, number> = {};
  const drop = (reason: string) => {
    dropped[reason] = (dropped[reason] ?? 0) + 1;
  };
  for (const { program, folds: minedIn } of [...found.values()].slice(0, maxProgramsOf(linked))) {
    options.signal.throwIfAborted();
    await setImmediate();
    const exact = verified(program, index, options.destructive);
    if (!exact) {
      drop('a replay failed');
      continue;
    }
    const whole = judged(exact.program, exact.occurrences, minedIn, options.salt);
    if (whole) judgedById.set(programId(exact.program), { ...whole, occurrences: exact.occurrences });
    else drop('no held-out occurrence with an input of its own');
  }
  const optional = await optionalOnes([...judgedById.values()], index, options);
  for (const program of optional.replaced) judgedById.delete(programId(program));
  for (const one of optional.found) judgedById.set(programId(one.program), one);
  const { rejected: bad = [] } = options;
  const good = new Set([...index.values()].flat()).size;
  const rejected = { index: indexByLabel(bad), share: bad.length / (bad.length + good) };
  for (const [id, one] of bad.length === 0 ? [] : [...judgedById]) {
    const taught = afterRejected(one, { index, rejected }, options);
    if (taught === one) continue;
    judgedById.delete(id);
    if (taught) judgedById.set(programId(taught.program), taught);
    else drop('it stood in rejected runs rather than in accepted ones');
  }
  options.progress(1, 2, 'choosing skills');
  const rules = { minGroups: minGroupsFor(runs.length), minOwnShare: 0.25, maxSkills: 60 };
  const { destructive, signal } = options;
  const chosen = await choose([...judgedById.values()], { index, rules, destructive, signal });
  const skills = chosen.flatMap(({ program, own, gain }) => {
    const whole = judgedById.get(programId(program));
    return whole
      ? [{ program, train: whole.train, heldOut: whole.heldOut, own, gain, stopped: whole.stopped ?? null }]
      : [];
  });
  const calls = runs.reduce((sum, run) => sum + run.calls.length, 0);
  return { skills, runs: runs.length, calls, programs: found.size, dropped };
}
