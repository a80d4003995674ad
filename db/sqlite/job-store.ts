import type { Job, JobEvent, JobState, JobStore } from '../../src/jobs/model.js';
import type { JsonObject, JsonValue } from '../../src/json.js';
import type { Connection } from './connection.js';

interface JobRow {
  job_id: string;
  kind: string;
  input: string;
  key: string;
  state: JobState;
  via: Job['via'];
  progress: string | null;
  result: string | null;
  error: string | null;
  owner: string | null;
  lease_until: string | null;
  cancel_requested: number;
  delivered: number;
  created_at: string;
  updated_at: string;
}

function toJob(row: JobRow): Job {
  return {
    ...row,
    input: JSON.parse(row.input) as JsonObject,
    progress: row.progress === null ? null : (JSON.parse(row.progress) as Job['progress']),
    result: row.result === null ? null : (JSON.parse(row.result) as JsonValue),
    error: row.error === null ? null : (JSON.parse(row.error) as Job['error']),
    cancel_requested: row.cancel_requested === 1,
    delivered: row.delivered === 1,
  };
}

const text = (value: unknown): string | null => (value === null || value === undefined ? null : JSON.stringify(value));

export function createJobStore(connection: Connection): JobStore {
  const one = (jobId: string): Job | undefined => {
    const row = connection.db.prepare('SELECT * FROM jobs WHERE job_id = ?').get(jobId) as JobRow | undefined;
    return row && toJob(row);
  };
  return {
    async enqueue(job) {
      return connection.write(() => {
        const live = connection.db
          .prepare(
            `SELECT * FROM jobs WHERE key = ? AND (state IN ('queued', 'running')
               OR (state IN ('done', 'failed') AND delivered = 0 AND updated_at >= ?))
             ORDER BY created_at DESC, job_id LIMIT 1`,
          )
          .get(job.key, job.undeliveredSince) as JobRow | undefined;
        if (live) return toJob(live);
        const { n } = connection.db.prepare('SELECT count(*) AS n FROM jobs WHERE key = ?').get(job.key) as {
          n: number;
        };
        const jobId = n === 0 ? job.job_id : `${job.job_id}_${n + 1}`;
        connection.db
          .prepare(
            `INSERT INTO jobs (job_id, kind, input, key, state, via, created_at, updated_at)
             VALUES (?, ?, ?, ?, 'queued', ?, ?, ?)`,
          )
          .run(jobId, job.kind, JSON.stringify(job.input), job.key, job.via, job.at, job.at);
        return one(jobId) as Job;
      });
    },
    async get(jobId) {
      return one(jobId);
    },
    async list(limit) {
      const rows = connection.db
        .prepare('SELECT * FROM jobs ORDER BY updated_at DESC, job_id LIMIT ?')
        .all(limit) as JobRow[];
      return rows.map(toJob);
    },
    async claim({ owner, now, leaseUntil, jobId, held, othersUntil }) {
      return connection.write(() => {
        const row = connection.db
          .prepare(
            `UPDATE jobs SET state = 'running', owner = @owner, lease_until = @leaseUntil, updated_at = @now
             WHERE job_id = (
               SELECT job_id FROM jobs
               WHERE (state = 'queued' OR (state = 'running' AND lease_until < @now))
                 AND (@jobId IS NULL OR job_id = @jobId)
                 AND (json_extract(input, '$.withheld') IS NULL OR updated_at < @othersUntil
                   OR job_id IN (SELECT value FROM json_each(@held)))
               ORDER BY created_at, job_id LIMIT 1)
             RETURNING *`,
          )
          .get({ owner, leaseUntil, now, jobId: jobId ?? null, held: JSON.stringify(held), othersUntil }) as
          | JobRow
          | undefined;
        return row && toJob(row);
      });
    },
    async renew(jobId, owner, leaseUntil, progress) {
      const done = connection.write(() =>
        connection.db
          .prepare(`UPDATE jobs SET lease_until = ?, progress = ? WHERE job_id = ? AND owner = ? AND state = 'running'`)
          .run(leaseUntil, text(progress), jobId, owner),
      );
      return done.changes === 1;
    },
    async finish(jobId, owner, end) {
      const done = connection.write(() =>
        connection.db
          .prepare(
            `UPDATE jobs SET state = ?, result = ?, error = ?, owner = NULL, lease_until = NULL, updated_at = ?
             WHERE job_id = ? AND owner = ? AND state = 'running'`,
          )
          .run(end.state, text(end.result), text(end.error), end.at, jobId, owner),
      );
      return done.changes === 1;
    },
    async release(jobId, owner, at) {
      connection.write(() =>
        connection.db
          .prepare(
            `UPDATE jobs SET state = 'queued', owner = NULL, lease_until = NULL, updated_at = ?
             WHERE job_id = ? AND owner = ? AND state = 'running'`,
          )
          .run(at, jobId, owner),
      );
    },
    async requestCancel(jobId, at) {
      return connection.write(() => {
        connection.db
          .prepare(
            `UPDATE jobs SET cancel_requested = 1, state = CASE state WHEN 'queued' THEN 'cancelled' ELSE state END, updated_at = ?
             WHERE job_id = ? AND state IN ('queued', 'running')`,
          )
          .run(at, jobId);
        return one(jobId);
      });
    },
    async markDelivered(jobId) {
      connection.write(() => connection.db.prepare('UPDATE jobs SET delivered = 1 WHERE job_id = ?').run(jobId));
    },
    async putEvents(events) {
      connection.write(() => {
        const insert = connection.db.prepare(
          'INSERT INTO events (ts, job_id, event, stage, counts) VALUES (?, ?, ?, ?, ?)',
        );
        for (const event of events)
          insert.run(event.ts, event.job_id, event.event, event.stage, JSON.stringify(event.counts));
      });
    },
    async events(jobId, limit) {
      const rows = connection.db
        .prepare('SELECT ts, job_id, event, stage, counts FROM events WHERE job_id = ? ORDER BY id LIMIT ?')
        .all(jobId, limit) as (Omit<JobEvent, 'counts'> & { counts: string })[];
      return rows.map((row) => ({ ...row, counts: JSON.parse(row.counts) as JsonObject }));
    },
  };
}
