import type { WorkContext } from './context.js';
import { buildSftInput } from './datasets/contract.js';
import { importInput } from './evidence/contract.js';
import type { JsonObject } from './json.js';
import { clusterNeedsInput, mineNeedsInput } from './needs/contract.js';
import { scoreRunInput } from './scoring/contract.js';
import type { Services } from './services.js';
import { generateInput, proposeSpecInput } from './specs/contract.js';

export type OperationServices = Pick<Services, 'evidence' | 'scoring' | 'needs' | 'specs' | 'datasets'>;
export type Operation = (services: OperationServices, input: JsonObject, context: WorkContext) => Promise<object>;

/** The long work that jobs do, by the name of its tool. Input is parsed again here, for it comes out of the store. */
export const operations: Readonly<Record<string, Operation>> = {
  import_evidence: (services, input, context) => services.evidence.importEvidence(importInput.parse(input), context),
  mine_needs: (services, input, context) => services.needs.mineNeeds(mineNeedsInput.parse(input), context),
  cluster_needs: (services, input, context) => services.needs.clusterNeeds(clusterNeedsInput.parse(input), context),
  propose_spec: (services, input, context) => services.specs.proposeSpec(proposeSpecInput.parse(input), context),
  generate_and_gate_code: (services, input, context) =>
    services.specs.generateAndGate(generateInput.parse(input), context),
  score_run: (services, input, context) => services.scoring.scoreRuns(scoreRunInput.parse(input), context),
  build_sft: (services, input, context) => services.datasets.buildSft(buildSftInput.parse(input), context),
};
