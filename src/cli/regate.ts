import { parseArgs } from 'node:util';
import type { Regated } from '../library/contract.js';
import { type Command, type CommandContext, type ExitCode, endProgress, table, UsageError, workContext } from './io.js';

export const regateCommand: Command = {
  summary: 'judge capabilities again by the gate as it is now',
  usage:
    'capability-foundry regate NAME [--dependents] [--reason TEXT] [--json]\ncapability-foundry regate --all [--reason TEXT] [--json]',
  async run(context) {
    const { values, positionals } = parseArgs({
      args: [...context.args],
      allowPositionals: true,
      options: {
        dependents: { type: 'boolean' },
        all: { type: 'boolean' },
        reason: { type: 'string' },
        json: { type: 'boolean' },
      },
    });
    const [name] = positionals;
    if (positionals.length > 1 || (name === undefined) !== (values.all === true))
      throw new UsageError('Name one capability, or give --all.');
    if (values.all && values.dependents) throw new UsageError('--all has the dependents in it.');
    const scope = values.all ? 'all' : values.dependents ? 'dependents' : 'one';
    const request = { ...(name !== undefined && { name }), scope, reason: values.reason } as const;
    const regated = await context.services().library.regate(request, workContext(context, 'regate'));
    endProgress(context);
    if (values.json) for (const one of regated) context.out(`${JSON.stringify(one)}\n`);
    else report(context, regated);
    return exitCode(regated);
  },
};

/** 1 where the gate refused one, so that a script notices. */
function exitCode(regated: readonly Regated[]): ExitCode {
  return regated.some(({ verdict }) => verdict === 'rejected') ? 1 : 0;
}

function report(context: CommandContext, regated: readonly Regated[]): void {
  if (regated.length === 0) {
    context.out('There is nothing to judge.\n');
    return;
  }
  const rows = regated.map(({ name, version, verdict, state, changed, reasons }) => [
    name,
    version,
    verdict.replace('_', ' '),
    changed ? `now ${state}` : state,
    reasons[0] ?? '',
  ]);
  const refused = regated.filter(({ verdict }) => verdict === 'rejected').length;
  context.out(table(['capability', 'version', 'verdict', 'state', 'why'], rows));
  context.out(`${regated.length} judged, ${refused} refused\n`);
}
