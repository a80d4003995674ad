import type * as z from 'zod';
import { importInput, importOutput } from '../src/evidence/contract.js';
import { jsonObject } from '../src/json.js';
import { plural } from '../src/plural.js';
import { askConsent } from './consent.js';
import { longTool } from './define.js';
import { lines, quoted, tally } from './text.js';

type Inventory = NonNullable<z.infer<typeof importOutput>['inventory']>;

function inventoryText(inventory: Inventory): string {
  const tools = inventory.tools
    .slice(0, 20)
    .map((tool) => `${tool.name} ${tool.calls} (${tool.failures} failed, ${tool.tokens} tokens)`)
    .join(', ');
  const { usage } = inventory;
  return lines(
    `Inventory, nothing was stored. Files: ${tally(inventory.formats)}; runs: ${inventory.runs}; task ids: ${inventory.tasks}; outcomes: ${tally(inventory.outcomes)}.`,
    Object.keys(inventory.versions).length > 0 && `Written by: ${tally(inventory.versions)}.`,
    usage.records > 0 && `Logged usage: ${usage.input_tokens} tokens in, ${usage.output_tokens} out.`,
    tools !== '' && `Tools by calls (tokens are estimated): ${tools}.`,
    inventory.needs.length > 0 && 'Needs that recur most, with what all their occurrences took:',
    inventory.needs.map(
      (need) =>
        `- ${need.times}x in ${plural(need.runs, 'run')}, ${plural(need.calls, 'call')}, ${need.tokens} tokens: ${quoted(need.text)}`,
    ),
    inventory.missing.map((missing) => `- missing for ${missing}`),
  );
}

export const importEvidence = longTool({
  name: 'import_evidence',
  title: 'Import evidence',
  description:
    'Read agent logs from a granted path, or as content, into the evidence store: redacted, deduplicated, each record with provenance. The format is recognised. dry_run gives only an inventory. Importing the same again changes nothing.',
  input: importInput,
  output: importOutput,
  brief: {
    inventory: jsonObject.optional().describe('formats, versions, runs, tasks, tools, outcomes, usage, needs, missing'),
  },
  hints: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  before: askConsent,
  render: (result) =>
    lines(
      `Read ${plural(result.records_read, 'record')} of ${plural(result.files, 'file')} (${result.format}): ${result.inventory ? `would import ${result.imported}` : `${result.imported} imported`}, ${plural(result.duplicates, 'duplicate')}, ${result.ignored} ignored, ${result.rejected} rejected; ${plural(result.runs, 'run')}.`,
      `source: ${quoted(result.source)}`,
      result.ignored > 0 && `Ignored: ${tally(result.ignored_kinds)}.`,
      Object.keys(result.redacted).length > 0 && `Redacted: ${tally(result.redacted)}.`,
      result.without_consent !== undefined &&
        `Left out: ${plural(result.without_consent, 'project folder')} that nobody has allowed (consent.allow in foundry.config.json).`,
      result.rejections.map((one) => `- ${one.file}${one.line === null ? '' : `:${one.line}`} rejected: ${one.reason}`),
      result.inventory && inventoryText(result.inventory),
      result.receipt_id !== undefined && `receipt_id: ${result.receipt_id}`,
    ),
});
