import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { folderRefs } from '../receipts/folder-refs.js';
import { receipted } from '../receipts/receipted.js';
import { type Command, UsageError } from './io.js';

/** A receipt names the first ones and counts all. */
const maxProblems = 20;

export const verifyCommand: Command = {
  summary: 'check an exported data set against its provenance and its sources',
  usage: 'capability-foundry verify DIR [--json]',
  async run(context) {
    const { values, positionals } = parseArgs({
      args: [...context.args],
      allowPositionals: true,
      options: { json: { type: 'boolean' } },
    });
    const [dir] = positionals;
    if (!dir || positionals.length !== 1) throw new UsageError('Name one folder.');
    const services = context.services({ grant: [resolve(dir)] });
    const folder = resolve(dir);
    const shown = services.roots.display(folder);
    const result = await receipted(services, {
      command: 'verify',
      arguments: { folder: shown },
      via: 'cli',
      work: () => services.datasets.verify(folder),
      tell: async ({ rows, problems }) => ({
        inputs: await folderRefs(folder, shown),
        counts: { rows, problems: problems.length },
        recordCounts: { in: rows, out: 0 },
        errors: problems.slice(0, maxProblems),
      }),
    });
    if (values.json) context.out(`${JSON.stringify(result)}\n`);
    else {
      for (const problem of result.problems) context.out(`${problem}\n`);
      context.out(`${result.rows} rows checked, ${result.problems.length} problems\n`);
    }
    return result.problems.length === 0 ? 0 : 1;
  },
};
