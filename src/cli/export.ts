import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Command, table, UsageError, workContext } from './io.js';

export const exportCommand: Command = {
  summary: 'write the library as Agent Skills folders',
  usage: 'capability-foundry export DIR [--name CAPABILITY] [--json]',
  async run(context) {
    const { values, positionals } = parseArgs({
      args: [...context.args],
      allowPositionals: true,
      options: { name: { type: 'string' }, json: { type: 'boolean' } },
    });
    const [dir] = positionals;
    if (!dir || positionals.length !== 1) throw new UsageError('Name one folder.');
    const services = context.services({ grant: [resolve(dir)] });
    const names = values.name
      ? [values.name]
      : (await services.store.library.list({}, 10_000)).map((capability) => capability.name);
    const rows: string[][] = [];
    for (const name of names) {
      const done = await services.library.manage(
        { name, action: 'export', output_dir: resolve(dir) },
        workContext(context, 'export'),
      );
      rows.push([done.name, String(done.version), done.state, String(done.files?.length ?? 0)]);
    }
    if (values.json)
      context.out(
        `${JSON.stringify({ folder: resolve(dir), capabilities: rows.map(([name, version]) => ({ name, version: Number(version) })) })}\n`,
      );
    else if (rows.length === 0) context.out('The library is empty: there is nothing to export.\n');
    else context.out(`${table(['capability', 'version', 'state', 'files'], rows)}written to ${resolve(dir)}\n`);
    return 0;
  },
};
