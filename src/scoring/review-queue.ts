import type { WorkContext } from '../context.js';
import { throwIfCancelled } from '../errors.js';
import type { Run } from '../evidence/model.js';
import type { RunFilter } from '../evidence/store.js';
import { recordedCalls } from '../evidence/trace.js';
import { hashOf } from '../hash.js';
import { withoutValues } from '../needs/words.js';
import type { Store } from '../store.js';
import type { ScoreReason } from './model.js';

/** A run that waits for a person. */
export interface Waiting {
  readonly run: Run;
  readonly reasons: readonly ScoreReason[];
  /** Why others are like it, in words; null where it is like none. */
  readonly likeness: 'task' | 'clusters' | 'request' | null;
  /** Runs like it have the same; unique where it is like none. */
  readonly group: string;
}

export interface ReviewFilter {
  readonly source?: string | undefined;
}

const pageSize = 200;

/** The clusters of the newest clustering that the acts of each run went into. */
async function clustersByRun(store: Store): Promise<Map<string, string>> {
  const [newest] = await store.needs.listClusterings(1);
  if (!newest) return new Map();
  const needs = await store.needs.needsOf(newest.mining_id);
  const runOf = new Map(needs.map((need) => [need.act_id, need.run_id]));
  const found = new Map<string, Set<string>>();
  for (const { act_id, cluster_id } of await store.needs.assignmentsOf(newest.clustering_id)) {
    const run = runOf.get(act_id);
    if (run !== undefined) found.set(run, (found.get(run) ?? new Set()).add(cluster_id));
  }
  return new Map([...found].map(([run, clusters]) => [run, [...clusters].sort().join(' ')]));
}

/** The first words of the user without their values, and the tools that were called. */
async function requestOf(store: Store, runId: string): Promise<string | null> {
  const trace = await store.evidence.getTrace(runId);
  const first = trace?.records.find((record) => record.role === 'user' && record.is_human && record.text !== null);
  if (!trace || !first) return null;
  const tools = new Set(recordedCalls(trace).map((call) => call.tool));
  return `${withoutValues(first.text ?? '').toLowerCase()} ${[...tools].sort().join(' ')}`;
}

interface Kind {
  readonly likeness: Waiting['likeness'];
  readonly of: string;
}

async function kindOf(store: Store, run: Run, clusters: ReadonlyMap<string, string>): Promise<Kind> {
  if (run.task_id !== null) return { likeness: 'task', of: `${run.source} ${run.task_id}` };
  const own = clusters.get(run.run_id);
  if (own !== undefined) return { likeness: 'clusters', of: own };
  const request = await requestOf(store, run.run_id);
  return request === null ? { likeness: null, of: run.run_id } : { likeness: 'request', of: request };
}

const markersOf = (reasons: readonly ScoreReason[]): string[] =>
  [...new Set(reasons.map((reason) => reason.marker))].sort();

/** Verdicts that contradict one another, or a client that disagrees: here somebody is wrong already. */
const isDisputed = ({ reasons }: Waiting): boolean =>
  reasons.some((reason) => reason.marker === 'outcomes_conflict' || reason.marker === 'suggestion');

/**
 * Orders runs so that each verdict tells as much as it can: one run of each group first, groups with more runs before
 * smaller ones; among equals disputed runs first, then those with more reasons, then by id. Then the second of each group,
 * and so on.
 */
export function mostTellingFirst(waiting: readonly Waiting[]): Waiting[] {
  const sizes = new Map<string, number>();
  for (const { group } of waiting) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const byWorth = [...waiting].sort(
    (a, b) =>
      (sizes.get(b.group) ?? 0) - (sizes.get(a.group) ?? 0) ||
      Number(isDisputed(b)) - Number(isDisputed(a)) ||
      b.reasons.length - a.reasons.length ||
      (a.run.run_id < b.run.run_id ? -1 : 1),
  );
  const seen = new Map<string, number>();
  const placed = byWorth.map((one) => {
    const place = seen.get(one.group) ?? 0;
    seen.set(one.group, place + 1);
    return { one, place };
  });
  // The sort is stable: within one place the order by worth stays.
  return placed.sort((a, b) => a.place - b.place).map(({ one }) => one);
}

/** The runs whose score is `needs_human_review` now, the most telling first. What capabilities did is left out. */
export async function reviewQueue(store: Store, filter: ReviewFilter, context: WorkContext): Promise<Waiting[]> {
  if (!store.exists()) return [];
  const wanted: RunFilter = { ...filter, category: 'needs_human_review', without_executions: true };
  const clusters = await clustersByRun(store);
  const waiting: Waiting[] = [];
  let after: string | undefined;
  for (;;) {
    throwIfCancelled(context.signal);
    const runs = await store.evidence.listRuns(wanted, pageSize, after);
    const scores = await store.scores.effective(runs.map((run) => run.run_id));
    for (const run of runs) {
      const reasons = scores.get(run.run_id)?.reasons ?? [];
      const { likeness, of } = await kindOf(store, run, clusters);
      waiting.push({ run, reasons, likeness, group: hashOf([likeness, of, markersOf(reasons)]) });
    }
    context.progress(waiting.length, undefined, `${waiting.length} runs wait`);
    after = runs.at(-1)?.run_id;
    if (runs.length < pageSize) break;
  }
  return mostTellingFirst(waiting);
}
