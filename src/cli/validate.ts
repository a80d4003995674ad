import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { FoundryError } from '../errors.js';
import { withReceipt } from '../receipts/receipted.js';
import { fileRef } from '../receipts/receipts.js';
import { checkFile } from '../records/check-file.js';
import { recordKindNames } from '../records/kinds.js';
import { type Command, oneOf, UsageError } from './io.js';

const maxTold = 20;

type Problem = Awaited<ReturnType<typeof checkFile>>['problems'][number];

const linesOf = (name: string, problems: readonly Problem[]): string[] =>
  problems.map(({ line, code, reason }) => `${name}:${line}: ${code}: ${reason}`);

export const validateCommand: Command = {
  summary: 'check a JSONL file of records against their schema',
  usage: `capability-foundry validate FILE --record KIND [--json]\n  kinds: ${recordKindNames.join(', ')}`,
  async run(context) {
    const { values, positionals } = parseArgs({
      args: [...context.args],
      allowPositionals: true,
      options: { record: { type: 'string' }, json: { type: 'boolean' } },
    });
    const [file] = positionals;
    const kind = oneOf(values.record, 'record', recordKindNames);
    if (!file || positionals.length !== 1 || kind === undefined)
      throw new UsageError('Name one file and a --record kind.');
    const services = context.services();
    const path = resolve(file);
    const shown = services.roots.display(path);
    const { result, receipt } = await withReceipt(services, {
      command: 'validate',
      arguments: { file: shown, record: kind },
      via: 'cli',
      work: async () => {
        const input = await fileRef(path, shown).catch((error: unknown) => {
          throw new FoundryError('not_found', `${file} cannot be read.`, 'Name a file of records.', { cause: error });
        });
        return { input, ...(await checkFile(path, kind, context.signal)) };
      },
      tell: ({ input, records, valid, problems }) => ({
        inputs: [input],
        counts: { records, valid, invalid: records - valid },
        recordCounts: { in: records, out: valid },
        errors: linesOf(shown, problems).slice(0, maxTold),
      }),
    });
    const { records, valid, problems } = result;
    const { receipt_id } = receipt;
    const untold = records - valid - problems.length;
    if (values.json) context.out(`${JSON.stringify({ file, record: kind, records, valid, problems, receipt_id })}\n`);
    else
      context.out(
        [
          ...linesOf(file, problems),
          ...(untold > 0 ? [`and ${untold} more lines that are not valid`] : []),
          `${valid} of ${records} records are valid; receipt ${receipt_id}\n`,
        ].join('\n'),
      );
    return valid === records ? 0 : 1;
  },
};
