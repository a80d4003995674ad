import type { Run, Source } from '../../src/evidence/model.js';
import type { RunFilter } from '../../src/evidence/store.js';

/** A row of `runs` with the label of its source. */
export interface RunRow {
  readonly run_id: string;
  readonly session_id: string;
  readonly source_id: string;
  readonly source: string;
  readonly format: Run['format'];
  readonly origin: Run['origin'];
  readonly native_id: string | null;
  readonly task_id: string | null;
  readonly trial: string | null;
  readonly project: string | null;
  readonly agent: string | null;
  readonly models: string;
  readonly task: string | null;
  readonly outcome: string | null;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly records: number;
  readonly calls: number;
  readonly parent: string | null;
}

export const runColumns = `r.run_id, r.session_id, r.source_id, s.source, r.format, r.origin, r.native_id, r.task_id, r.trial,
  r.project, r.agent, r.models, r.task, r.outcome, r.started_at, r.ended_at, r.records, r.calls, r.parent`;

/** What the condition of a run filter is over. */
export const fromRuns = 'FROM runs r JOIN sources s ON s.source_id = r.source_id';

export function runOf(row: RunRow): Run {
  return {
    ...row,
    models: JSON.parse(row.models) as string[],
    task: row.task === null ? null : (JSON.parse(row.task) as Run['task']),
    outcome: row.outcome === null ? null : (JSON.parse(row.outcome) as Run['outcome']),
    parent: row.parent === null ? null : (JSON.parse(row.parent) as Run['parent']),
  };
}

export type SourceRow = Source;

export interface Where {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** The condition of a run filter over `runs r JOIN sources s`. A run without times of its own counts from its import. */
export function whereOf(filter: RunFilter): Where {
  const parts: string[] = [];
  const values: unknown[] = [];
  const add = (sql: string, value: unknown): void => {
    parts.push(sql);
    values.push(value);
  };
  if (filter.source !== undefined) add('s.source = ?', filter.source);
  if (filter.run_ids !== undefined) add('r.run_id IN (SELECT value FROM json_each(?))', JSON.stringify(filter.run_ids));
  if (filter.task_id !== undefined) add('r.task_id = ?', filter.task_id);
  if (filter.model !== undefined) add('EXISTS (SELECT 1 FROM json_each(r.models) WHERE value = ?)', filter.model);
  if (filter.category !== undefined) {
    add('EXISTS (SELECT 1 FROM current_scores c WHERE c.run_id = r.run_id AND c.category = ?)', filter.category);
  }
  if (filter.since !== undefined) add('coalesce(r.ended_at, r.started_at, r.recorded_at) >= ?', filter.since);
  if (filter.until !== undefined) add('coalesce(r.started_at, r.recorded_at) <= ?', filter.until);
  if (filter.without_executions) parts.push("r.origin <> 'execution'");
  return { sql: parts.length === 0 ? '1' : parts.join(' AND '), values };
}

function earliest(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}

function latest(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a > b ? a : b;
}

/** A stored run with what a later import adds to it. Who it is and where it came from stay as they were. */
export function grown(known: Run, more: Run): Run {
  return {
    ...known,
    native_id: known.native_id ?? more.native_id,
    task_id: known.task_id ?? more.task_id,
    trial: known.trial ?? more.trial,
    project: known.project ?? more.project,
    agent: known.agent ?? more.agent,
    models: [...new Set([...known.models, ...more.models])],
    task: known.task ?? more.task,
    outcome: more.outcome ?? known.outcome,
    started_at: earliest(known.started_at, more.started_at),
    ended_at: latest(known.ended_at, more.ended_at),
    parent: known.parent ?? more.parent,
  };
}
