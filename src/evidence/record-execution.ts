import type { Execution } from '../library/model.js';
import { evidenceOfExecution } from './from-execution.js';
import { createRedactionPolicy } from './redact.js';
import type { EvidenceStore } from './store.js';

/** Keeps an execution as evidence. The execution is redacted already; dry runs are none. */
export type RecordExecution = (execution: Execution) => Promise<void>;

/** @param allow texts that look like secrets and are none: they are part of the redaction rules */
export function createExecutionRecorder(
  store: Pick<EvidenceStore, 'putSource' | 'append'>,
  allow: readonly string[] = [],
): RecordExecution {
  const { digest } = createRedactionPolicy(allow);
  return async (execution) => {
    if (execution.dry_run) return;
    const { source, run, records } = evidenceOfExecution(execution, digest);
    await store.putSource(source);
    await store.append({ runs: [run], records });
  };
}
