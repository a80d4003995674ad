import type { SpecTest } from '../../specs/model.js';
import { sameJson } from '../compare.js';
import {
  counted,
  type Finding,
  type Judgement,
  nameOf,
  type PlacedTest,
  placedTests,
  type Stage,
} from '../judgement.js';
import { runTest, type TestResult } from '../run-test.js';
import type { Invocation } from '../runtimes/runtime.js';

/** Every field of the clock differs from what tests pin, and the dice do. */
const otherAmbient: NonNullable<Invocation['ambient']> = { now: '2037-08-19T21:43:37.519Z', seed: 987_654_321 };

/** The locale has its own casing and decimal comma, and the zone lies on another day for most of the day. */
const otherPlace: NonNullable<Invocation['place']> = { locale: 'tr-TR', timezone: 'Pacific/Kiritimati' };

/** The stage runs only where every test has passed, so there is an observation to compare with. */
function sameResult(first: TestResult, again: TestResult): boolean {
  if (first.observation === undefined || again.observation === undefined) return false;
  return again.passed && sameJson(first.observation, again.observation);
}

/** Another place takes a process of its own, so only code that could see its place is taken there. */
async function runElsewhere(judgement: Judgement, test: SpecTest, seesPlace: boolean): Promise<TestResult> {
  const { session, timeoutMs, signal } = judgement;
  const options = { timeoutMs, signal, ambient: otherAmbient };
  if (!seesPlace) {
    const again = await runTest(session, test, options);
    if (!again.seesPlace) return again;
  }
  return runTest(session, test, { ...options, place: otherPlace });
}

/** The test at another time and with other dice, where it leaves them open: code must not know the moment at which it is judged. */
function atAnotherTime(test: SpecTest): SpecTest {
  return { ...test, now: test.now ?? otherAmbient.now, seed: test.seed ?? otherAmbient.seed };
}

interface Rerun {
  readonly sawPlace: boolean;
  readonly problem: string | undefined;
}

async function rerun(judgement: Judgement, test: SpecTest): Promise<Rerun> {
  const first = await judgement.resultOf(test);
  const again = await runElsewhere(judgement, atAnotherTime(test), first.seesPlace);
  const sawPlace = again.seesPlace;
  if (sameResult(first, again)) return { sawPlace, problem: undefined };
  const pinned = test.now !== undefined && test.seed !== undefined;
  const sameTime = pinned ? again : await runElsewhere(judgement, test, first.seesPlace);
  if (!sameResult(first, sameTime))
    return {
      sawPlace,
      problem:
        'the answer changes with the surroundings; take time and chance from ctx.now() and ctx.random(), and fix locale, time zone and order',
    };
  if (again.passed) return { sawPlace, problem: undefined };
  return {
    sawPlace,
    problem: 'it leaves now or seed open and is passed only with those that the gate gives; set them in the test',
  };
}

/** Backwards: what an earlier call left behind must not matter either. The outcomes come in the order of the tests. */
async function rerunBackwards(judgement: Judgement, tests: readonly PlacedTest[]): Promise<Rerun[]> {
  const reruns: Rerun[] = [];
  for (const { test } of [...tests].reverse()) reruns.unshift(await rerun(judgement, test));
  return reruns;
}

async function run(judgement: Judgement): Promise<Finding> {
  const tests = placedTests(judgement.candidate);
  const shown = tests.filter(({ from }) => from !== 'hidden');
  const hidden = tests.filter(({ from }) => from === 'hidden');
  const ofHidden = await judgement.untold(() => rerunBackwards(judgement, hidden));
  const ofShown = await rerunBackwards(judgement, shown);
  const problems = [...ofShown, ...ofHidden].map(({ problem }) => problem);
  const reasons = [...shown, ...hidden].flatMap((placed, at) =>
    problems[at] === undefined ? [] : [`${nameOf(placed)}: ${problems[at]}`],
  );
  return {
    status: reasons.length === 0 ? 'passed' : 'failed',
    checked: tests.length,
    reasons: counted(reasons).slice(0, 5),
    evidence: { ...otherPlace, tests_that_see_place: ofShown.filter(({ sawPlace }) => sawPlace).length },
  };
}

/** The same input gives the same output under another clock, other dice, another locale, time zone and order. */
export const determinismStage: Stage = {
  code: 'determinism',
  runsAfter: (failed) => failed.size === 0,
  run,
};
