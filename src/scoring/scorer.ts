import type { EvidenceRecord, Outcome, RunTrace } from '../evidence/model.js';
import { mainRecords, type RecordedCall, recordedCalls } from '../evidence/trace.js';
import { hashOf } from '../hash.js';
import { plural } from '../plural.js';
import { compareWithTask } from './expected.js';
import { failures, handOver, markersOf } from './markers.js';
import type { Category, ScoreReason } from './model.js';
import { type Verdict, verdictOf } from './outcomes.js';
import { reasonOf } from './reason.js';
import { ruleReasons } from './rule-match.js';
import { defaultRules, rulesDigest, type ScorerRules } from './rules.js';

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

const idle = 'The agent neither said nor called anything.';

/** Markers that leave a run open although it did what its task calls for. */
const doubtful = new Set([
  'no_result',
  'no_final_answer',
  'left_unanswered',
  'loop',
  'checks_failed',
  'user_objected',
  'claim_without_call',
]);

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

/** A run without its side chains, and what it called. */
interface Seen {
  readonly run: RunTrace['run'];
  readonly main: readonly EvidenceRecord[];
  readonly calls: readonly RecordedCall[];
}

interface Finding {
  readonly category: Category;
  readonly reasons: readonly ScoreReason[];
}

/** What a finding rests on: a verdict in the log; who supplied the run; or neither, so that markers decide. */
type Basis = 'verdict' | 'supplier' | 'markers';

/** What a run's own calls and words say that rejects it where no outcome tells otherwise. */
function blockedBy(main: readonly EvidenceRecord[], calls: readonly RecordedCall[], rules: ScorerRules): ScoreReason[] {
  if (isIdle(main, calls)) return [reasonOf('block', 'did_nothing', idle, main.at(-1))];
  const tail = failedTail(calls);
  const last = tail.at(-1);
  if (!last || tail.length < Math.min(rules.failed_tail, calls.length)) return [];
  const message = `The run ended on ${plural(tail.length, 'failed call')} (${last.tool}) and no outcome says that it was mended.`;
  return [reasonOf('block', 'last_calls_failed', message, last.resultEvidenceId ?? last.callEvidenceId)];
}

const nothingTold =
  "No reward, test result, exit code, status or person's word in the log says how well this run went.";

function withoutOutcome({ run, main, calls }: Seen, rules: ScorerRules, unclear: readonly ScoreReason[]): Finding {
  const expected = compareWithTask(run, main, calls);
  const blocks = blockedBy(main, calls, rules);
  // What a block says already is not said twice.
  const told = blocks.length > 0 ? new Set(['left_unanswered', 'failure_left']) : new Set<string>();
  const markers = markersOf(main, calls).filter((one) => !told.has(one.marker));
  if (blocks.length > 0) {
    const category = expected?.met ? 'needs_human_review' : 'rejected';
    return { category, reasons: [...blocks, ...(expected?.reasons ?? []), ...unclear, ...markers] };
  }
  if (expected?.met && unclear.length === 0) {
    const open = markers.filter((one) => doubtful.has(one.marker));
    const category = open.length === 0 ? 'accepted' : 'needs_human_review';
    return { category, reasons: [...expected.reasons, ...markers] };
  }
  const missing = unclear.length === 0 ? [reasonOf('warn', 'no_outcome', nothingTold, main.at(-1))] : [];
  return {
    category: 'needs_human_review',
    reasons: [...missing, ...unclear, ...(expected?.reasons ?? []), ...markers],
  };
}

function byOutcomes(said: readonly Said[], main: readonly EvidenceRecord[]): Finding | null {
  const end = main.at(-1);
  const clear = said.filter((one) => one.verdict.category !== null);
  const found = new Set(clear.map((one) => one.verdict.category));
  const [only] = found;
  if (!only) return null;
  if (found.size > 1) {
    const reasons = clear.map((one) =>
      reasonOf('warn', 'outcomes_conflict', one.verdict.message, one.evidenceId ?? end),
    );
    return { category: 'needs_human_review', reasons };
  }
  const severity = only === 'accepted' ? 'info' : only === 'rejected' ? 'block' : 'warn';
  return {
    category: only,
    reasons: clear.map((one) => reasonOf(severity, one.verdict.marker, one.verdict.message, one.evidenceId ?? end)),
  };
}

/** What is worth knowing about a run whatever its outcome is. */
function observations({ main, calls }: Seen): ScoreReason[] {
  const notes = [...failures(calls), ...handOver(calls, 'info')];
  return isIdle(main, calls) ? [...notes, reasonOf('info', 'did_nothing', idle, main.at(-1))] : notes;
}

/** A capability's own `ok` says that it did what its spec says, not that this was what the task needed. */
function ofExecution({ main, calls }: Seen): Finding {
  const message = 'A capability ran here, not an agent at a task; nothing says whether what it did was wanted.';
  const notes = [...failures(calls), ...handOver(calls, 'info')];
  return {
    category: 'needs_human_review',
    reasons: [reasonOf('warn', 'capability_execution', message, main.at(-1)), ...notes],
  };
}

/** What a client handed in is never taken for the word of an environment or of a task's author. */
function ofClient({ main, calls }: Seen, outcome: Said | undefined): Finding {
  const message = 'A client handed in this run or a part of it; an outcome that comes with it is not believed.';
  const notes = [...failures(calls), ...handOver(calls, 'info')];
  return {
    category: 'needs_human_review',
    reasons: [reasonOf('warn', 'client_outcome', message, outcome?.evidenceId ?? main.at(-1)), ...notes],
  };
}

function judge(trace: RunTrace, seen: Seen, rules: ScorerRules): Finding & { readonly basis: Basis } {
  const { run, main } = seen;
  if (run.origin === 'execution') return { ...ofExecution(seen), basis: 'supplier' };
  const said = outcomesOf(trace, rules);
  const isDoubted = !rules.trust_client_outcomes && hasClientEvidence(trace);
  if (isDoubted && said.length > 0) {
    const outcome = said.find((one) => one.evidenceId !== null);
    return { ...ofClient(seen, outcome), basis: 'supplier' };
  }
  const told = (marker: string, severity: 'warn' | 'info'): ScoreReason[] =>
    said
      .filter((one) => one.verdict.marker === marker)
      .map((one) => reasonOf(severity, marker, one.verdict.message, one.evidenceId ?? main.at(-1)));
  const unclear = told('outcome_unclear', 'warn');
  const decided = byOutcomes(said, main);
  if (decided) {
    const reasons = [...decided.reasons, ...unclear, ...observations(seen)];
    return { category: decided.category, reasons, basis: 'verdict' };
  }
  const believed = isDoubted ? { ...seen, run: { ...run, task: null } } : seen;
  const found = withoutOutcome(believed, rules, unclear);
  return { category: found.category, reasons: [...found.reasons, ...told('ended', 'info')], basis: 'markers' };
}

/**
 * What the operator's own rules make of a finding. A rule that blocks rejects where no verdict stands in the log; it never
 * outranks a verdict, but takes the run out of what counts as good: a person has to decide. A rule that warns does that
 * only where no verdict stands.
 */
function withRules(finding: Finding & { readonly basis: Basis }, said: readonly ScoreReason[]): Finding {
  const { basis, category, reasons } = finding;
  const blocks = said.filter((one) => one.severity === 'block');
  const others = said.filter((one) => one.severity !== 'block');
  const ruled = (): Category => {
    if (category === 'rejected') return category;
    if (blocks.length > 0) return basis === 'markers' ? 'rejected' : 'needs_human_review';
    const isWarned = others.some((one) => one.severity === 'warn');
    return isWarned && basis === 'markers' ? 'needs_human_review' : category;
  };
  return { category: ruled(), reasons: [...blocks, ...reasons, ...others] };
}

/**
 * Judges one run. Pure: the same trace and rules give the same judgement, and no model is asked.
 *
 * An environment's own verdict (reward, tests, exit code, status, a person's word in the log) outranks every other
 * marker; verdicts that contradict one another go to a person. Without a verdict a run is accepted only where it did
 * exactly what its task's author wrote down; it is rejected where it did nothing or ended on failed calls, and else
 * needs a person's review.
 */
export function scoreTrace(trace: RunTrace, rules: ScorerRules = defaultRules): Judgement {
  const main = mainRecords(trace.records);
  const seen: Seen = { run: trace.run, main, calls: recordedCalls({ run: trace.run, records: main }) };
  const finding = withRules(judge(trace, seen, rules), ruleReasons(rules.rules, seen));
  const input = {
    rules: rulesDigest(rules),
    origin: trace.run.origin,
    outcome: trace.run.outcome,
    task: trace.run.task,
    records: trace.records.map((record) => record.evidence_id),
  };
  return { category: finding.category, reasons: finding.reasons, input_hash: hashOf(input) };
}
