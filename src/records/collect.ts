import { isDestructiveName } from '../bridge/effects.js';
import type { EvidenceRecord, RunTrace } from '../evidence/model.js';
import { type RecordedCall, recordedCalls } from '../evidence/trace.js';
import { hashOf } from '../hash.js';
import { createTally } from '../knowledge/facts.js';
import type { ModelRole } from '../knowledge/model.js';
import { summarizeScratchpad } from '../knowledge/scratchpad.js';
import { commandOf, isScratchTool } from '../knowledge/steps.js';
import { taskTypeOf } from '../knowledge/task-type.js';
import type { Override, ScoredRun, ScoreReason, Suggestion } from '../scoring/model.js';
import { type RunEvidence, runEvidenceSchema } from './run-evidence.js';

/** The streams that say something of one run. */
export interface Streams {
  readonly trace: RunTrace;
  readonly score: ScoredRun | undefined;
  readonly override: Override | undefined;
  readonly suggestions: readonly Suggestion[];
  /** How a file may be named outside. */
  shownFile(path: string): string;
}

const maxFacts = 50;

function commandsOf(calls: readonly RecordedCall[]): RunEvidence['commands_run'] {
  return calls.map((call) => ({
    command: commandOf(call) ?? `${call.tool} ${JSON.stringify(call.args ?? {})}`,
    failed: call.failed,
    evidence_id: call.callEvidenceId,
  }));
}

function contextOf(calls: readonly RecordedCall[], runId: string): RunEvidence['retrieved_context'] {
  const tally = createTally();
  for (const call of calls) {
    if (call.failed || call.resultEvidenceId === null || isDestructiveName(call.tool) || commandOf(call)) continue;
    tally.add(`${call.tool} ${JSON.stringify(call.args ?? {})}`, { run_id: runId, evidence_id: call.resultEvidenceId });
  }
  return tally.facts(maxFacts);
}

/** What was put in, or what came out, by the hashes of redacted content. */
function hashOfSide(records: readonly EvidenceRecord[], isOutput: boolean): string {
  const side = records.filter((record) => record.kind !== 'outcome' && (record.role === 'assistant') === isOutput);
  return hashOf(
    side.map(({ role, text, tool_calls, tool_result, act }) => ({ role, text, tool_calls, tool_result, act })),
  );
}

function roleOf(records: readonly EvidenceRecord[], model: string | null): ModelRole {
  const own = records.filter((record) => record.role === 'assistant' && record.model === model);
  if (own.length === 0) return 'unknown';
  return own.some((record) => !record.is_sidechain) ? 'agent' : 'sub_agent';
}

const speaksFor = /_full$|^(?:expected_actions_done|checks_passed|changes_confirmed|user_thanked)$/;

/** Reasons for and against the run; a note that is neither stands in the score alone. */
function markersOf(score: ScoredRun | undefined): Pick<RunEvidence, 'success_markers' | 'failure_markers'> {
  const reasons = score?.reasons ?? [];
  const overridden = (marker: string, category: ScoredRun['category']): boolean =>
    marker === 'override' && score?.category === category;
  const isGood = ({ marker }: ScoreReason): boolean => speaksFor.test(marker) || overridden(marker, 'accepted');
  const isBad = ({ marker, severity }: ScoreReason): boolean => severity !== 'info' || overridden(marker, 'rejected');
  return {
    success_markers: reasons.filter(isGood),
    failure_markers: reasons.filter((reason) => !isGood(reason) && isBad(reason)),
  };
}

function provenanceOf({ trace, shownFile }: Streams): RunEvidence['provenance'] {
  return trace.records.map(({ evidence_id, provenance }) => {
    const { sig_hash: _kept, source_file, ...place } = provenance;
    return { ...place, source_file: shownFile(source_file), evidence_id };
  });
}

/** Joins what the streams say of one run into one record. The same streams give the same record. */
export function collectRun(streams: Streams): RunEvidence {
  const { run, records } = streams.trace;
  const calls = recordedCalls(streams.trace).filter((call) => !isScratchTool(call.tool));
  const main = records.find((record) => record.role === 'assistant' && !record.is_sidechain && record.model !== null);
  const model = main?.model ?? run.models[0] ?? null;
  const body = {
    schema_version: 1,
    kind: 'run',
    run_id: run.run_id,
    task_id: run.task_id,
    task_type: taskTypeOf(run),
    timestamp: run.started_at,
    ended_at: run.ended_at,
    format: run.format,
    origin: run.origin,
    model_name: model,
    model_role: roleOf(records, model),
    models: run.models,
    input_hash: hashOfSide(records, false),
    output_hash: hashOfSide(records, true),
    source_files: [...new Set(records.map((record) => streams.shownFile(record.provenance.source_file)))],
    commands_run: commandsOf(calls),
    retrieved_context: contextOf(calls, run.run_id),
    observer_notes: streams.suggestions.map(({ category, reason, at, via }) => ({
      text: `${category}: ${reason}`,
      at,
      via,
    })),
    scratchpad_summary: summarizeScratchpad(streams.trace),
    ...markersOf(streams.score),
    validation_results: records.flatMap(({ outcome, evidence_id }) => (outcome ? [{ ...outcome, evidence_id }] : [])),
    human_override: streams.override ?? null,
    records: records.map(({ run_id, evidence_id }) => ({ run_id, evidence_id })),
    provenance: provenanceOf(streams),
  };
  return runEvidenceSchema.parse({ ...body, evidence_id: hashOf(body) });
}
