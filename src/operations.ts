import type { WorkContext } from './context.js';
import { buildSftInput } from './datasets/contract.js';
import type { DatasetService } from './datasets/service.js';
import { importInput } from './evidence/contract.js';
import type { EvidenceService } from './evidence/service.js';
import type { JsonObject } from './json.js';
import { extractPlaybooksInput } from './knowledge/contract.js';
import type { KnowledgeService } from './knowledge/service.js';
import { manageCapabilityInput } from './library/contract.js';
import type { LibraryService } from './library/service.js';
import { clusterNeedsInput, mineNeedsInput } from './needs/contract.js';
import type { NeedsService } from './needs/service.js';
import { scoreRunInput } from './scoring/contract.js';
import type { ScoringService } from './scoring/service.js';
import { generateInput, proposeSpecInput } from './specs/contract.js';
import type { SpecService } from './specs/service.js';

export interface OperationServices {
  readonly evidence: EvidenceService;
  readonly scoring: ScoringService;
  readonly needs: NeedsService;
  readonly specs: SpecService;
  readonly datasets: DatasetService;
  readonly library: LibraryService;
  readonly knowledge: KnowledgeService;
}

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
  extract_playbooks: (services, input, context) =>
    services.knowledge.extractPlaybooks(extractPlaybooksInput.parse(input), context),
  manage_capability: (services, input, context) => services.library.manage(manageCapabilityInput.parse(input), context),
};
