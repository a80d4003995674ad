import { buildSftInput, buildSftOutput } from '../src/datasets/contract.js';
import { plural } from '../src/plural.js';
import { longTool } from './define.js';
import { lines, tally } from './text.js';

export const buildSft = longTool({
  name: 'build_sft',
  title: 'Build an SFT data set',
  description:
    'Write a supervised fine-tuning data set from accepted runs only, split by task, with provenance, card and receipt. Omissions are counted by reason.',
  input: buildSftInput,
  output: buildSftOutput,
  hints: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  render: (result) =>
    lines(
      `Wrote ${plural(result.rows, 'row')}; left out: ${tally(result.excluded)}.`,
      result.files.map((file) => `- ${file.path} (${file.split}, ${plural(file.rows, 'row')}, sha256 ${file.sha256})`),
      `dataset_id: ${result.dataset_id}`,
      `card: ${result.card_uri}`,
      `receipt_id: ${result.receipt_id}`,
    ),
});
