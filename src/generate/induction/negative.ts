import type { Destructive, Occurrence } from './match.js';
import { type Guard, type Program, resultsOf } from './program.js';
import { groupsIn, tellingCondition } from './tell-apart.js';

/** So many task groups of rejected runs say something; fewer may have failed for any reason. */
const minFailedGroups = 3;
const minGuardGroups = 5;
/** By so much the share of rejected runs must be larger where the program stands than in all. */
const minExcess = 0.2;

/** What rejected runs say of a program: nothing, that it must not go on where they went wrong, or that it must not be. */
export type Lesson = 'nothing' | 'refused' | Guard;

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
  const [bad, good] = [groupsIn(rejected), groupsIn(accepted)];
  if (before < 0 || bad < minFailedGroups) return 'nothing';
  // What every accepted occurrence showed before its first change, and no rejected one.
  const telling =
    before > 0 && bad >= minGuardGroups && good >= minGuardGroups
      ? tellingCondition(accepted, rejected, {
          before,
          results: (one) => resultsOf(program, one.steps),
          withInput: false,
        })
      : null;
  if (telling) return { when: telling, before };
  return bad >= good && bad / (bad + good) >= share + minExcess ? 'refused' : 'nothing';
}
