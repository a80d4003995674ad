import { receipted } from '../receipts/receipted.js';
import { generateAndGate } from './generate.js';
import { proposeSpec } from './propose.js';
import type { SpecService } from './service.js';
import type { SpecDeps } from './spec-deps.js';
import { ofJudgement, ofProposal } from './spec-receipts.js';

export type { SpecDeps } from './spec-deps.js';

/** Proposes specs, gets code for them, has the gate judge it and admits what passes. It decides nothing itself. */
export function createSpecService(deps: SpecDeps): SpecService {
  return {
    proposeSpec: (input, context) =>
      receipted(deps, { ...ofProposal(input, context), work: () => proposeSpec(deps, input, context) }),
    generateAndGate: (input, context) =>
      receipted(deps, { ...ofJudgement(input, context), work: () => generateAndGate(deps, input, context) }),
    gateFromElsewhere: (input, context) => generateAndGate({ ...deps, toolsElsewhere: true }, input, context),
  };
}
