import type { PatternRecord, Spec, SpecRecord, SpecStore, SpecTest } from '../../src/specs/model.js';
import type { Connection } from './connection.js';
import { createHiddenTries } from './hidden-tries.js';

interface SpecRow {
  spec_id: string;
  spec: string;
  generator: SpecRecord['generator'];
  cluster_id: string | null;
  clustering_id: string | null;
  author_saw_all: number;
  created_at: string;
}

interface PatternRow extends Omit<PatternRecord, 'train_run_ids' | 'held_out_run_ids' | 'destructive_tools'> {
  train_run_ids: string;
  held_out_run_ids: string;
  destructive_tools: string;
}

function toRecord(row: SpecRow): SpecRecord {
  return {
    spec_id: row.spec_id,
    spec: JSON.parse(row.spec) as Spec,
    generator: row.generator,
    cluster_id: row.cluster_id,
    clustering_id: row.clustering_id,
    author_saw_all: row.author_saw_all === 1,
    created_at: row.created_at,
  };
}

function toPattern(row: PatternRow): PatternRecord {
  return {
    ...row,
    train_run_ids: JSON.parse(row.train_run_ids) as string[],
    held_out_run_ids: JSON.parse(row.held_out_run_ids) as string[],
    destructive_tools: JSON.parse(row.destructive_tools) as string[],
  };
}

const specColumns = 'spec_id, spec, generator, cluster_id, clustering_id, author_saw_all, created_at';
const patternColumns =
  'pattern_id, clustering_id, cluster_id, spec_id, code, train_run_ids, held_out_run_ids, calls_replaced, occurrences, destructive_tools';

function writeSpec(connection: Connection, record: SpecRecord, hiddenTests: readonly SpecTest[]): void {
  const added = connection.db
    .prepare(
      `INSERT OR IGNORE INTO specs (spec_id, name, kind, spec, generator, cluster_id, clustering_id, author_saw_all, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      record.spec_id,
      record.spec.name,
      record.spec.kind,
      JSON.stringify(record.spec),
      record.generator,
      record.cluster_id,
      record.clustering_id,
      record.author_saw_all ? 1 : 0,
      record.created_at,
    );
  if (added.changes === 0) return;
  const insert = connection.db.prepare('INSERT INTO hidden_tests (spec_id, ordinal, test) VALUES (?, ?, ?)');
  hiddenTests.forEach((test, ordinal) => {
    insert.run(record.spec_id, ordinal, JSON.stringify(test));
  });
}

function writePatterns(connection: Connection, patterns: readonly PatternRecord[]): void {
  const insert = connection.db.prepare(
    `INSERT OR IGNORE INTO patterns (${patternColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  for (const pattern of patterns) {
    insert.run(
      pattern.pattern_id,
      pattern.clustering_id,
      pattern.cluster_id,
      pattern.spec_id,
      pattern.code,
      JSON.stringify(pattern.train_run_ids),
      JSON.stringify(pattern.held_out_run_ids),
      pattern.calls_replaced,
      pattern.occurrences,
      JSON.stringify(pattern.destructive_tools),
    );
  }
}

/** Specs are keyed by content, so putting one again changes nothing, its hidden tests included. */
export function createSpecStore(connection: Connection): SpecStore {
  return {
    ...createHiddenTries(connection),
    async putSpec(record, hiddenTests) {
      connection.write(() => writeSpec(connection, record, hiddenTests));
    },
    async getSpec(specId) {
      const row = connection.db.prepare(`SELECT ${specColumns} FROM specs WHERE spec_id = ?`).get(specId);
      return row === undefined ? undefined : toRecord(row as SpecRow);
    },
    async listSpecs(filter, limit, after) {
      const rows = connection.db
        .prepare(
          `SELECT ${specColumns} FROM specs
           WHERE (@clustering IS NULL OR clustering_id = @clustering)
             AND (@cluster IS NULL OR cluster_id = @cluster)
             AND spec_id > @after
           ORDER BY spec_id LIMIT @limit`,
        )
        .all({
          clustering: filter.clustering_id ?? null,
          cluster: filter.cluster_id ?? null,
          after: after ?? '',
          limit,
        }) as SpecRow[];
      return rows.map(toRecord);
    },
    async hiddenTestsForGate(specId) {
      const rows = connection.db
        .prepare('SELECT test FROM hidden_tests WHERE spec_id = ? ORDER BY ordinal')
        .all(specId) as { test: string }[];
      return rows.map((row) => JSON.parse(row.test) as SpecTest);
    },
    async putPatterns(patterns) {
      connection.write(() => writePatterns(connection, patterns));
    },
    async patternOfSpec(specId) {
      const row = connection.db
        .prepare(`SELECT ${patternColumns} FROM patterns WHERE spec_id = ? ORDER BY pattern_id LIMIT 1`)
        .get(specId);
      return row === undefined ? undefined : toPattern(row as PatternRow);
    },
    async patternsOf(clusteringId) {
      const rows = connection.db
        .prepare(`SELECT ${patternColumns} FROM patterns WHERE clustering_id = ? ORDER BY pattern_id, spec_id`)
        .all(clusteringId) as PatternRow[];
      return rows.map(toPattern);
    },
    async specIdsStartingWith(prefix, limit) {
      // A range instead of LIKE: ids may hold characters that LIKE takes for wildcards.
      const rows = connection.db
        .prepare('SELECT spec_id FROM specs WHERE spec_id >= ? AND spec_id < ? ORDER BY spec_id LIMIT ?')
        .all(prefix, `${prefix}\u{10ffff}`, limit) as { spec_id: string }[];
      return rows.map((row) => row.spec_id);
    },
  };
}
