import { parseArgs } from 'node:util';
import { consentQuestion, folders } from '../evidence/consent.js';
import type { ImportInput, ImportOutput } from '../evidence/contract.js';
import { importInput } from '../evidence/contract.js';
import type { Services } from '../services.js';
import { oneLine } from '../visible.js';
import { inventoryReport } from './inventory-report.js';
import { type Command, type CommandContext, endProgress, table, UsageError, workContext } from './io.js';

export const importCommand: Command = {
  summary: 'read logs into the evidence store',
  usage:
    'capability-foundry import PATH... [--format auto] [--mapping FILE] [--source LABEL] [--consent] [--dry-run] [--json]',
  async run(context) {
    const { values, positionals } = parseArgs({
      args: [...context.args],
      allowPositionals: true,
      options: {
        format: { type: 'string' },
        mapping: { type: 'string' },
        source: { type: 'string' },
        consent: { type: 'boolean' },
        'dry-run': { type: 'boolean' },
        json: { type: 'boolean' },
      },
    });
    if (positionals.length === 0) throw new UsageError('Name at least one file or folder.');
    const services = context.services();
    let failed = false;
    for (const path of positionals) {
      const input = importInput.safeParse({
        path,
        format: values.format,
        mapping: values.mapping,
        source: values.source,
        dry_run: values['dry-run'],
      });
      if (!input.success) throw new UsageError(input.error.issues[0]?.message ?? 'bad options');
      const consented = values.consent === true || (await asked(context, services, input.data));
      const result = await services.evidence.importEvidence(input.data, {
        ...workContext(context, 'import'),
        consented,
      });
      endProgress(context);
      context.out(values.json ? `${JSON.stringify(result)}\n` : report(path, result));
      failed ||= result.imported + result.duplicates + result.ignored === 0 && result.rejected > 0;
    }
    return failed ? 1 : 0;
  },
};

/** Whether the person at the terminal says yes to folders that are on no list; where nobody can be asked, no. */
async function asked(context: CommandContext, services: Services, input: ImportInput): Promise<boolean> {
  const projects = await services.evidence.unasked(input, { via: 'cli' });
  if (projects.length === 0) return false;
  const said = await context.ask(consentQuestion(projects));
  if (said === false) context.err('They are left out.\n');
  return said === true;
}

/** What was ignored, most often first. */
function kindsOf(kinds: Readonly<Record<string, number>> | undefined): string {
  return Object.entries(kinds ?? {})
    .sort((a, b) => b[1] - a[1])
    .map(([kind, count]) => `${oneLine(kind)} ${count}`)
    .join(', ');
}

function report(path: string, result: ImportOutput): string {
  const rows: [string, string | number][] = [
    ['format', result.format],
    ['source', result.source],
    ['files', result.files],
    ['records read', result.records_read],
    [result.inventory ? 'would import' : 'imported', result.imported],
    ['duplicates', result.duplicates],
    ['ignored', [result.ignored, kindsOf(result.ignored_kinds)].filter(Boolean).join(': ')],
    ['rejected', result.rejected],
    [
      'redacted',
      Object.entries(result.redacted)
        .map(([kind, count]) => `${kind} ${count}`)
        .join(', ') || 'nothing',
    ],
    ['runs', result.runs],
  ];
  if (result.without_consent) rows.push(['left out', `${folders(result.without_consent)} that nobody has allowed`]);
  if (result.receipt_id) rows.push(['receipt', result.receipt_id]);
  let text = `${path}\n${table(['', ''], rows)}`;
  for (const { file, line, reason } of result.rejections)
    text += `  rejected ${file}${line === null ? '' : `:${line}`}: ${reason}\n`;
  if (result.without_consent) {
    text += '  Say --consent, or name them under consent.allow in foundry.config.json.\n';
  }
  if (result.inventory) text += inventoryReport(result.inventory);
  return text;
}
