import type { Statement } from 'better-sqlite3';
import type { EvidenceRecord, Run, Source, ToolDefinition } from '../../src/evidence/model.js';
import type { EvidenceStore, RunFilter } from '../../src/evidence/store.js';
import type { JsonValue } from '../../src/json.js';
import type { Connection } from './connection.js';
import { idKeyOf, idKeysStartingWith, type RecordRow, recordColumns, recordOf } from './evidence-body.js';
import { fromRuns, type RunRow, runColumns, runOf, whereOf } from './evidence-rows.js';
import { evidenceSearch } from './evidence-search.js';
import { createEvidenceWriter, type EvidenceWriter } from './evidence-write.js';

const tracePage = 50;

function readTrace(connection: Connection, run: Run, which: 'live' | 'all'): { run: Run; records: EvidenceRecord[] } {
  const rows = connection.db
    .prepare<[string, number], RecordRow>(
      `SELECT ${recordColumns} FROM evidence WHERE run_id = ? AND abandoned <= ? ORDER BY ordinal`,
    )
    .all(run.run_id, which === 'all' ? 1 : 0);
  return { run, records: rows.map(recordOf) };
}

function listRuns(connection: Connection, filter: RunFilter, limit: number, after: string): Run[] {
  const where = whereOf(filter);
  return connection.db
    .prepare<unknown[], RunRow>(
      `SELECT ${runColumns} ${fromRuns} WHERE ${where.sql} AND r.run_id > ? ORDER BY r.run_id LIMIT ?`,
    )
    .all(...where.values, after, limit)
    .map(runOf);
}

const idQueries = {
  run: 'SELECT run_id AS id FROM runs WHERE run_id >= ? AND run_id < ? ORDER BY run_id LIMIT ?',
  record: `SELECT evidence_id AS id FROM evidence WHERE evidence_id >= ? AND evidence_id < ? AND id_key BETWEEN ? AND ?
     ORDER BY id_key, evidence_id LIMIT ?`,
  source: 'SELECT source_id AS id FROM sources WHERE source_id >= ? AND source_id < ? ORDER BY source_id LIMIT ?',
} as const;

type Reads = Omit<
  EvidenceStore,
  'putSource' | 'append' | 'linkRuns' | 'putFileAccount' | 'putToolDefinitions' | 'putDiagnostics'
>;

function reads(connection: Connection): Reads {
  let byId: Statement<[string], RunRow> | undefined;
  const getRun = (runId: string): Run | undefined => {
    byId ??= connection.db.prepare<[string], RunRow>(`SELECT ${runColumns} ${fromRuns} WHERE r.run_id = ?`);
    const row = byId.get(runId);
    return row && runOf(row);
  };
  return {
    ...evidenceSearch(connection),
    async getSource(sourceId) {
      return connection.db.prepare<[string], Source>('SELECT * FROM sources WHERE source_id = ?').get(sourceId);
    },
    async listSources() {
      return connection.db.prepare<[], Source>('SELECT * FROM sources ORDER BY imported_at, source_id').all();
    },
    async toolDefinitions(source) {
      const rows = connection.db
        .prepare<unknown[], { body: string }>(
          `SELECT t.body FROM tool_definitions t JOIN sources s ON s.source_id = t.source_id
           WHERE @source IS NULL OR s.source = @source ORDER BY s.imported_at, s.source_id, t.name`,
        )
        .all({ source: source ?? null });
      return rows.map((row) => JSON.parse(row.body) as ToolDefinition);
    },
    async toolNames() {
      return connection.db
        .prepare<[], { name: string }>('SELECT DISTINCT name FROM tool_definitions ORDER BY name')
        .all()
        .map((row) => row.name);
    },
    async declaredTools(source, names) {
      const rows = connection.db
        .prepare<[string, string], { body: string; files: number }>(
          `SELECT t.body, COUNT(*) AS files FROM tool_definitions t JOIN sources s ON s.source_id = t.source_id
           WHERE s.source = ? AND t.name IN (SELECT value FROM json_each(?)) AND NOT json_extract(t.body, '$.inferred')
           GROUP BY t.body ORDER BY t.body`,
        )
        .all(source, JSON.stringify(names));
      return rows.map((row) => ({ tool: JSON.parse(row.body) as ToolDefinition, files: row.files }));
    },
    async fileAccount(sourceId, key) {
      const row = connection.db
        .prepare<[string, string], { body: string }>('SELECT body FROM file_accounts WHERE source_id = ? AND key = ?')
        .get(sourceId, key);
      return row && (JSON.parse(row.body) as JsonValue);
    },
    async getRun(runId) {
      return getRun(runId);
    },
    async runsAmong(runIds) {
      return connection.db
        .prepare<[string], { run_id: string }>(
          'SELECT run_id FROM runs WHERE run_id IN (SELECT value FROM json_each(?))',
        )
        .all(JSON.stringify(runIds))
        .map((row) => row.run_id);
    },
    async getRecord(evidenceId) {
      const row = connection.db
        .prepare<[number, string], RecordRow>(
          `SELECT ${recordColumns} FROM evidence WHERE id_key = ? AND evidence_id = ?`,
        )
        .get(idKeyOf(evidenceId), evidenceId);
      return row && recordOf(row);
    },
    async listRuns(filter, limit, after = '') {
      return listRuns(connection, filter, limit, after);
    },
    async countRuns(filter) {
      const where = whereOf(filter);
      const row = connection.db
        .prepare<unknown[], { n: number }>(`SELECT count(*) AS n ${fromRuns} WHERE ${where.sql}`)
        .get(...where.values);
      return row?.n ?? 0;
    },
    async getTrace(runId, which) {
      const run = getRun(runId);
      return run && readTrace(connection, run, which ?? 'live');
    },
    async *traces(filter) {
      let after = '';
      while (true) {
        const page = listRuns(connection, filter, tracePage, after);
        for (const run of page) yield readTrace(connection, run, 'live');
        const last = page.at(-1);
        if (!last || page.length < tracePage) return;
        after = last.run_id;
      }
    },
    async idsStartingWith(kind, prefix, limit) {
      const keys = kind === 'record' ? idKeysStartingWith(prefix) : [];
      const rows = connection.db
        .prepare<(string | number)[], { id: string }>(idQueries[kind])
        .all(prefix, `${prefix}\u{10ffff}`, ...keys, limit);
      return rows.map((row) => row.id);
    },
  };
}

/** Evidence in SQLite, with FTS5 beside it. */
export function createEvidenceStore(connection: Connection): EvidenceStore {
  let writer: EvidenceWriter | undefined;
  return {
    ...reads(connection),
    async putSource(source) {
      connection.write(() =>
        connection.db
          .prepare(
            `INSERT INTO sources VALUES (@source_id, @source, @path, @origin, @format, @bytes, @sha256, @importer,
               @redaction_policy, @imported_at)
             ON CONFLICT (source_id) DO UPDATE SET format = excluded.format, bytes = excluded.bytes,
               sha256 = excluded.sha256, importer = excluded.importer, redaction_policy = excluded.redaction_policy,
               imported_at = excluded.imported_at
             WHERE sha256 <> excluded.sha256 OR importer <> excluded.importer
               OR redaction_policy <> excluded.redaction_policy`,
          )
          .run(source),
      );
    },
    async append(batch) {
      writer ??= createEvidenceWriter(connection);
      const write = writer;
      return connection.write(() => write(batch));
    },
    async linkRuns(links) {
      connection.write(() => {
        const link = connection.db.prepare('UPDATE runs SET parent = ? WHERE run_id = ?');
        for (const { run_id, parent } of links) link.run(JSON.stringify(parent), run_id);
      });
    },
    async putToolDefinitions(sourceId, definitions) {
      connection.write(() => {
        const put = connection.db.prepare(
          `INSERT INTO tool_definitions VALUES (?, ?, ?)
           ON CONFLICT (source_id, name) DO UPDATE SET body = excluded.body
           WHERE json_extract(body, '$.inferred') OR NOT json_extract(excluded.body, '$.inferred')`,
        );
        for (const one of definitions) put.run(sourceId, one.name, JSON.stringify(one));
      });
    },
    async putFileAccount(sourceId, key, account) {
      connection.write(() =>
        connection.db
          .prepare('INSERT OR REPLACE INTO file_accounts VALUES (?, ?, ?)')
          .run(sourceId, key, JSON.stringify(account)),
      );
    },
    async putDiagnostics(diagnostics) {
      connection.write(() => {
        const put = connection.db.prepare(
          'INSERT OR IGNORE INTO diagnostics VALUES (@source_id, @kind, @file, @line, @code, @message)',
        );
        for (const one of diagnostics) put.run(one);
      });
    },
  };
}
