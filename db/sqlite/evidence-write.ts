import type { EvidenceRecord, Run } from '../../src/evidence/model.js';
import type { AppendBatch } from '../../src/evidence/store.js';
import { searchableText } from '../../src/evidence/text.js';
import type { Connection } from './connection.js';
import { bodyOf, idKeyOf, textColumnOf } from './evidence-body.js';
import { grown, type RunRow, runColumns, runOf } from './evidence-rows.js';

/** Where a record can stand: among those that share a key, and in its run. */
interface Place {
  readonly tie: number;
  readonly ordinal: number;
}

function prepare(connection: Connection) {
  const { db } = connection;
  return {
    run: db.prepare<[string], RunRow>(
      `SELECT ${runColumns} FROM runs r JOIN sources s ON s.source_id = r.source_id WHERE r.run_id = ?`,
    ),
    putRun: db.prepare(`
      INSERT INTO runs VALUES (@run_id, @session_id, @source_id, @format, @origin, @native_id, @task_id, @trial, @project,
        @agent, @models, @task, @outcome, @started_at, @ended_at, @recorded_at, 0, 0, @parent)
      ON CONFLICT (run_id) DO UPDATE SET native_id = excluded.native_id, task_id = excluded.task_id,
        trial = excluded.trial, project = excluded.project, agent = excluded.agent, models = excluded.models,
        task = excluded.task, outcome = excluded.outcome, started_at = excluded.started_at, ended_at = excluded.ended_at,
        parent = excluded.parent`),
    count: db.prepare('UPDATE runs SET records = records + ?, calls = calls + ? WHERE run_id = ?'),
    dropIfEmpty: db.prepare(
      'DELETE FROM runs WHERE run_id = ? AND NOT EXISTS (SELECT 1 FROM evidence e WHERE e.run_id = runs.run_id)',
    ),
    insert: db.prepare(
      `INSERT OR IGNORE INTO evidence (evidence_id, id_key, tie, run_id, ordinal, abandoned, body, text)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    mark: db.prepare(
      'UPDATE evidence SET abandoned = ? WHERE id_key = ? AND evidence_id = ? AND run_id = ? AND abandoned <> ?',
    ),
    has: db.prepare<[number, string], { found: number }>(
      'SELECT 1 AS found FROM evidence WHERE id_key = ? AND evidence_id = ?',
    ),
    free: db.prepare<{ key: number; run_id: string; ordinal: number }, Place>(
      `SELECT ifnull((SELECT max(tie) + 1 FROM evidence WHERE id_key = @key), 0) AS tie,
         iif(EXISTS (SELECT 1 FROM evidence WHERE run_id = @run_id AND ordinal = @ordinal),
           (SELECT max(ordinal) + 1 FROM evidence WHERE run_id = @run_id), @ordinal) AS ordinal`,
    ),
    index: db.prepare('INSERT INTO evidence_fts (rowid, content) VALUES (?, ?)'),
  };
}

export type EvidenceWriter = (batch: AppendBatch) => { inserted: number; duplicates: number };

/**
 * Inserts what is new; must be called inside a transaction. A record whose place in its run is taken by another (a session
 * that went on in a second file) comes after the last. A run that got no record, because all were known, is not kept.
 */
export function createEvidenceWriter(connection: Connection): EvidenceWriter {
  const sql = prepare(connection);
  const insertAt = (record: EvidenceRecord, { key, tie, ordinal }: Place & { key: number }): number | bigint | null => {
    const { evidence_id, run_id } = record;
    const abandoned = record.is_abandoned ? 1 : 0;
    const text = textColumnOf(record);
    const done = sql.insert.run(evidence_id, key, tie, run_id, ordinal, abandoned, bodyOf(record, text), text);
    return done.changes === 1 ? done.lastInsertRowid : null;
  };
  /** @returns where the record stands now, null where it was there already */
  const add = (record: EvidenceRecord): number | bigint | null => {
    const { evidence_id, run_id, ordinal } = record;
    const key = idKeyOf(evidence_id);
    const rowid = insertAt(record, { key, tie: 0, ordinal });
    if (rowid !== null || sql.has.get(key, evidence_id)) return rowid;
    const free = sql.free.get({ key, run_id, ordinal });
    return free ? insertAt(record, { key, ...free }) : null;
  };
  /** Marks a record that was there already; only its own run's log may say so. @returns whether the mark changed */
  const mark = ({ is_abandoned, evidence_id, run_id }: EvidenceRecord): boolean => {
    if (is_abandoned === undefined) return false;
    const value = is_abandoned ? 1 : 0;
    return sql.mark.run(value, idKeyOf(evidence_id), evidence_id, run_id, value).changes > 0;
  };
  const putRun = (run: Run, recordedAt: string): void => {
    sql.putRun.run({
      ...run,
      models: JSON.stringify(run.models),
      task: run.task && JSON.stringify(run.task),
      outcome: run.outcome && JSON.stringify(run.outcome),
      parent: run.parent ? JSON.stringify(run.parent) : null,
      recorded_at: recordedAt,
    });
  };

  return ({ runs, records }) => {
    const known = new Map<string, Run | undefined>();
    const recordedAt = records[0]?.provenance.recorded_at ?? '';
    for (const run of runs) {
      const row = sql.run.get(run.run_id);
      known.set(run.run_id, row && runOf(row));
      if (!row) putRun(run, recordedAt);
    }
    const places: (number | bigint)[] = [];
    const fresh: EvidenceRecord[] = [];
    const added = new Map<string, { records: number; calls: number }>();
    for (const record of records) {
      const place = add(record);
      if (place === null && !mark(record)) continue;
      const sum = added.get(record.run_id) ?? { records: 0, calls: 0 };
      added.set(record.run_id, sum);
      // Calls on an abandoned branch are none of the run's: one that was counted is taken off, one that returns is added.
      const calls = record.tool_calls.length;
      if (place !== null) {
        places.push(place);
        fresh.push(record);
        sum.records += 1;
        sum.calls += record.is_abandoned ? 0 : calls;
      } else sum.calls += record.is_abandoned ? -calls : calls;
    }
    // Rows first, then their words: going to and fro between tables costs more.
    for (const [at, record] of fresh.entries()) sql.index.run(places[at], searchableText(record));
    for (const run of runs) {
      const before = known.get(run.run_id);
      const sum = added.get(run.run_id);
      if (sum) {
        if (before) {
          const whole = grown(before, run);
          known.set(run.run_id, whole);
          putRun(whole, recordedAt);
        }
        sql.count.run(sum.records, sum.calls, run.run_id);
        added.delete(run.run_id);
      } else if (!before) sql.dropIfEmpty.run(run.run_id);
    }
    return { inserted: fresh.length, duplicates: records.length - fresh.length };
  };
}
