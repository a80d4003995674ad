import type { WorkContext } from '../context.js';
import type { JsonValue } from '../json.js';
import type { ImportInput, ImportOutput, SearchEvidenceInput, SearchEvidenceOutput } from './contract.js';

export interface EvidenceService {
  /**
   * @param found is told the ids of all runs that were read, those too that were there before
   * @throws FoundryError needs_setup where a person has to allow the logs and nobody has been asked
   */
  importEvidence(
    input: ImportInput,
    context: WorkContext,
    found?: (runIds: ReadonlySet<string>) => void,
  ): Promise<ImportOutput>;
  /**
   * The project folders of logs to which a person has to say yes before they are read.
   * @throws FoundryError not_found, path_not_allowed
   */
  unasked(
    input: Pick<ImportInput, 'path' | 'format' | 'mapping'>,
    context: Pick<WorkContext, 'via' | 'consented'>,
  ): Promise<string[]>;
  /** Remembers, as long as this process lives, that a person said yes to these folders. */
  agree(projects: readonly string[]): Promise<void>;
  agreed(projects: readonly string[]): Promise<boolean>;
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
