import type { Store } from '../store.js';
import type { ScoreRunOutput } from './contract.js';
import type { ScoredRun } from './model.js';

/** Scores as they are listed: each reason with its marker and the place of the record that it rests on in its run. */
export async function shownRuns(store: Store, scores: readonly ScoredRun[]): Promise<ScoreRunOutput['runs']> {
  const runs: ScoreRunOutput['runs'] = [];
  for (const { run_id, category, reasons } of scores) {
    const told: string[] = [];
    for (const { marker, message, evidence_id } of reasons) {
      const record = evidence_id === null ? undefined : await store.evidence.getRecord(evidence_id);
      told.push(`${marker}${record ? ` (record ${record.ordinal})` : ''}: ${message}`);
    }
    runs.push({ run_id, category, reasons: told });
  }
  return runs;
}
