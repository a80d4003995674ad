import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { exportLayout } from '../library/import/export-layout.js';
import { receipted } from '../receipts/receipted.js';
import { fileRefs } from '../receipts/receipts.js';
import { type Command, type CommandContext, type ExitCode, oneOf, table, UsageError, workContext } from './io.js';

export const exportCommand: Command = {
  summary: 'write the library as Agent Skills folders, or as a library folder',
  usage: 'capability-foundry export DIR [--name CAPABILITY] [--layout skills|library] [--json]',
  async run(context) {
    const { values, positionals } = parseArgs({
      args: [...context.args],
      allowPositionals: true,
      options: { name: { type: 'string' }, layout: { type: 'string' }, json: { type: 'boolean' } },
    });
    const [dir] = positionals;
    if (!dir || positionals.length !== 1) throw new UsageError('Name one folder.');
    const services = context.services({ grant: [resolve(dir)] });
    const names = values.name
      ? [values.name]
      : (await services.store.library.list({}, 10_000)).map((capability) => capability.name);
    const rows: string[][] = [];
    if (oneOf(values.layout, 'layout', ['skills', 'library']) === 'library') {
      const found = await Promise.all(names.map((name) => services.store.library.get(name)));
      const capabilities = found.filter((capability) => capability !== undefined);
      await receipted(services, {
        command: 'export',
        arguments: { folder: services.roots.display(resolve(dir)), layout: 'library' },
        via: 'cli',
        work: () => exportLayout(services.roots, capabilities, resolve(dir)),
        tell: async (files) => ({
          counts: { capabilities: capabilities.length, files: files.length },
          recordCounts: { in: capabilities.length, out: capabilities.length },
          outputs: await fileRefs(files, services.roots.display),
        }),
      });
      for (const { name, version, state } of capabilities) rows.push([name, String(version), state, '3']);
      return show(context, { folder: resolve(dir), rows, json: values.json === true });
    }
    for (const name of names) {
      const done = await services.library.manage(
        { name, action: 'export', output_dir: resolve(dir) },
        workContext(context, 'export'),
      );
      rows.push([done.name, String(done.version), done.state, String(done.files?.length ?? 0)]);
    }
    return show(context, { folder: resolve(dir), rows, json: values.json === true });
  },
};

function show(
  context: CommandContext,
  { folder, rows, json }: { readonly folder: string; readonly rows: readonly string[][]; readonly json: boolean },
): ExitCode {
  const capabilities = rows.map(([name, version]) => ({ name, version: Number(version) }));
  if (json) context.out(`${JSON.stringify({ folder, capabilities })}\n`);
  else if (rows.length === 0) context.out('The library is empty: there is nothing to export.\n');
  else context.out(`${table(['capability', 'version', 'state', 'files'], rows)}written to ${folder}\n`);
  return 0;
}
