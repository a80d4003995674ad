import type { Execution } from '../library/model.js';
import { evidenceOfExecution } from './from-execution.js';
import { createRedactionPolicy } from './redact.js';
import type { RedactionConfig } from './redaction-config.js';
import type { EvidenceStore } from './store.js';

/** Keeps an execution as evidence. The execution is redacted already; dry runs are none. */
export type RecordExecution = (execution: Execution) => Promise<void>;

/** @param config the redaction that the execution went through: its digest is kept with the source */
export function createExecutionRecorder(
  store: Pick<EvidenceStore, 'putSource' | 'append'>,
  config?: RedactionConfig,
): RecordExecution {
  const { digest } = createRedactionPolicy(config);
  return async (execution) => {
    if (execution.dry_run) return;
    const { source, run, records } = evidenceOfExecution(execution, digest);
    await store.putSource(source);
    await store.append({ runs: [run], records });
  };
}
