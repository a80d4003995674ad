import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqliteStore } from '../../../db/sqlite/store.js';
import type { Config } from '../../../src/config.js';
import { loadConfig } from '../../../src/config.js';
import type { RunTrace, Source, ToolDefinition } from '../../../src/evidence/model.js';
import type { Store } from '../../../src/store.js';

export interface Bench {
  readonly folder: string;
  readonly config: Config;
  readonly store: Store;
  /** Appends made-up runs as if they had been imported. */
  add(...traces: RunTrace[]): Promise<void>;
  declare(...definitions: ToolDefinition[]): Promise<void>;
  close(): Promise<void>;
}

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

/** A store in a folder of its own, into which tests put runs without a log file. */
export async function createBench(): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'foundry-bench-'));
  const store = createSqliteStore(join(folder, 'foundry.db'));
  await store.evidence.putSource(source);
  return {
    folder,
    config: loadConfig({}, { home: folder, roots: [folder], file: {} }),
    store,
    async add(...traces) {
      await store.evidence.append({
        runs: traces.map((trace) => trace.run),
        records: traces.flatMap((trace) => trace.records),
      });
    },
    declare: (...definitions) => store.evidence.putToolDefinitions(source.source_id, definitions),
    async close() {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
