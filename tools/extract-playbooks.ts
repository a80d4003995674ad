import { extractPlaybooksInput, extractPlaybooksOutput } from '../src/knowledge/contract.js';
import { plural } from '../src/plural.js';
import { longTool } from './define.js';
import { lines, more, quoted } from './text.js';

export const extractPlaybooks = longTool({
  name: 'extract_playbooks',
  title: 'Extract playbooks',
  description:
    'Find, without a model, the steps that accepted runs of a task type share, with known failures of rejected runs and the records behind each. Read a playbook by its uri.',
  input: extractPlaybooksInput,
  output: extractPlaybooksOutput,
  hints: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  render: (result) =>
    lines(
      `${result.playbooks.length} of ${plural(result.count, 'playbook')} shown.`,
      result.playbooks.map(
        (one) =>
          `- ${one.uri} ${quoted(one.task_type, 80)}: ${plural(one.support, 'accepted run')} with ${quoted(one.steps.join(', then '), 200)}`,
      ),
      result.note,
      more(result.next_cursor),
      `receipt_id: ${result.receipt_id}`,
    ),
});
