import type { JsonObject } from '../src/json.js';
import { buildSft } from './build-sft.js';
import { clusterNeeds } from './cluster-needs.js';
import { extractPlaybooks } from './extract-playbooks.js';
import { generateAndGateCode } from './generate-and-gate-code.js';
import { importEvidence } from './import-evidence.js';
import { manageCapability } from './manage-capability.js';
import { mineNeeds } from './mine-needs.js';
import { proposeSpec } from './propose-spec.js';
import { scoreRun } from './score-run.js';

/** The tools whose work is, or may be, a job; a job's kind is the name of its tool. */
export const longTools: readonly { readonly name: string; renderJson(result: JsonObject): string }[] = [
  mineNeeds,
  clusterNeeds,
  proposeSpec,
  generateAndGateCode,
  scoreRun,
  buildSft,
  importEvidence,
  extractPlaybooks,
  manageCapability,
];
