import type { EvidenceRecord, Run } from '../evidence/model.js';
import { shareOf } from '../library/interval.js';
import type { Category } from '../scoring/model.js';
import type { escalationRoles, ModelLedgerEntry } from './model.js';

export type EscalationRole = (typeof escalationRoles)[number];

/** One run as a model's row sees it. */
export interface Seen {
  readonly runId: string;
  readonly category: Category | undefined;
  /** the other models of the run */
  readonly partners: readonly string[];
  readonly place: EscalationRole;
}

/** Where a model stands in the main line of a run: whether it begins, and whether it takes over from another. */
export function placeOf(run: Run, records: readonly EvidenceRecord[], model: string): EscalationRole {
  if (run.models.length < 2) return 'alone';
  let last: string | null = null;
  let starts = false;
  let takesOver = false;
  for (const record of records) {
    if (record.role !== 'assistant' || record.is_sidechain || record.model === null) continue;
    if (record.model === model && last === null) starts = true;
    if (record.model === model && last !== null && last !== model) takesOver = true;
    last = record.model;
  }
  if (starts && takesOver) return 'both';
  return starts ? 'starts' : takesOver ? 'takes_over' : 'alone';
}

/** The model with which judged runs went best, by the lower end of the interval; null where there was none beside. */
export function partnerOf(runs: readonly Seen[]): ModelLedgerEntry['best_partner_model'] {
  const judged = runs.filter((run) => run.category !== undefined && run.category !== 'needs_human_review');
  const names = [...new Set(judged.flatMap((run) => run.partners))].sort();
  const ranked = names.map((model_name) => {
    const together = judged.filter((run) => run.partners.includes(model_name));
    const accepted = together.filter((run) => run.category === 'accepted').length;
    return { model_name, accepted, runs: together.length, run_ids: together.map((run) => run.runId) };
  });
  const low = (one: { accepted: number; runs: number }): number => shareOf(one.accepted, one.runs)?.low ?? 0;
  return ranked.sort((a, b) => low(b) - low(a) || (a.model_name < b.model_name ? -1 : 1))[0] ?? null;
}
