import type { EvidenceRecord, Run, RunTrace } from '../evidence/model.js';
import { recordedCalls } from '../evidence/trace.js';
import { shareOf } from '../library/interval.js';
import type { ScoredRun } from '../scoring/model.js';
import { createTally, type FactTally } from './facts.js';
import { type Ground, type ModelLedgerEntry, type ModelRole, modelLedgerEntrySchema } from './model.js';
import { partnerOf, placeOf, type Seen } from './partners.js';
import { taskTypeOf } from './task-type.js';

/** Stands for every task type in one row. */
export const allTypes = '*';
/** The name of the model where a log names none. */
export const unnamedModel = 'unknown';

const maxFailureModes = 20;

interface Answer {
  readonly ms: number;
  readonly source: Ground;
}

/** What one row is counted from. */
interface Row {
  readonly model: string;
  readonly taskType: string;
  readonly runs: Seen[];
  readonly failures: FactTally;
  readonly answers: Answer[];
  readonly usage: { usd: number | null; input: number; output: number; runIds: Set<string> };
  readonly roles: Set<ModelRole>;
  updated: string;
}

const providers: readonly (readonly [RegExp, string])[] = [
  [/^claude\b/i, 'anthropic'],
  [/^(?:gpt|chatgpt|codex|o\d)\b/i, 'openai'],
  [/^(?:gemini|gemma)\b/i, 'google'],
  [/^(?:mistral|mixtral|codestral|devstral)\b/i, 'mistral'],
  [/^(?:llama)\b/i, 'meta'],
  [/^(?:qwen)\b/i, 'alibaba'],
  [/^(?:deepseek)\b/i, 'deepseek'],
  [/^(?:grok)\b/i, 'xai'],
];

/** Who makes a model, as its name tells: what stands before the slash, or a family that is known, fine-tuned (`ft:`) or not. */
export function providerOf(model: string): string | null {
  const slash = model.indexOf('/');
  if (slash > 0) return model.slice(0, slash);
  const base = model.replace(/^ft:/, '');
  return providers.find(([family]) => family.test(base))?.[1] ?? null;
}

/** Whether a record is a model's own; what names no model is of the one without a name. */
const isBy = (record: EvidenceRecord, model: string): boolean => (record.model ?? unnamedModel) === model;

/** How long a model took for an answer: from what stood before it in its line of talk to the answer. */
function answersOf(records: readonly EvidenceRecord[], model: string): Answer[] {
  const last = new Map<boolean, EvidenceRecord>();
  const found: Answer[] = [];
  for (const record of records) {
    const before = last.get(record.is_sidechain);
    last.set(record.is_sidechain, record);
    if (record.role !== 'assistant' || !isBy(record, model) || !before || before.role === 'assistant') continue;
    const ms = Date.parse(record.timestamp ?? '') - Date.parse(before.timestamp ?? '');
    if (ms >= 0) found.push({ ms, source: { run_id: record.run_id, evidence_id: record.evidence_id } });
  }
  return found;
}

/** The nearest rank: it is one answer's own time, which can be looked up. */
function percentile(answers: readonly Answer[], share: number): Answer | null {
  const sorted = answers.toSorted(
    (a, b) => a.ms - b.ms || ((a.source.evidence_id ?? '') < (b.source.evidence_id ?? '') ? -1 : 1),
  );
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

function roleOf(records: readonly EvidenceRecord[], model: string): ModelRole {
  const own = records.filter((record) => record.role === 'assistant' && isBy(record, model));
  if (own.some((record) => !record.is_sidechain)) return 'agent';
  if (own.length > 0) return 'sub_agent';
  return records.some((record) => record.outcome?.grader === model) ? 'grader' : 'unknown';
}

export interface Ledger {
  add(trace: RunTrace, score: ScoredRun | undefined): void;
  /** By model, then task type; `*` first. */
  entries(): ModelLedgerEntry[];
}

const modelsOf = (run: Run): readonly string[] => (run.models.length > 0 ? run.models : [unnamedModel]);

/**
 * Counts runs by model and task type. A run counts for each model that took part in it. Rates are over judged runs; what
 * waits for a person counts as a sample and not as a success or a failure.
 * @param contextWindows tokens by model, as far as they are known
 */
export function createLedger(contextWindows: Readonly<Record<string, number>> = {}): Ledger {
  const rows = new Map<string, Row>();
  const rowOf = (model: string, taskType: string): Row => {
    const key = JSON.stringify([model, taskType]);
    const row = rows.get(key) ?? {
      model,
      taskType,
      runs: [],
      failures: createTally(),
      answers: [],
      usage: { usd: null, input: 0, output: 0, runIds: new Set() },
      roles: new Set(),
      updated: '',
    };
    rows.set(key, row);
    return row;
  };
  return {
    add(trace, score) {
      for (const model of modelsOf(trace.run)) {
        for (const taskType of [allTypes, taskTypeOf(trace.run)]) addRun(rowOf(model, taskType), trace, score);
      }
    },
    entries() {
      const sorted = [...rows.values()].sort((a, b) =>
        a.model === b.model ? order(a.taskType, b.taskType) : order(a.model, b.model),
      );
      return sorted.map((row) => entryOf(row, contextWindows[row.model] ?? null));
    },
  };
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function addRun(row: Row, { run, records }: RunTrace, score: ScoredRun | undefined): void {
  row.runs.push({
    runId: run.run_id,
    category: score?.category,
    partners: run.models.filter((model) => model !== row.model),
    place: placeOf(run, records, row.model),
  });
  row.roles.add(roleOf(records, row.model));
  row.answers.push(...answersOf(records, row.model));
  addUsage(row, records, run.models.length <= 1);
  for (const record of records) {
    if (record.provenance.recorded_at > row.updated) row.updated = record.provenance.recorded_at;
  }
  if (score?.category !== 'rejected') return;
  for (const reason of score.reasons.filter((one) => one.severity !== 'info')) {
    row.failures.add(`marker ${reason.marker}`, { run_id: run.run_id, evidence_id: reason.evidence_id });
  }
  for (const call of recordedCalls({ run, records }).filter((one) => one.failed)) {
    row.failures.add(`${call.tool} failed`, {
      run_id: run.run_id,
      evidence_id: call.resultEvidenceId ?? call.callEvidenceId,
    });
  }
}

/** @param alone whether usage without a model's name is this model's */
function addUsage({ usage, model }: Row, records: readonly EvidenceRecord[], alone: boolean): void {
  for (const { usage: used, model: by, run_id } of records) {
    if (!used || !(by === model || (alone && by === null))) continue;
    usage.input += used.input_tokens;
    usage.output += used.output_tokens;
    if (used.cost_usd !== null) usage.usd = (usage.usd ?? 0) + used.cost_usd;
    usage.runIds.add(run_id);
  }
}

function successOf(runs: readonly Seen[]): ModelLedgerEntry['success_rate'] {
  const accepted = runs.filter((run) => run.category === 'accepted').map((run) => run.runId);
  const others = runs.filter((run) => run.category === 'rejected' || run.category === 'partially_accepted');
  const share = shareOf(accepted.length, accepted.length + others.length);
  return (
    share && {
      value: share.value,
      low: share.low,
      high: share.high,
      accepted_run_ids: accepted,
      other_run_ids: others.map((run) => run.runId),
    }
  );
}

function entryOf(row: Row, contextWindow: number | null): ModelLedgerEntry {
  const { usage, roles } = row;
  const role = (['agent', 'sub_agent', 'grader'] as const).find((one) => roles.has(one)) ?? 'unknown';
  const places = new Set(row.runs.map((run) => run.place));
  const starts = places.has('starts') || places.has('both');
  const takesOver = places.has('takes_over') || places.has('both');
  return modelLedgerEntrySchema.parse({
    schema_version: 1,
    model_name: row.model,
    model_provider: providerOf(row.model),
    model_role: role,
    task_type: row.taskType,
    success_rate: successOf(row.runs),
    failure_modes: row.failures.facts(maxFailureModes),
    best_partner_model: partnerOf(row.runs),
    escalation_role: starts && takesOver ? 'both' : starts ? 'starts' : takesOver ? 'takes_over' : 'alone',
    cost:
      usage.runIds.size === 0
        ? null
        : { usd: usage.usd, input_tokens: usage.input, output_tokens: usage.output, run_ids: [...usage.runIds] },
    latency_p50: percentile(row.answers, 0.5),
    latency_p95: percentile(row.answers, 0.95),
    context_window: contextWindow,
    sample_count: row.runs.length,
    source_run_ids: row.runs.map((run) => run.runId),
    last_updated: row.updated,
  });
}
