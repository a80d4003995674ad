import { statSync } from 'node:fs';
import type { Store } from '../../src/store.js';
import { migrations } from '../migrations/index.js';
import { Connection } from './connection.js';
import { createDatasetStore } from './dataset-store.js';
import { createEmbeddingStore } from './embedding-store.js';
import { createEvidenceStore } from './evidence-store.js';
import { createForgetStore } from './forget-store.js';
import { createJobStore } from './job-store.js';
import { createKnowledgeStore } from './knowledge-store.js';
import { createLibraryStore } from './library-store.js';
import { createMeaningStore } from './meaning-store.js';
import { createModelCallStore } from './model-call-store.js';
import { createNeedStore } from './need-store.js';
import { createReceiptStore } from './receipt-store.js';
import { createScoreStore } from './score-store.js';
import { createSpecStore } from './spec-store.js';

/** The tables whose rows a status shows. */
const counted = [
  'sources',
  'runs',
  'evidence',
  'scores',
  'acts',
  'need_groups',
  'need_clusters',
  'specs',
  'attempts',
  'capability_versions',
  'executions',
  'datasets',
  'playbooks',
  'receipts',
  'jobs',
  'model_calls',
];

/** The embedded store over one SQLite file. Nothing is opened before the first use. */
export function createSqliteStore(path: string): Store {
  const connection = new Connection(path);
  return {
    evidence: createEvidenceStore(connection),
    meaning: createMeaningStore(connection),
    scores: createScoreStore(connection),
    needs: createNeedStore(connection),
    specs: createSpecStore(connection),
    library: createLibraryStore(connection),
    embeddings: createEmbeddingStore(connection),
    modelCalls: createModelCallStore(connection),
    datasets: createDatasetStore(connection),
    knowledge: createKnowledgeStore(connection),
    receipts: createReceiptStore(connection),
    jobs: createJobStore(connection),
    forgetting: createForgetStore(connection),
    async salt() {
      const row = connection.db.prepare("SELECT value FROM settings WHERE key = 'salt'").get() as { value: string };
      return row.value;
    },
    async status() {
      const counts: Record<string, number> = {};
      for (const table of counted) {
        const row = connection.db.prepare(`SELECT count(*) AS n FROM ${table}`).get() as { n: number };
        counts[table] = row.n;
      }
      return { path, schema_version: migrations.length, bytes: statSync(path).size, counts };
    },
    exists: () => connection.exists(),
    async close() {
      connection.close();
    },
  };
}
