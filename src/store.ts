import type { DatasetStore } from './datasets/model.js';
import type { MeaningStore } from './evidence/meaning/model.js';
import type { EvidenceStore } from './evidence/store.js';
import type { ForgetStore } from './forget/model.js';
import type { JobStore } from './jobs/model.js';
import type { KnowledgeStore } from './knowledge/model.js';
import type { LibraryStore } from './library/model.js';
import type { EmbeddingStore, ModelCallStore } from './models/model.js';
import type { NeedStore } from './needs/model.js';
import type { ReceiptStore } from './receipts/model.js';
import type { ScoreStore } from './scoring/model.js';
import type { SpecStore } from './specs/model.js';

/** Everything that is kept. `db/` implements it; `src` knows only this. */
export interface Store {
  readonly evidence: EvidenceStore;
  readonly meaning: MeaningStore;
  readonly scores: ScoreStore;
  readonly needs: NeedStore;
  readonly specs: SpecStore;
  readonly library: LibraryStore;
  readonly embeddings: EmbeddingStore;
  readonly modelCalls: ModelCallStore;
  readonly datasets: DatasetStore;
  readonly knowledge: KnowledgeStore;
  readonly receipts: ReceiptStore;
  readonly jobs: JobStore;
  readonly forgetting: ForgetStore;
  /** Random hex that was drawn when the store was made; chooses hidden tests and held-out runs. */
  salt(): Promise<string>;
  /** Rows per table, and whether the file is sound. */
  status(): Promise<StoreStatus>;
  /** true once a database file is there (asking makes none). */
  exists(): boolean;
  close(): Promise<void>;
}

export interface StoreStatus {
  readonly path: string;
  readonly schema_version: number;
  readonly bytes: number;
  readonly counts: Readonly<Record<string, number>>;
}
