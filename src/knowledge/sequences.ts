import type { RunDigest, Step } from './digest.js';

/** Longer flows are told by their parts. */
const longest = 12;
/** Of one run, the first so many steps are looked at. */
const maxSteps = 500;

/** Steps that follow one another, and the runs in which they do. */
export interface Sequence {
  readonly steps: readonly string[];
  readonly runs: readonly RunDigest[];
}

/** The steps that worked, a repetition of one told once. */
export function workedSteps(run: RunDigest): Step[] {
  const worked = run.steps.filter((step) => !step.failed).slice(0, maxSteps);
  return worked.filter((step, at) => step.step !== worked[at - 1]?.step);
}

/** Where a sequence begins in a list of steps; -1 where it is not. */
export function placeIn(steps: readonly { readonly step: string }[], sequence: readonly string[]): number {
  for (let at = 0; at + sequence.length <= steps.length; at += 1) {
    if (sequence.every((step, offset) => steps[at + offset]?.step === step)) return at;
  }
  return -1;
}

const contains = (whole: readonly string[], part: readonly string[]): boolean =>
  placeIn(
    whole.map((step) => ({ step })),
    part,
  ) !== -1;

function ofLength(runs: readonly RunDigest[], length: number, minSupport: number): Sequence[] {
  const found = new Map<string, { steps: string[]; runs: RunDigest[] }>();
  for (const run of runs) {
    const names = workedSteps(run).map((step) => step.step);
    for (let at = 0; at + length <= names.length; at += 1) {
      const steps = names.slice(at, at + length);
      const key = JSON.stringify(steps);
      const known = found.get(key) ?? { steps, runs: [] };
      if (known.runs.at(-1) !== run) known.runs.push(run);
      found.set(key, known);
    }
  }
  return [...found.values()].filter((one) => one.runs.length >= minSupport);
}

const weight = ({ steps, runs }: Sequence): number => (steps.length - 1) * runs.length;

/**
 * The sequences of steps that recur in at least `minSupport` runs, the weightiest first (steps after the first, times runs),
 * none a part of one before it. Single steps only where nothing longer recurs.
 */
export function recurringSequences(runs: readonly RunDigest[], minSupport: number, limit: number): Sequence[] {
  const found: Sequence[] = [];
  for (let length = 2; length <= longest; length += 1) {
    const longer = ofLength(runs, length, minSupport);
    // A sequence recurs only where its parts do.
    if (longer.length === 0) break;
    found.push(...longer);
  }
  const candidates = found.length > 0 ? found : ofLength(runs, 1, minSupport);
  const ranked = candidates.sort(
    (a, b) =>
      weight(b) - weight(a) ||
      b.steps.length - a.steps.length ||
      (JSON.stringify(a.steps) < JSON.stringify(b.steps) ? -1 : 1),
  );
  const chosen: Sequence[] = [];
  for (const one of ranked) {
    if (chosen.length >= limit) break;
    if (!chosen.some(({ steps }) => contains(steps, one.steps))) chosen.push(one);
  }
  return chosen;
}
