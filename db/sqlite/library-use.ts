import type { Change, LibraryStore } from '../../src/library/model.js';
import type { Connection, Statement } from './connection.js';
import {
  type AttemptRow,
  attemptOf,
  type ChangeRow,
  changeOf,
  type ExecutionRow,
  executionOf,
  type PlanRow,
  planOf,
} from './library-rows.js';

type Use = Pick<
  LibraryStore,
  | 'putAttempt'
  | 'getAttempt'
  | 'attemptsOfSpec'
  | 'putExecution'
  | 'useOf'
  | 'getExecution'
  | 'executionsOf'
  | 'putPlan'
  | 'takePlan'
  | 'putChange'
  | 'changesOf'
>;

/** Plans that nobody used hold arguments of calls: they do not stay. */
const plansKeptMs = 3_600_000;

/** The part of the library store that records what happened: attempts, executions, plans and changes. */
export function createLibraryUse(
  connection: Connection,
  sql: (text: string) => Statement,
): Use & { insertChange(change: Change): void } {
  const insertChange = (change: Change): void => {
    sql(
      `INSERT OR IGNORE INTO capability_changes (change_id, name, version, action, before, after, reason, report, via, at, seq)
       VALUES (@change_id, @name, @version, @action, @before, @after, @reason, @report, @via, @at,
         (SELECT coalesce(max(seq), 0) + 1 FROM capability_changes))`,
    ).run({ ...change, report: change.report === null ? null : JSON.stringify(change.report) });
  };
  return {
    insertChange,

    async putAttempt(attempt) {
      const { capability, ...rest } = attempt;
      connection.write(() =>
        sql(
          `INSERT INTO attempts (attempt_id, spec_id, ordinal, generator, code, language, report, capability_name,
             capability_version, created_at)
           VALUES (@attempt_id, @spec_id, @ordinal, @generator, @code, @language, @report, @capability_name,
             @capability_version, @created_at)
           ON CONFLICT (attempt_id) DO UPDATE SET report = excluded.report, capability_name = excluded.capability_name,
             capability_version = excluded.capability_version`,
        ).run({
          ...rest,
          report: JSON.stringify(attempt.report),
          capability_name: capability?.name ?? null,
          capability_version: capability?.version ?? null,
        }),
      );
    },

    async getAttempt(attemptId) {
      const row = sql('SELECT * FROM attempts WHERE attempt_id = ?').get(attemptId) as AttemptRow | undefined;
      return row && attemptOf(row);
    },

    async attemptsOfSpec(specId) {
      const rows = sql('SELECT * FROM attempts WHERE spec_id = ? ORDER BY ordinal, attempt_id').all(
        specId,
      ) as AttemptRow[];
      return rows.map(attemptOf);
    },

    async putExecution(execution) {
      const observation = execution.observation;
      connection.write(() =>
        sql(
          `INSERT OR IGNORE INTO executions (execution_id, name, version, input, observation, error, calls, succeeded, dry_run,
             duration_ms, at, via)
           VALUES (@execution_id, @name, @version, @input, @observation, @error, @calls, @succeeded, @dry_run, @duration_ms,
             @at, @via)`,
        ).run({
          ...execution,
          input: JSON.stringify(execution.input),
          observation: observation === null ? null : JSON.stringify(observation),
          calls: JSON.stringify(execution.calls),
          succeeded: execution.error === null && observation?.status === 'ok' ? 1 : 0,
          dry_run: execution.dry_run ? 1 : 0,
        }),
      );
    },

    async useOf(name, version) {
      return sql(
        `SELECT count(*) AS executions, coalesce(sum(error IS NULL), 0) AS kept, coalesce(sum(succeeded), 0) AS ok
         FROM executions WHERE name = ? AND version = ? AND dry_run = 0`,
      ).get(name, version) as { executions: number; kept: number; ok: number };
    },

    async getExecution(executionId) {
      const row = sql('SELECT * FROM executions WHERE execution_id = ?').get(executionId) as ExecutionRow | undefined;
      return row && executionOf(row);
    },

    async executionsOf(name, limit) {
      const rows = sql('SELECT * FROM executions WHERE name = ? ORDER BY at DESC, execution_id LIMIT ?').all(
        name,
        limit,
      ) as ExecutionRow[];
      return rows.map(executionOf);
    },

    async putPlan(plan) {
      const longExpired = new Date(Date.parse(plan.created_at) - plansKeptMs).toISOString();
      connection.write(() => {
        sql('DELETE FROM plans WHERE created_at < ?').run(longExpired);
        sql(
          `INSERT OR IGNORE INTO plans (plan_id, name, version, input_hash, planned_calls, created_at)
           VALUES (@plan_id, @name, @version, @input_hash, @planned_calls, @created_at)`,
        ).run({ ...plan, planned_calls: JSON.stringify(plan.planned_calls) });
      });
    },

    async takePlan(planId) {
      return connection.write(() => {
        const row = sql('DELETE FROM plans WHERE plan_id = ? RETURNING *').get(planId) as PlanRow | undefined;
        return row && planOf(row);
      });
    },

    async putChange(change) {
      connection.write(() => insertChange(change));
    },

    async changesOf(name, limit, { version, actions, judged } = {}) {
      const rows = sql(
        `SELECT change_id, name, version, action, before, after, reason, report, via, at FROM capability_changes
         WHERE name = @name AND (@version IS NULL OR version = @version)
           AND (@actions IS NULL OR action IN (SELECT value FROM json_each(@actions)))
           AND (@judged = 0 OR report IS NOT NULL)
         ORDER BY seq DESC LIMIT @limit`,
      ).all({
        name,
        version: version ?? null,
        actions: actions === undefined ? null : JSON.stringify(actions),
        judged: judged ? 1 : 0,
        limit,
      }) as ChangeRow[];
      return rows.map(changeOf);
    },
  };
}
