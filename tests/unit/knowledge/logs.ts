import type { RunTrace } from '../../../src/evidence/model.js';
import type { Category, ScoredRun } from '../../../src/scoring/model.js';
import { agent, call, result, reward, type Said, traceOf, user } from '../scoring/traces.js';

/** The same run with a model and a time for each record, in order; null leaves them out. */
export function timed(trace: RunTrace, marks: readonly (readonly [string | null, string | null])[]): RunTrace {
  const records = trace.records.map((record, at) => {
    const [model = null, second = null] = marks[at] ?? [];
    return { ...record, model, timestamp: second === null ? null : `2026-01-01T00:00:${second}.000Z` };
  });
  const models = [...new Set(records.flatMap((record) => record.model ?? []))];
  return { run: { ...trace.run, models }, records };
}

export function scored(trace: RunTrace, category: Category, marker = `made_${category}`): ScoredRun {
  const outcome = trace.records.find((record) => record.outcome !== null);
  return {
    schema_version: 1,
    run_id: trace.run.run_id,
    category,
    reasons: [{ marker, severity: 'block', message: 'As the test says.', evidence_id: outcome?.evidence_id ?? null }],
    scorer_version: 'test@1',
    input_hash: 'hash',
    scored_at: '2026-01-01T00:00:00.000Z',
    via: 'cli',
  };
}

/** A run that looks an order up, tries to cancel it, and is rewarded or not. */
export function orderRun(id: string, good: boolean, more: readonly Said[] = []): RunTrace {
  return traceOf(
    id,
    [
      user('Please cancel my order A7'),
      agent('', call('c1', 'find_order', { order: 'A7' })),
      result('c1', { state: 'open' }),
      ...more,
      agent('', call('c2', 'cancel_order', { order: 'A7', reason: 'asked' })),
      result('c2', good ? { ok: true } : 'Error: not allowed'),
      agent('Done.'),
    ],
    { outcomes: [reward(good ? 1 : 0)], run: { task_id: `orders-${id.slice(-1)}` } },
  );
}
