import type { EvidenceRecord } from '../model.js';

/** A record with its place in the store, by which its vector is kept. */
export interface PlacedRecord {
  readonly seq: number;
  readonly record: EvidenceRecord;
}

/** The vector of a record's text; empty where the text says nothing that could be embedded. */
export interface PlacedVector {
  readonly seq: number;
  readonly vector: Int8Array;
}

/** How far the vectors have come. */
export interface MeaningState {
  /** records that were looked at */
  readonly done: number;
  /** changes when vectors were taken away, so that copies in memory are made anew */
  readonly epoch: number;
}

/** Where the vectors of records are kept, those of one model at a time. */
export interface MeaningStore {
  state(model: string): Promise<MeaningState>;
  /** The next records without a vector, in order of place. */
  pending(model: string, limit: number): Promise<PlacedRecord[]>;
  /** Keeps the vectors of records that are still there; those of any other model are dropped. */
  put(model: string, vectors: readonly (PlacedVector & { readonly evidenceId: string })[]): Promise<void>;
  /** Vectors in order of place, after `after`; the empty ones are left out. */
  vectors(model: string, after: number, limit: number): Promise<PlacedVector[]>;
}
