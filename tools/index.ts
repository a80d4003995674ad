import { buildSft } from './build-sft.js';
import { callCapability } from './call-capability.js';
import { clusterNeeds } from './cluster-needs.js';
import { compareDrift } from './compare-drift.js';
import type { AnyTool } from './define.js';
import { extractPlaybooks } from './extract-playbooks.js';
import { foundryStatus } from './foundry-status.js';
import { generateAndGateCode } from './generate-and-gate-code.js';
import { importEvidence } from './import-evidence.js';
import { manageCapability } from './manage-capability.js';
import { mineNeeds } from './mine-needs.js';
import { proposeSpec } from './propose-spec.js';
import { read } from './read.js';
import { scoreRun } from './score-run.js';
import { searchCapabilities } from './search-capabilities.js';
import { searchEvidence } from './search-evidence.js';

/** Every tool. The order is part of the contract: it decides what a prompt cache can keep. */
export const tools: readonly AnyTool[] = [
  mineNeeds,
  clusterNeeds,
  proposeSpec,
  generateAndGateCode,
  scoreRun,
  buildSft,
  importEvidence,
  searchEvidence,
  searchCapabilities,
  callCapability,
  manageCapability,
  read,
  extractPlaybooks,
  compareDrift,
  foundryStatus,
];
