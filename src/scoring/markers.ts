import { effectOfName } from '../bridge/effects.js';
import type { EvidenceRecord } from '../evidence/model.js';
import type { RecordedCall } from '../evidence/trace.js';
import { canonicalJson } from '../json.js';
import { plural } from '../plural.js';
import { lastCheck } from './checks.js';
import type { ScoreReason } from './model.js';
import { reasonOf } from './reason.js';

export const handsOver = /transfer_to_human|handoff|hand_?over|escalat/i;

/** A call that is made so often with the same arguments and the same answer is a loop. */
const loopLength = 3;

type Main = readonly EvidenceRecord[];
type Calls = readonly RecordedCall[];
type Severity = ScoreReason['severity'];

const textOf = (record: EvidenceRecord | undefined): string => (record?.text ?? '').trim();
const isSpoken = (record: EvidenceRecord): boolean => record.kind === 'message' && textOf(record) !== '';
const saidBy = (main: Main, role: 'user' | 'assistant'): EvidenceRecord[] =>
  main.filter((record) => record.role === role && isSpoken(record) && (role === 'assistant' || record.is_human));

/** Calls that failed; where the same tool never worked afterwards, that is said of it. */
export function failures(calls: Calls): ScoreReason[] {
  const failed = calls.filter((call) => call.failed);
  const first = failed[0];
  if (!first) return [];
  const message = `${failed.length} of ${calls.length} calls failed.`;
  return [reasonOf('info', 'failed_calls', message, first.resultEvidenceId ?? first.callEvidenceId)];
}

export function handOver(calls: Calls, severity: Severity): ScoreReason[] {
  const handed = calls.find((call) => handsOver.test(call.tool));
  if (!handed) return [];
  const message = `The agent handed over to a person with ${handed.tool}.`;
  return [reasonOf(severity, 'handed_over', message, handed.callEvidenceId)];
}

function failureLeft(calls: Calls): ScoreReason[] {
  const left = calls.findLast(
    (call) =>
      call.failed && !calls.some((later) => later.index > call.index && later.tool === call.tool && !later.failed),
  );
  if (!left) return [];
  const message = `A call of ${left.tool} failed and none worked after it.`;
  return [reasonOf('warn', 'failure_left', message, left.resultEvidenceId ?? left.callEvidenceId)];
}

function loops(calls: Calls): ScoreReason[] {
  const seen = new Map<string, number>();
  for (const call of calls) {
    if (call.result === undefined) continue;
    const key = canonicalJson([call.tool, call.args, call.result]);
    const times = (seen.get(key) ?? 0) + 1;
    seen.set(key, times);
    if (times < loopLength) continue;
    const message = `${call.tool} was called ${loopLength} times with the same arguments and the same answer.`;
    return [reasonOf('warn', 'loop', message, call.callEvidenceId)];
  }
  return [];
}

/** English words of somebody who is not content. In other languages nothing is found, and nothing is concluded. */
const objection =
  /\b(?:that(?:'|\u2019)?s|this is|it(?:'|\u2019)?s) (?:still )?(?:wrong|incorrect|not (?:right|correct|what i))|\bnot what i (?:asked|wanted|meant)|\bstill (?:not|does(?:n(?:'|\u2019)t| not)|is(?:n(?:'|\u2019)t| not)|broken|wrong|failing)|\byou (?:forgot|missed|ignored|misunderstood|broke)|\b(?:undo|revert) (?:that|this|it)\b|\bthere must be (?:a|some) mistake/i;

function objections(main: Main): ScoreReason[] {
  const found = saidBy(main, 'user')
    .slice(1)
    .findLast((record) => objection.test(textOf(record)));
  return found
    ? [reasonOf('warn', 'user_objected', 'The user corrected the agent or said that something is wrong.', found)]
    : [];
}

const thanks = /\b(?:thanks|thank you|perfect|great|that(?:'|\u2019)?s all|all set|works now)\b/i;

function lastWords(main: Main): ScoreReason[] {
  const last = saidBy(main, 'user').slice(1).at(-1);
  if (!last || !thanks.test(textOf(last)) || objection.test(textOf(last))) return [];
  return [
    reasonOf('info', 'user_thanked', "The user's last words are thanks, which proves nothing of the result.", last),
  ];
}

const refusal =
  /\b(?:unable to|can(?:not|(?:'|\u2019)t)|could(?:n(?:'|\u2019)t| not)|not able to|not possible to) (?:\w+ ){0,2}(?:help|assist|proceed|process|complete|do|find|cancel|change|modify|book|offer|provide|fix|make|access|solve|finish)\b/i;

function refusals(main: Main): ScoreReason[] {
  const found = saidBy(main, 'assistant')
    .slice(-2)
    .find((record) => refusal.test(textOf(record)));
  return found
    ? [reasonOf('warn', 'request_declined', 'The agent ended by saying that it could not do something.', found)]
    : [];
}

const claim =
  /\b(?:i have|i(?:'|\u2019)ve|has been|have been|was|were) (?:now |successfully )*(?:added|applied|booked|cancel+ed|changed|closed|created|deleted|fixed|issued|opened|processed|refunded|removed|sent|submitted|updated|upgraded)\b/i;

/** What was really changed: calls of tools that are not known to read, with an answer that is no failure. */
const changesOf = (calls: Calls): RecordedCall[] =>
  calls.filter(
    (call) =>
      !call.failed && call.result !== undefined && effectOfName(call.tool) !== 'reads' && !handsOver.test(call.tool),
  );

function changes(main: Main, calls: Calls): ScoreReason[] {
  const made = changesOf(calls);
  const last = made.at(-1);
  if (last) {
    const message = `${plural(made.length, 'call')} that may change something had an answer without an error.`;
    return [reasonOf('info', 'changes_confirmed', message, last.resultEvidenceId)];
  }
  const claimed = saidBy(main, 'assistant').findLast((record) => claim.test(textOf(record)));
  if (!claimed || calls.length === 0) return [];
  return [
    reasonOf('warn', 'claim_without_call', 'The agent says that it changed something, but no call did.', claimed),
  ];
}

function endings(main: Main, calls: Calls): ScoreReason[] {
  const reasons: ScoreReason[] = [];
  const open = calls.find((call) => call.result === undefined);
  if (open) {
    const message = `The log holds no result for a call of ${open.tool}.`;
    reasons.push(reasonOf('warn', 'no_result', message, open.callEvidenceId));
  }
  const end = main.findLast((record) => record.kind === 'message');
  if (end?.role === 'tool') {
    const message = 'The log ends on a tool result, without an answer.';
    reasons.push(reasonOf('warn', 'no_final_answer', message, end));
  }
  if (end?.role === 'user' && end.is_human && !thanks.test(textOf(end)) && isMoreThanAWord(textOf(end))) {
    reasons.push(reasonOf('warn', 'left_unanswered', "The log ends on the user's words, without an answer.", end));
  }
  return reasons;
}

/** One word at the end (`ok`, a sign that the talk is over) asks for nothing. */
function isMoreThanAWord(text: string): boolean {
  return /\s/.test(text) && /[\p{L}\p{N}]{2}/u.test(text);
}

/** What speaks for or against a run of which no outcome tells: none of it accepts a run. */
export function markersOf(main: Main, calls: Calls): ScoreReason[] {
  return [
    ...endings(main, calls),
    ...loops(calls),
    ...failureLeft(calls),
    ...lastCheck(calls),
    ...handOver(calls, 'warn'),
    ...objections(main),
    ...refusals(main),
    ...changes(main, calls),
    ...lastWords(main),
    ...failures(calls),
  ];
}
