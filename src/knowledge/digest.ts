import type { EvidenceRecord, RunTrace } from '../evidence/model.js';
import { type RecordedCall, recordedCalls } from '../evidence/trace.js';
import { contentWords } from '../needs/talk.js';
import type { ScoredRun, ScoreReason } from '../scoring/model.js';
import type { Ground } from './model.js';
import { commandOf, isHandOver, isScratchTool, isValidation, pathsOf, stepOf, touchesFiles } from './steps.js';
import { taskTypeOf } from './task-type.js';

/** One call of a run, without what it was given and what came back. */
export interface Step {
  readonly step: string;
  readonly tool: string;
  readonly failed: boolean;
  readonly arguments: readonly string[];
  readonly command: string | null;
  readonly error: string | null;
  readonly validates: boolean;
  readonly handsOver: boolean;
  readonly touches: boolean;
  readonly paths: readonly string[];
  /** the record that shows how it went: of a failed call its result */
  readonly source: Ground;
  /** the record of the call, in which its arguments stand */
  readonly called: Ground;
}

/** What playbooks need of a run: small enough to hold those of many runs. */
export interface RunDigest {
  readonly runId: string;
  readonly taskType: string;
  readonly accepted: boolean;
  readonly steps: readonly Step[];
  /** models of the main line in the order in which they worked, each with its first record */
  readonly models: readonly { readonly model: string; readonly source: Ground }[];
  readonly words: readonly string[];
  readonly request: Ground | null;
  readonly reasons: readonly ScoreReason[];
}

function stepOfCall(call: RecordedCall, runId: string): Step {
  return {
    step: stepOf(call),
    tool: call.tool,
    failed: call.failed,
    arguments: Object.keys(call.args ?? {}).sort(),
    command: commandOf(call),
    error: call.error,
    validates: isValidation(call),
    handsOver: isHandOver(call.tool),
    touches: touchesFiles(call),
    paths: pathsOf(call),
    source: {
      run_id: runId,
      evidence_id: call.failed ? (call.resultEvidenceId ?? call.callEvidenceId) : call.callEvidenceId,
    },
    called: { run_id: runId, evidence_id: call.callEvidenceId },
  };
}

function modelsOf(records: readonly EvidenceRecord[]): RunDigest['models'] {
  const path: { model: string; source: Ground }[] = [];
  for (const { role, model, run_id, evidence_id } of records) {
    if (role === 'assistant' && model !== null && path.at(-1)?.model !== model) {
      path.push({ model, source: { run_id, evidence_id } });
    }
  }
  return path;
}

/** Reads the main line of a run; what sub-agents did is theirs. Thinking and planning are no steps. */
export function digestOf({ run, records }: RunTrace, score: ScoredRun): RunDigest {
  const main = records.filter((record) => !record.is_sidechain);
  const calls = recordedCalls({ run, records: main }).filter((call) => !isScratchTool(call.tool));
  const request = main.find((record) => record.role === 'user' && record.is_human && record.text?.trim());
  return {
    runId: run.run_id,
    taskType: taskTypeOf(run),
    accepted: score.category === 'accepted',
    steps: calls.map((call) => stepOfCall(call, run.run_id)),
    models: modelsOf(main),
    words: [...new Set(contentWords(request?.text ?? ''))],
    request: request ? { run_id: run.run_id, evidence_id: request.evidence_id } : null,
    reasons: score.reasons,
  };
}
