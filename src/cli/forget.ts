import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type ForgetResult, forget } from '../forget/forget.js';
import type { Selection } from '../forget/model.js';
import { type Command, table, UsageError, workContext } from './io.js';

interface Options {
  readonly source?: string | undefined;
  readonly run?: string | undefined;
  readonly project?: string | undefined;
}

function selectionOf({ source, run, project }: Options): Selection {
  const chosen: Selection[] = [];
  if (source !== undefined) chosen.push({ by: 'source', source });
  if (run !== undefined) chosen.push({ by: 'run', runId: run });
  if (project !== undefined) chosen.push({ by: 'project', folder: resolve(project) });
  const [selection] = chosen;
  if (!selection || chosen.length !== 1) throw new UsageError('Give one of --source, --run and --project.');
  return selection;
}

function report(result: ForgetResult): string {
  const rows = Object.entries(result.counts).sort(([a], [b]) => (a < b ? -1 : 1));
  let text = table([result.receipt_id === undefined ? 'would be removed' : 'removed', 'rows'], rows);
  for (const folder of result.left) text += `  still there, outside of the data folder: ${folder}\n`;
  for (const note of result.notes) text += `  ${note}\n`;
  return `${text}${result.receipt_id === undefined ? 'Nothing was removed (dry run).' : `receipt ${result.receipt_id}`}\n`;
}

export const forgetCommand: Command = {
  summary: 'remove a source, a run or a project and all that was derived from it',
  usage: 'capability-foundry forget (--source LABEL | --run ID | --project FOLDER) [--dry-run] [--json]',
  async run(context) {
    const { values } = parseArgs({
      args: [...context.args],
      options: {
        source: { type: 'string' },
        run: { type: 'string' },
        project: { type: 'string' },
        'dry-run': { type: 'boolean' },
        json: { type: 'boolean' },
      },
    });
    const selection = selectionOf(values);
    const { config, store, clock } = context.services();
    const request = { selection, dryRun: values['dry-run'] === true };
    const result = await forget({ config, store, clock }, request, workContext(context, 'forget'));
    context.out(values.json ? `${JSON.stringify(result)}\n` : report(result));
    return 0;
  },
};
