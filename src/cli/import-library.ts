import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type ImportedArtifact, importLibrary } from '../library/import/import-library.js';
import { folderRefs } from '../receipts/folder-refs.js';
import { receipted, tallied } from '../receipts/receipted.js';
import { type Command, endProgress, table, UsageError, workContext } from './io.js';

const mostShown = 150;

export const importLibraryCommand: Command = {
  summary: 'judge a library of capabilities made elsewhere, and admit what passes',
  usage: 'capability-foundry import-library DIR [--json]',
  async run(context) {
    const { values, positionals } = parseArgs({
      args: [...context.args],
      allowPositionals: true,
      options: { json: { type: 'boolean' } },
    });
    const [dir] = positionals;
    if (!dir || positionals.length !== 1) throw new UsageError('Name one folder.');
    const services = context.services();
    const folder = resolve(dir);
    const shown = services.roots.display(folder);
    const results = await receipted(services, {
      command: 'import-library',
      arguments: { folder: shown },
      via: 'cli',
      work: () => importLibrary(services, folder, workContext(context, 'import-library')),
      tell: async (found) => ({
        inputs: await folderRefs(folder, shown),
        counts: { artifacts: found.length, ...tallied(found.map(({ verdict }) => verdict)) },
        recordCounts: { in: found.length, out: found.filter(({ verdict }) => verdict === 'admitted').length },
        warnings: found.filter(({ verdict }) => verdict !== 'admitted').map((one) => `${one.artifact}: ${one.verdict}`),
      }),
    });
    endProgress(context);
    if (values.json) for (const result of results) context.out(`${JSON.stringify(lineOf(result))}\n`);
    else context.out(report(results));
    return 0;
  },
};

function lineOf({ artifact, name, kind, verdict, failed_stage, reasons }: ImportedArtifact): object {
  return { artifact, name, kind, verdict, failed_stage, reasons };
}

function report(results: readonly ImportedArtifact[]): string {
  const rows = results.map(({ artifact, kind, verdict, failed_stage: stage, reasons }) => [
    artifact,
    kind,
    verdict,
    stage ?? '',
    shortened(reasons[0] ?? ''),
  ]);
  const count = (verdict: string): number => results.filter((result) => result.verdict === verdict).length;
  const totals = `${count('admitted')} admitted, ${count('rejected')} rejected, ${count('inconclusive')} inconclusive\n`;
  const cut = results.some(({ reasons }) => reasons.length > 1 || (reasons[0] ?? '').length > mostShown);
  const hint = cut ? 'The first reason of each, in short; --json has them all.\n' : '';
  return `${table(['artifact', 'kind', 'verdict', 'stage', 'why'], rows)}${totals}${hint}`;
}

function shortened(reason: string): string {
  return reason.length > mostShown ? `${reason.slice(0, mostShown).replace(/\s+\S*$/, '')} ...` : reason;
}
