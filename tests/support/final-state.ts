import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openKept } from '../../db/sqlite/kept.js';
import { createSqliteStore } from '../../db/sqlite/store.js';

/** Makes a data folder with a store whose salt is drawn, so that copies of it draw the same hidden tests. */
export async function makeHome(home: string): Promise<void> {
  const store = createSqliteStore(join(home, 'foundry.db'));
  await store.salt();
  await store.close();
}

/** What an output folder holds, but for times, durations and logs of progress. */
export function contentsOf(folder: string): Record<string, string> {
  const told: Record<string, string> = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(folder.length + 1);
    if (!entry.isFile() || /^(progress|receipt|llm_usage|pipeline_state)/.test(entry.name)) continue;
    const text = readFileSync(path, 'utf8');
    told[name] = name.endsWith('report.json') ? text.replace(/"duration_ms": [\d.]+/g, '"duration_ms": 0') : text;
  }
  return told;
}

/** Rows per table of what a job leaves behind, and SQLite's own opinion of the file. */
export function tablesOf(home: string): { integrity: unknown; rows: Record<string, number> } {
  const db = openKept(join(home, 'foundry.db'), { readonly: true });
  const rows: Record<string, number> = {};
  for (const table of [
    'sources',
    'runs',
    'evidence',
    'acts',
    'needs',
    'specs',
    'hidden_tests',
    'patterns',
    'attempts',
    'capability_versions',
  ]) {
    rows[table] = (db.prepare(`SELECT count(*) AS n FROM ${table}`).get() as { n: number }).n;
  }
  const integrity = db.pragma('integrity_check', { simple: true });
  db.close();
  return { integrity, rows };
}
