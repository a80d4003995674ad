import { mineNeedsInput, mineNeedsOutput } from '../src/needs/contract.js';
import { plural } from '../src/plural.js';
import { askConsent } from './consent.js';
import { longTool } from './define.js';
import { lines } from './text.js';

export const mineNeeds = longTool({
  name: 'mine_needs',
  title: 'Mine needs',
  description:
    'Derive needs from agent runs and merge near-duplicates; unscored runs are scored on the way. Give path to import logs first, or source or run_ids to narrow. Next comes cluster_needs with the mining_id.',
  input: mineNeedsInput,
  output: mineNeedsOutput,
  hints: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  before: askConsent,
  render: (result) =>
    lines(
      `Mined ${plural(result.needs, 'need')} from ${plural(result.acts, 'act')} of ${plural(result.runs, 'run')}: ${plural(result.groups, 'group')} after merging ${result.merged}; ${result.rejected} rejected.`,
      `mining_id: ${result.mining_id}`,
      `receipt_id: ${result.receipt_id}`,
    ),
});
