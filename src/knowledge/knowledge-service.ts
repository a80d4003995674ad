import { type Begun, given, receiptOfFailure } from '../receipts/receipted.js';
import type { KnowledgeDeps } from './deps.js';
import { compareDrift } from './drift.js';
import { extractPlaybooks } from './extract.js';
import { createLedger } from './ledger.js';
import type { ModelLedgerEntry } from './model.js';
import { summarizeScratchpad } from './scratchpad.js';
import type { KnowledgeService } from './service.js';

export type { KnowledgeDeps } from './deps.js';

async function readLedger({ store, config }: KnowledgeDeps): Promise<ModelLedgerEntry[]> {
  const ledger = createLedger(config.file.models?.context_windows);
  for await (const trace of store.evidence.traces({ without_executions: true })) {
    const { run_id } = trace.run;
    ledger.add(trace, (await store.scores.effective([run_id])).get(run_id));
  }
  return ledger.entries();
}

/** A further page is no work of its own. */
function firstPage<T>(deps: KnowledgeDeps, input: { cursor?: string | undefined }, what: Begun<T>): Promise<T> {
  return input.cursor === undefined ? receiptOfFailure(deps, what) : what.work();
}

export function createKnowledgeService(deps: KnowledgeDeps): KnowledgeService {
  return {
    extractPlaybooks(input, context) {
      const { task_type, source, min_support } = input;
      return firstPage(deps, input, {
        command: 'extract_playbooks',
        arguments: given({ task_type, source, min_support }),
        via: context.via,
        work: () => extractPlaybooks(deps, input, context),
      });
    },
    ledger: () => readLedger(deps),
    async scratchpad(runId) {
      const trace = await deps.store.evidence.getTrace(runId);
      return trace && summarizeScratchpad(trace);
    },
    compareDrift(input, context) {
      const { kind, from, to } = input;
      return firstPage(deps, input, {
        command: 'compare_drift',
        arguments: kind === 'claims' ? { kind, to } : { kind, from, to },
        via: context.via,
        work: () => compareDrift(deps, input, context),
      });
    },
  };
}
