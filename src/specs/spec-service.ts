import { generateAndGate } from './generate.js';
import { proposeSpec } from './propose.js';
import type { SpecService } from './service.js';
import type { SpecDeps } from './spec-deps.js';

export type { SpecDeps } from './spec-deps.js';

/** Proposes specs, gets code for them, has the gate judge it and admits what passes. It decides nothing itself. */
export function createSpecService(deps: SpecDeps): SpecService {
  return {
    proposeSpec: (input, context) => proposeSpec(deps, input, context),
    generateAndGate: (input, context) => generateAndGate(deps, input, context),
    gateFromElsewhere: (input, context) => generateAndGate({ ...deps, toolsElsewhere: true }, input, context),
  };
}
