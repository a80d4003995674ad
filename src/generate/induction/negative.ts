import type { Destructive, Occurrence } from './match.js';
import { conditionsBefore } from './optional.js';
import { fulfils, type Guard, type Program, resultsOf } from './program.js';
import { byText } from './values.js';

/** So many task groups of rejected runs say something; fewer may have failed for any reason. */
const minFailedGroups = 3;
const minGuardGroups = 5;
/** By so much the share of rejected runs must be larger where the program stands than in all. */
const minExcess = 0.2;

/** What rejected runs say of a program: nothing, that it must not go on where they went wrong, or that it must not be. */
export type Lesson = 'nothing' | 'refused' | Guard;

function groupsOf(occurrences: readonly Occurrence[]): number {
  return new Set(occurrences.map((one) => one.run.group)).size;
}

/**
 * The condition that every accepted occurrence fulfils and no rejected one does, on a result that is known before the first
 * call that changes something. Null where there is none.
 */
function guardOf(program: Program, before: number, accepted: readonly Occurrence[], rejected: readonly Occurrence[]) {
  const [good] = accepted;
  const [bad] = rejected;
  if (!good || !bad) return null;
  const all = [...conditionsBefore(bad, before, false), ...conditionsBefore(good, before, true)];
  const tells = all
    .sort((a, b) => byText(a[0], b[0]))
    .find(
      ([, when]) =>
        accepted.every((one) => fulfils(when, resultsOf(program, one.steps))) &&
        !rejected.some((one) => fulfils(when, resultsOf(program, one.steps))),
    );
  return tells ? { ...tells[1], before } : null;
}

/**
 * Holds a program against the rejected runs in which it stands, call for call. Only a call that changes something can be what
 * went wrong: looking things up is done in good runs and bad ones alike.
 * @param share of all runs, the share that was rejected, from 0 to 1
 */
export function lessonOf(
  program: Program,
  seen: { readonly accepted: readonly Occurrence[]; readonly rejected: readonly Occurrence[]; readonly share: number },
  destructive: Destructive,
): Lesson {
  const { accepted, rejected, share } = seen;
  const before = program.steps.findIndex((step) => destructive(step.tool));
  const [bad, good] = [groupsOf(rejected), groupsOf(accepted)];
  if (before < 0 || bad < minFailedGroups) return 'nothing';
  const guard =
    before > 0 && bad >= minGuardGroups && good >= minGuardGroups ? guardOf(program, before, accepted, rejected) : null;
  if (guard) return guard;
  return bad >= good && bad / (bad + good) >= share + minExcess ? 'refused' : 'nothing';
}
