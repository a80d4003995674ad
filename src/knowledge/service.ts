import type { WorkContext } from '../context.js';
import type { ExtractPlaybooksInput, ExtractPlaybooksOutput } from './contract.js';
import type { DriftInput, DriftOutput } from './drift-contract.js';
import type { ModelLedgerEntry, ScratchpadSummary } from './model.js';

/** What is derived from runs and their scores. No model takes part. */
export interface KnowledgeService {
  /** Judges what has no score yet, extracts and stores. @throws FoundryError not_found, invalid_input, cancelled */
  extractPlaybooks(input: ExtractPlaybooksInput, context: WorkContext): Promise<ExtractPlaybooksOutput>;
  /** The model ledger as runs and scores stand now; nothing is judged or stored. */
  ledger(): Promise<ModelLedgerEntry[]>;
  /** null where the agent left no scratchpad; undefined where there is no such run. */
  scratchpad(runId: string): Promise<ScratchpadSummary | null | undefined>;
  /** What differs between two states. @throws FoundryError not_found, invalid_input */
  compareDrift(input: DriftInput, context: WorkContext): Promise<DriftOutput>;
}
