import type { EvidenceRecord, Outcome, RunTrace } from '../evidence/model.js';
import { mainRecords, type RecordedCall, recordedCalls } from '../evidence/trace.js';
import { hashOf } from '../hash.js';
import type { Category, ScoreReason } from './model.js';
import { type Verdict, verdictOf } from './outcomes.js';
import { defaultRules, type ScorerRules } from './rules.js';

export interface Judgement {
  readonly category: Category;
  readonly reasons: readonly ScoreReason[];
  readonly input_hash: string;
}

interface Said {
  readonly outcome: Outcome;
  readonly evidenceId: string | null;
  readonly verdict: Verdict;
}

function reason(
  severity: ScoreReason['severity'],
  marker: string,
  message: string,
  evidenceId: string | null = null,
): ScoreReason {
  return { marker, severity, message, evidence_id: evidenceId };
}

/** Whether a client, not a file that the operator named, supplied the run or any record of it. */
export function hasClientEvidence(trace: RunTrace): boolean {
  return (
    trace.run.origin === 'client' || trace.records.some((record) => record.provenance.source_file.startsWith('client:'))
  );
}

/** Every outcome that the trace holds, once each; the run's own is usually one of its records. */
function outcomesOf(trace: RunTrace, rules: ScorerRules): Said[] {
  const said = new Map<string, Said>();
  const add = (outcome: Outcome | null, evidenceId: string | null): void => {
    if (outcome === null) return;
    const key = hashOf(outcome);
    if (!said.has(key)) said.set(key, { outcome, evidenceId, verdict: verdictOf(outcome, rules.full_reward) });
  };
  for (const record of trace.records) add(record.outcome, record.evidence_id);
  add(trace.run.outcome, null);
  return [...said.values()];
}

const handsOver = /transfer_to_human|handoff|hand_over|escalat/i;

/** What is worth knowing about a run whatever its outcome is. */
function observations(calls: readonly RecordedCall[], idle: boolean): ScoreReason[] {
  const notes: ScoreReason[] = [];
  const failed = calls.filter((call) => call.failed);
  const first = failed[0];
  if (first) {
    const message = `${failed.length} of ${calls.length} calls failed.`;
    notes.push(reason('info', 'failed_calls', message, first.resultEvidenceId ?? first.callEvidenceId));
  }
  const handed = calls.find((call) => handsOver.test(call.tool));
  if (handed) {
    notes.push(
      reason('info', 'handed_over', `The agent handed over to a person with ${handed.tool}.`, handed.callEvidenceId),
    );
  }
  if (idle) notes.push(reason('info', 'did_nothing', 'The agent neither said nor called anything.'));
  return notes;
}

const isIdle = (main: readonly EvidenceRecord[], calls: readonly RecordedCall[]): boolean =>
  calls.length === 0 &&
  !main.some(
    (record) =>
      record.kind === 'act' ||
      record.kind === 'execution' ||
      (record.role === 'assistant' && (record.text ?? '').trim() !== ''),
  );

function failedTail(calls: readonly RecordedCall[]): RecordedCall[] {
  const lastGood = calls.findLastIndex((call) => !call.failed);
  return calls.slice(lastGood + 1);
}

interface Finding {
  readonly category: Category;
  readonly reasons: readonly ScoreReason[];
}

function withoutOutcome(main: readonly EvidenceRecord[], calls: readonly RecordedCall[], rules: ScorerRules): Finding {
  if (isIdle(main, calls)) {
    return {
      category: 'rejected',
      reasons: [reason('block', 'did_nothing', 'The agent neither said nor called anything.')],
    };
  }
  const tail = failedTail(calls);
  const last = tail.at(-1);
  if (last && tail.length >= Math.min(rules.failed_tail, calls.length)) {
    const message = `The run ended on ${tail.length} failed call${tail.length === 1 ? '' : 's'} (${last.tool}) and no outcome says that it was mended.`;
    return {
      category: 'rejected',
      reasons: [reason('block', 'last_calls_failed', message, last.resultEvidenceId ?? last.callEvidenceId)],
    };
  }
  const reasons = [
    reason(
      'warn',
      'no_outcome',
      "The log holds no reward, test result, exit code, status or person's verdict for this run.",
    ),
  ];
  const unanswered = calls.find((call) => call.result === undefined);
  if (unanswered) {
    reasons.push(
      reason(
        'warn',
        'no_result',
        `The log holds no result for a call of ${unanswered.tool}.`,
        unanswered.callEvidenceId,
      ),
    );
  }
  const end = main.findLast((record) => record.kind === 'message');
  if (end?.role === 'tool') {
    reasons.push(
      reason('warn', 'no_final_answer', 'The log ends on a tool result, without an answer.', end.evidence_id),
    );
  }
  return { category: 'needs_human_review', reasons };
}

function byOutcomes(said: readonly Said[]): Finding | null {
  const clear = said.filter((one) => one.verdict.category !== null);
  const found = new Set(clear.map((one) => one.verdict.category));
  const [only] = found;
  if (!only) return null;
  if (found.size > 1) {
    const reasons = clear.map((one) => reason('warn', 'outcomes_conflict', one.verdict.message, one.evidenceId));
    return { category: 'needs_human_review', reasons };
  }
  const severity = only === 'accepted' ? 'info' : only === 'rejected' ? 'block' : 'warn';
  return {
    category: only,
    reasons: clear.map((one) => reason(severity, one.verdict.marker, one.verdict.message, one.evidenceId)),
  };
}

/** A capability's own `ok` says that it did what its spec says, not that this was what the task needed. */
function ofExecution(calls: readonly RecordedCall[]): Finding {
  const message = 'A capability ran here, not an agent at a task; nothing says whether what it did was wanted.';
  return {
    category: 'needs_human_review',
    reasons: [reason('warn', 'capability_execution', message), ...observations(calls, false)],
  };
}

function judge(trace: RunTrace, rules: ScorerRules): Finding {
  const main = mainRecords(trace.records);
  const calls = recordedCalls({ run: trace.run, records: main });
  if (trace.run.origin === 'execution') return ofExecution(calls);
  const said = outcomesOf(trace, rules);
  if (said.length > 0 && !rules.trust_client_outcomes && hasClientEvidence(trace)) {
    const message = 'A client handed in this run or a part of it; an outcome that comes with it is not believed.';
    const outcome = said.find((one) => one.evidenceId !== null);
    return {
      category: 'needs_human_review',
      reasons: [reason('warn', 'client_outcome', message, outcome?.evidenceId ?? null), ...observations(calls, false)],
    };
  }
  const unclear = said
    .filter((one) => one.verdict.category === null)
    .map((one) => reason('warn', one.verdict.marker, one.verdict.message, one.evidenceId));
  const decided = byOutcomes(said);
  if (decided) {
    return {
      category: decided.category,
      reasons: [...decided.reasons, ...unclear, ...observations(calls, isIdle(main, calls))],
    };
  }
  const open = withoutOutcome(main, calls, rules);
  return { category: open.category, reasons: [...open.reasons, ...unclear, ...observations(calls, false)] };
}

/**
 * Judges one run. Pure: the same trace and rules give the same judgement, and no model is asked.
 *
 * An environment's own verdict (reward, tests, exit code, status, a person's word in the log) outranks every other
 * marker; verdicts that contradict one another go to a person. Without a verdict a run is never accepted: it is rejected
 * where it did nothing or ended on failed calls, else it needs a person's review.
 */
export function scoreTrace(trace: RunTrace, rules: ScorerRules = defaultRules): Judgement {
  const finding = judge(trace, rules);
  const input = {
    rules,
    origin: trace.run.origin,
    outcome: trace.run.outcome,
    records: trace.records.map((record) => record.evidence_id),
  };
  return { category: finding.category, reasons: finding.reasons, input_hash: hashOf(input) };
}
