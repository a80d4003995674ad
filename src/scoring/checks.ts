import { type RecordedCall, textOfResult } from '../evidence/trace.js';
import { isValidation, touchesFiles } from '../knowledge/steps.js';
import type { ScoreReason } from './model.js';
import { reasonOf } from './reason.js';

/** What test runners, linters and compilers print where something is wrong, and where nothing is. */
const wrong =
  /\b[1-9]\d* (?:failed|failing|failures?|errors?)\b|\b(?:FAILED|FAIL)\b|\btest result: FAILED|\bBUILD FAILED\b|\berror TS\d+|\bTraceback \(most recent call last\)/;
const right =
  /\b[1-9]\d* (?:passed|passing)\b|\btest result: ok\b|^OK(?: \(|$)|\bBUILD SUCCESS|\ball checks passed\b|\b0 (?:errors|failures|problems)\b|^ok\s+\S+/im;

/**
 * What the last check of the work said (tests, types, lint, a build): only where nothing was changed after it. A check whose
 * words are not known says nothing, for a shell tells its exit code only in some logs. It is the agent's own check, so it
 * never accepts a run.
 */
export function lastCheck(calls: readonly RecordedCall[]): ScoreReason[] {
  const at = calls.findLastIndex(isValidation);
  const call = calls[at];
  if (!call || call.result === undefined || calls.slice(at + 1).some(touchesFiles)) return [];
  const said = textOfResult(call.result);
  const on = call.resultEvidenceId ?? call.callEvidenceId;
  if (call.failed || wrong.test(said)) {
    return [reasonOf('warn', 'checks_failed', "The run's last check of its work failed.", on)];
  }
  if (!right.test(said)) return [];
  return [
    reasonOf('info', 'checks_passed', "The run's last check of its work passed, and nothing was changed after it.", on),
  ];
}
