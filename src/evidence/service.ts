import type { WorkContext } from '../context.js';
import type { ImportInput, ImportOutput, SearchEvidenceInput, SearchEvidenceOutput } from './contract.js';

export interface EvidenceService {
  importEvidence(input: ImportInput, context: WorkContext): Promise<ImportOutput>;
  search(input: SearchEvidenceInput): Promise<SearchEvidenceOutput>;
  /**
   * Re-reads a record's bytes, checks `sig_hash`, redacts again and compares.
   * @returns the first thing that does not hold, or null
   */
  verifyRecord(evidenceId: string): Promise<string | null>;
}
