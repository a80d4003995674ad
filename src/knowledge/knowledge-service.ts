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

export function createKnowledgeService(deps: KnowledgeDeps): KnowledgeService {
  return {
    extractPlaybooks: (input, context) => extractPlaybooks(deps, input, context),
    ledger: () => readLedger(deps),
    async scratchpad(runId) {
      const trace = await deps.store.evidence.getTrace(runId);
      return trace && summarizeScratchpad(trace);
    },
    compareDrift: (input, context) => compareDrift(deps, input, context),
  };
}
