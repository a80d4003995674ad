import { plural } from '../src/plural.js';
import { scoreRunInput, scoreRunOutput } from '../src/scoring/contract.js';
import { longTool } from './define.js';
import { lines, more, tally } from './text.js';

export const scoreRun = longTool({
  name: 'score_run',
  title: 'Score runs',
  description:
    'Judge runs by fixed rules, with reasons and without a model: accepted, partially_accepted, rejected or needs_human_review. Give run_ids, source or all_unscored. With suggest your opinion sends a run to a person; it never raises a score.',
  input: scoreRunInput,
  output: scoreRunOutput,
  hints: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  render: (result) =>
    lines(
      `Scored ${plural(result.scored, 'run')} with scorer ${result.scorer_version}: ${tally(result.by_category)}.`,
      result.runs.map((run) => `- ${run.run_id} ${run.category}: ${run.reasons.join('; ')}`),
      more(result.next_cursor),
      `receipt_id: ${result.receipt_id}`,
    ),
});
