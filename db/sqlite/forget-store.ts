import type { ForgetStore, Forgotten, Selection } from '../../src/forget/model.js';
import type { Connection } from './connection.js';
import { translateBusy } from './failures.js';
import { forgetEvidence, forgetExecutions, forgetMinings, forgetSpecs, inList, type Tally } from './forget-derived.js';
import type { Db } from './kept.js';

/** Carries the counts of a dry run out of the transaction that it undoes. */
class Undone extends Error {
  constructor(readonly forgotten: Forgotten) {
    super('undone');
  }
}

function selected(db: Db, selection: Selection): string[] {
  const rows = {
    source: () =>
      db
        .prepare('SELECT run_id FROM runs JOIN sources USING (source_id) WHERE sources.source = ?')
        .pluck()
        .all(selection.by === 'source' ? selection.source : ''),
    run: () =>
      db
        .prepare(
          `WITH RECURSIVE asked (run_id) AS (
             SELECT run_id FROM runs WHERE run_id = ?
             UNION
             SELECT r.run_id FROM runs r JOIN asked a ON json_extract(r.parent, '$.run_id') = a.run_id
             WHERE json_extract(r.parent, '$.relation') = 'sub_agent'
           )
           SELECT run_id FROM asked`,
        )
        .pluck()
        .all(selection.by === 'run' ? selection.runId : ''),
    project: () => {
      const folder = selection.by === 'project' ? selection.folder.replace(/[/\\]+$/, '') : '';
      return db
        .prepare(
          `SELECT run_id FROM runs JOIN sources USING (source_id)
           WHERE ifnull(project, path) = @folder OR substr(ifnull(project, path), 1, length(@folder) + 1) IN (@folder || '/', @folder || '\\')`,
        )
        .pluck()
        .all({ folder });
    },
  };
  return rows[selection.by]().map(String);
}

function forgetDatasets(db: Db, runs: string, tally: Tally): Forgotten['datasetFolders'] {
  const touched = db
    .prepare(
      `SELECT DISTINCT dataset_id, name, output_dir AS folder FROM dataset_rows JOIN datasets USING (dataset_id)
       WHERE ${inList('run_id')}`,
    )
    .all(runs) as { dataset_id: string; name: string; folder: string }[];
  tally('dataset_rows', `DELETE FROM dataset_rows WHERE ${inList('run_id')}`, runs);
  for (const { dataset_id } of touched) {
    tally(
      'datasets_incomplete',
      `UPDATE datasets SET files = '[]', config = json_set(config, '$.incomplete', 'a run in it was forgotten'),
         rows = (SELECT count(*) FROM dataset_rows WHERE dataset_rows.dataset_id = datasets.dataset_id),
         card = '# ' || name || char(10) || char(10) || 'Incomplete: a run that was in it was forgotten. Build it again.' || char(10)
       WHERE dataset_id = ?`,
      dataset_id,
    );
  }
  return touched.map(({ name, folder }) => ({ name, folder }));
}

/** Sources that were asked for or have no run left, with what was read from them beside records. Returns recordings among them. */
function forgetSources(db: Db, selection: Selection, before: string, tally: Tally): string[] {
  const asked = selection.by === 'source' ? selection.source : null;
  const gone = JSON.stringify(
    db
      .prepare(
        `SELECT source_id FROM sources WHERE NOT EXISTS (SELECT 1 FROM runs WHERE runs.source_id = sources.source_id)
         AND (source = ? OR ${inList('source_id')})`,
      )
      .pluck()
      .all(asked, before),
  );
  const recordings = db
    .prepare(`SELECT path FROM sources WHERE format = 'mcp_recording' AND ${inList('source_id')}`)
    .pluck()
    .all(gone);
  for (const table of ['tool_definitions', 'diagnostics', 'sources']) {
    tally(table, `DELETE FROM ${table} WHERE ${inList('source_id')}`, gone);
  }
  return recordings.map(String);
}

function forgetAll(db: Db, selection: Selection): Forgotten {
  const counts: Record<string, number> = {};
  const tally: Tally = (name, sql, ...values) => {
    const { changes } = db.prepare(sql).run(...values);
    if (changes > 0) counts[name] = (counts[name] ?? 0) + changes;
  };
  const runs = JSON.stringify(selected(db, selection));
  const sources = JSON.stringify(
    db
      .prepare(`SELECT DISTINCT source_id FROM runs WHERE ${inList('run_id')}`)
      .pluck()
      .all(runs),
  );
  const keptSpecs = forgetSpecs(db, { runs, ...forgetMinings(db, runs, tally) }, tally);
  forgetExecutions(runs, tally);
  const datasetFolders = forgetDatasets(db, runs, tally);
  forgetEvidence(runs, tally);
  const recordings = forgetSources(db, selection, sources, tally);
  const forgotten = { counts, datasetFolders, recordings, keptSpecs };
  if (counts['runs'] === undefined && counts['sources'] === undefined) return forgotten;
  // A file of which something was forgotten has to be read again when it is imported again.
  db.exec('DELETE FROM file_accounts');
  // Finished work and answers of models may quote any run that they saw: which ones is not recorded.
  tally('jobs', "DELETE FROM jobs WHERE state NOT IN ('queued', 'running')");
  tally('model_answers', 'UPDATE model_calls SET response = NULL WHERE response IS NOT NULL');
  db.exec("INSERT INTO evidence_fts (evidence_fts) VALUES ('optimize')");
  db.exec("INSERT INTO capability_text (capability_text) VALUES ('optimize')");
  return forgotten;
}

/** What is deleted leaves no bytes: pages are overwritten, the file is written anew, and the log beside it emptied. */
function scrub(db: Db): void {
  translateBusy(() => {
    db.pragma('wal_checkpoint(TRUNCATE)');
    db.exec('VACUUM');
    db.pragma('wal_checkpoint(TRUNCATE)');
  });
}

export function createForgetStore(connection: Connection): ForgetStore {
  return {
    async forget(selection, dryRun) {
      const { db } = connection;
      db.pragma('secure_delete = ON');
      try {
        return connection.write(() => {
          const done = forgetAll(db, selection);
          if (dryRun) throw new Undone(done);
          return done;
        });
      } catch (error) {
        if (error instanceof Undone) return error.forgotten;
        throw error;
      }
    },
    async scrub() {
      scrub(connection.db);
    },
  };
}
