import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '../../../db/sqlite/connection.js';
import { createDatasetStore } from '../../../db/sqlite/dataset-store.js';
import { createReceiptStore } from '../../../db/sqlite/receipt-store.js';
import { createScoreStore } from '../../../db/sqlite/score-store.js';
import type { Config } from '../../../src/config.js';
import { loadConfig } from '../../../src/config.js';
import type { RunTrace, Source, ToolDefinition } from '../../../src/evidence/model.js';
import type { EvidenceStore } from '../../../src/evidence/store.js';
import type { Store } from '../../../src/store.js';

export interface Bench {
  readonly folder: string;
  readonly config: Config;
  readonly connection: Connection;
  readonly store: Store;
  /** What the evidence store holds; tests add to it. */
  readonly traces: RunTrace[];
  readonly definitions: ToolDefinition[];
  close(): void;
}

const refuse = (): never => {
  throw new Error('the test does not use this part of the store');
};

const source: Source = {
  source_id: 'source_1',
  source: 'made-up',
  path: '/logs/made-up.jsonl',
  origin: 'file',
  format: 'openai_chat',
  bytes: 100,
  sha256: 'a'.repeat(64),
  importer: 'openai_chat@1',
  redaction_policy: 'policy',
  imported_at: '2026-01-01T00:00:00.000Z',
};

function evidenceOver(traces: readonly RunTrace[], definitions: readonly ToolDefinition[]): EvidenceStore {
  const matching = (filter: { source?: string | undefined; task_id?: string | undefined }): RunTrace[] =>
    traces
      .filter((trace) => filter.source === undefined || trace.run.source === filter.source)
      .filter((trace) => filter.task_id === undefined || trace.run.task_id === filter.task_id)
      .toSorted((a, b) => (a.run.run_id < b.run.run_id ? -1 : 1));
  const known: Partial<EvidenceStore> = {
    getTrace: async (runId) => traces.find((trace) => trace.run.run_id === runId),
    listSources: async () => [],
    getSource: async (id) => ({ ...source, source_id: id }),
    toolDefinitions: async () => [...definitions],
    listRuns: async (filter, limit, after = '') =>
      matching(filter)
        .map((trace) => trace.run)
        .filter((run) => run.run_id > after)
        .slice(0, limit),
    countRuns: async (filter) => matching(filter).length,
    async *traces(filter) {
      yield* matching(filter);
    },
  };
  return new Proxy(known, { get: (target, key) => Reflect.get(target, key) ?? refuse }) as EvidenceStore;
}

/** Real SQLite stores of scores, data sets and receipts beside an evidence store that is a list. */
export function createBench(overrides: Partial<Config> = {}): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'foundry-bench-'));
  const connection = new Connection(join(folder, 'foundry.db'));
  const traces: RunTrace[] = [];
  const definitions: ToolDefinition[] = [];
  const known: Partial<Store> = {
    evidence: evidenceOver(traces, definitions),
    scores: createScoreStore(connection),
    datasets: createDatasetStore(connection),
    receipts: createReceiptStore(connection),
  };
  return {
    folder,
    config: loadConfig({}, { home: folder, roots: [folder], file: {}, ...overrides }),
    connection,
    store: new Proxy(known, { get: (target, key) => Reflect.get(target, key) ?? refuse }) as Store,
    traces,
    definitions,
    close() {
      connection.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
