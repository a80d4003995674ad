import { sha256 } from '../../src/hash.js';
import type { Db } from './kept.js';
import { type VersionRow, versionOf } from './library-rows.js';
import { pointAt } from './library-search-text.js';

/** Runs a statement and adds the rows that it changed to a count. */
export type Tally = (name: string, sql: string, ...values: unknown[]) => void;

/** SQL for membership in a list that is bound as JSON. */
export const inList = (column: string): string => `${column} IN (SELECT value FROM json_each(?))`;

function ids(db: Db, sql: string, ...values: unknown[]): string[] {
  return db
    .prepare(sql)
    .pluck()
    .all(...values)
    .map(String);
}

/** What was mined and clustered and is gone; ids as JSON. */
export interface GoneClusterings {
  readonly clusterings: string;
  /** those of their clusters that hold an act of a forgotten run */
  readonly touched: string;
}

/** Minings hold sizes, labels and samples over all their runs: one that a forgotten run went into goes whole. */
export function forgetMinings(db: Db, runs: string, tally: Tally): GoneClusterings {
  const minings = JSON.stringify(ids(db, `SELECT DISTINCT mining_id FROM mining_runs WHERE ${inList('run_id')}`, runs));
  const clusterings = JSON.stringify(
    ids(db, `SELECT clustering_id FROM clusterings WHERE ${inList('mining_id')}`, minings),
  );
  const touched = JSON.stringify(
    ids(
      db,
      `SELECT DISTINCT m.cluster_id FROM need_cluster_members m JOIN clusterings c USING (clustering_id)
         JOIN need_group_members g ON g.mining_id = c.mining_id AND g.group_id = m.group_id
         JOIN needs n USING (need_id) WHERE ${inList('n.run_id')}`,
      runs,
    ),
  );
  const acts = JSON.stringify(ids(db, `SELECT act_id FROM acts WHERE ${inList('run_id')}`, runs));
  for (const table of ['need_cluster_members', 'need_clusters', 'clusterings']) {
    tally(table, `DELETE FROM ${table} WHERE ${inList('clustering_id')}`, clusterings);
  }
  for (const table of ['need_group_members', 'need_groups', 'mining_runs', 'minings']) {
    tally(table, `DELETE FROM ${table} WHERE ${inList('mining_id')}`, minings);
  }
  const texts = ids(db, `SELECT text FROM needs WHERE ${inList('act_id')}`, acts);
  tally('needs', `DELETE FROM needs WHERE ${inList('act_id')}`, acts);
  tally('acts', `DELETE FROM acts WHERE ${inList('act_id')}`, acts);
  const stillUsed = db.prepare('SELECT 1 FROM needs WHERE text = ? LIMIT 1').pluck();
  const orphans = texts.filter((text) => stillUsed.get(text) === undefined).map(sha256);
  tally('embeddings', `DELETE FROM embeddings WHERE ${inList('text_hash')}`, JSON.stringify(orphans));
  return { clusterings, touched };
}

/**
 * Specs hold recorded values in their tests, and so does all that came of them. An induced spec names the runs that it was
 * learnt from, and an agent is shown acts of the cluster that it writes a spec for: both stay, without the clustering that is
 * gone, where none of these runs is forgotten. What a model wrote may go back to any run of the clustering.
 * @returns how many specs of agents stay so
 */
export function forgetSpecs(db: Db, from: GoneClusterings & { runs: string }, tally: Tally): number {
  const { runs, clusterings, touched } = from;
  const specs = JSON.stringify(
    ids(
      db,
      `SELECT spec_id FROM specs s WHERE ${inList('clustering_id')}
         AND NOT (s.generator = 'induction' AND EXISTS (SELECT 1 FROM patterns p WHERE p.spec_id = s.spec_id))
         AND NOT (s.generator = 'agent' AND s.cluster_id IS NOT NULL AND NOT ${inList('s.cluster_id')})
       UNION SELECT p.spec_id FROM patterns p
         JOIN json_each(json_array(json(p.train_run_ids), json(p.held_out_run_ids))) AS lists
         JOIN json_each(lists.value) AS one WHERE one.value IN (SELECT value FROM json_each(?))`,
      clusterings,
      touched,
      runs,
    ),
  );
  tally('hidden_tests', `DELETE FROM hidden_tests WHERE ${inList('spec_id')}`, specs);
  tally('patterns', `DELETE FROM patterns WHERE ${inList('spec_id')}`, specs);
  tally('attempts', `DELETE FROM attempts WHERE ${inList('spec_id')}`, specs);
  forgetCapabilities(db, specs, tally);
  tally('specs', `DELETE FROM specs WHERE ${inList('spec_id')}`, specs);
  const kept = db
    .prepare(`SELECT count(*) FROM specs WHERE generator = 'agent' AND ${inList('clustering_id')}`)
    .pluck()
    .get(clusterings);
  for (const table of ['specs', 'patterns']) {
    db.prepare(`UPDATE ${table} SET cluster_id = NULL WHERE ${inList('clustering_id')}`).run(clusterings);
  }
  db.prepare(`UPDATE specs SET clustering_id = NULL WHERE ${inList('clustering_id')}`).run(clusterings);
  return Number(kept);
}

/** What a capability did stands in two places: as evidence, and with its input among the executions. */
export function forgetExecutions(runs: string, tally: Tally): void {
  tally(
    'executions',
    `DELETE FROM executions WHERE execution_id IN
       (SELECT native_id FROM runs WHERE origin = 'execution' AND ${inList('run_id')})`,
    runs,
  );
}

function forgetCapabilities(db: Db, specs: string, tally: Tally): void {
  const names = ids(db, `SELECT DISTINCT name FROM capability_versions WHERE ${inList('spec_id')}`, specs);
  for (const name of names) {
    const all = ids(db, 'SELECT version FROM capability_versions WHERE name = ?', name);
    const gone = ids(
      db,
      `SELECT version FROM capability_versions WHERE name = ? AND ${inList('spec_id')}`,
      name,
      specs,
    );
    const left = all.filter((version) => !gone.includes(version)).map(Number);
    for (const version of gone) forgetVersion(db, { name, version: Number(version) }, tally);
    const text = db.prepare('SELECT text_hash FROM capabilities WHERE name = ?').pluck().get(name);
    tally('embeddings', 'DELETE FROM embeddings WHERE text_hash = ?', text);
    tally('embedding_index', "DELETE FROM embedding_index WHERE key = ? OR key LIKE ? || '@%'", name, name);
    // Without the version that it showed, a name is found again once one is admitted anew.
    tally(
      'capability_text',
      'DELETE FROM capability_text WHERE rowid = (SELECT id FROM capabilities WHERE name = ?)',
      name,
    );
    if (left.length === 0) tally('capabilities', 'DELETE FROM capabilities WHERE name = ?', name);
    else keepName(db, name, Math.max(...left));
  }
}

function forgetVersion(db: Db, at: { name: string; version: number }, tally: Tally): void {
  const { name, version } = at;
  const executions = JSON.stringify(
    ids(db, 'SELECT execution_id FROM executions WHERE name = ? AND version = ?', name, version),
  );
  const runs = JSON.stringify(
    ids(db, `SELECT run_id FROM runs WHERE origin = 'execution' AND ${inList('native_id')}`, executions),
  );
  forgetEvidence(runs, tally);
  for (const table of ['executions', 'plans', 'capability_changes', 'capability_versions']) {
    tally(table, `DELETE FROM ${table} WHERE name = ? AND version = ?`, name, version);
  }
}

/** The newest version that is left becomes the current one. */
function keepName(db: Db, name: string, version: number): void {
  const id = Number(db.prepare('SELECT id FROM capabilities WHERE name = ?').pluck().get(name));
  const row = db.prepare('SELECT * FROM capability_versions WHERE name = ? AND version = ?').get(name, version);
  pointAt(db, id, versionOf(row as VersionRow));
}

/** Records with their index, and judgements of the runs; then the runs themselves. */
export function forgetEvidence(runs: string, tally: Tally): void {
  tally(
    'evidence_fts',
    `DELETE FROM evidence_fts WHERE rowid IN (SELECT seq FROM evidence WHERE ${inList('run_id')})`,
    runs,
  );
  tally(
    'evidence_vectors',
    `DELETE FROM evidence_vectors WHERE seq IN (SELECT seq FROM evidence WHERE ${inList('run_id')})`,
    runs,
  );
  tally(
    'playbooks',
    `DELETE FROM playbooks WHERE playbook_id IN (SELECT playbook_id FROM playbook_runs WHERE ${inList('run_id')})`,
    runs,
  );
  for (const table of ['evidence', 'scores', 'overrides', 'suggestions', 'runs']) {
    tally(table, `DELETE FROM ${table} WHERE ${inList('run_id')}`, runs);
  }
}
