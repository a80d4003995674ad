import type { WorkContext } from '../context.js';
import type { JsonValue } from '../json.js';
import type { ImportInput, ImportOutput, SearchEvidenceInput, SearchEvidenceOutput } from './contract.js';

export interface EvidenceService {
  importEvidence(input: ImportInput, context: WorkContext): Promise<ImportOutput>;
  /** Kinds of what redaction under the present rules would still take out of a value, in order of name. */
  heldKinds(value: JsonValue): Promise<string[]>;
  /** @param patienceMs how long it may wait for embeddings that are still being made (1,500) */
  search(input: SearchEvidenceInput, patienceMs?: number): Promise<SearchEvidenceOutput>;
  /**
   * Re-reads a record's bytes, checks `sig_hash`, redacts again and compares.
   * @returns the first thing that does not hold, or null
   */
  verifyRecord(evidenceId: string): Promise<string | null>;
  /** Ends what goes on in the background. */
  close(): Promise<void>;
}
