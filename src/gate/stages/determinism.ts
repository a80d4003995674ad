import { sameJson } from '../compare.js';
import { counted, type Finding, type Judgement, nameOf, placedTests, type Stage } from '../judgement.js';
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
async function runElsewhere({ session, timeoutMs, signal }: Judgement, first: TestResult): Promise<TestResult> {
  const options = { timeoutMs, signal, ambient: otherAmbient };
  if (!first.seesPlace) {
    const again = await runTest(session, first.test, options);
    if (!again.seesPlace) return again;
  }
  return runTest(session, first.test, { ...options, place: otherPlace });
}

async function run(judgement: Judgement): Promise<Finding> {
  const tests = placedTests(judgement.candidate);
  const reasons: string[] = [];
  let elsewhere = 0;
  // Backwards: what an earlier call left behind must not matter either.
  for (const placed of [...tests].reverse()) {
    const first = await judgement.resultOf(placed.test);
    const rerun = (): Promise<TestResult> => runElsewhere(judgement, first);
    const again = await (placed.from === 'hidden' ? judgement.untold(rerun) : rerun());
    if (again.seesPlace && placed.from !== 'hidden') elsewhere += 1;
    if (!sameResult(first, again))
      reasons.push(
        `${nameOf(placed)}: the answer changes with the surroundings; take time and chance from ctx.now() and ctx.random(), and fix locale, time zone and order`,
      );
  }
  return {
    status: reasons.length === 0 ? 'passed' : 'failed',
    checked: tests.length,
    reasons: counted(reasons.reverse()).slice(0, 5),
    evidence: { ...otherPlace, tests_that_see_place: elsewhere },
  };
}

/** The same input gives the same output under another clock, other dice, another locale, time zone and order. */
export const determinismStage: Stage = {
  code: 'determinism',
  runsAfter: (failed) => failed.size === 0,
  run,
};
