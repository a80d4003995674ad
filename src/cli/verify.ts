import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Command, UsageError } from './io.js';

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
    const result = await context.services({ grant: [resolve(dir)] }).datasets.verify(resolve(dir));
    if (values.json) context.out(`${JSON.stringify(result)}\n`);
    else {
      for (const problem of result.problems) context.out(`${problem}\n`);
      context.out(`${result.rows} rows checked, ${result.problems.length} problems\n`);
    }
    return result.problems.length === 0 ? 0 : 1;
  },
};
