import { sameJson } from '../compare.js';
import { counted, type Finding, type Judgement, nameOf, placedTests, type Stage } from '../judgement.js';
import { runTest, type TestResult } from '../run-test.js';
import type { Invocation } from '../runtimes/runtime.js';

/**
 * Other surroundings: every field of the clock differs from what tests pin, the dice too; the locale has its own casing
 * and decimal comma, and the zone lies on another day for most of the day.
 */
export const otherAmbient: NonNullable<Invocation['ambient']> = {
  now: '2037-08-19T21:43:37.519Z',
  seed: 987_654_321,
  locale: 'tr-TR',
  timezone: 'Pacific/Kiritimati',
};

/** The stage runs only where every test has passed, so there is an observation to compare with. */
function sameResult(first: TestResult, again: TestResult): boolean {
  if (first.observation === undefined || again.observation === undefined) return false;
  return again.passed && sameJson(first.observation, again.observation);
}

async function run(judgement: Judgement): Promise<Finding> {
  const { session, timeoutMs, signal } = judgement;
  const tests = placedTests(judgement.candidate);
  const reasons: string[] = [];
  // Backwards: what an earlier call left behind must not matter either.
  for (const placed of [...tests].reverse()) {
    const first = await judgement.resultOf(placed.test);
    const again = await runTest(session, placed.test, { timeoutMs, signal, ambient: otherAmbient });
    if (!sameResult(first, again))
      reasons.push(
        `${nameOf(placed)}: the answer changes with the surroundings; take time and chance from ctx.now() and ctx.random(), and fix locale, time zone and order`,
      );
  }
  return {
    status: reasons.length === 0 ? 'passed' : 'failed',
    checked: tests.length,
    reasons: counted(reasons.reverse()).slice(0, 5),
    evidence: { locale: otherAmbient.locale, timezone: otherAmbient.timezone },
  };
}

/** The same input gives the same output under another clock, other dice, another locale, time zone and order. */
export const determinismStage: Stage = {
  code: 'determinism',
  runsAfter: (failed) => failed.size === 0,
  run,
};
