import { parseArgs } from 'node:util';
import { shownFile } from '../../resources/quote.js';
import { recordKindNames } from '../records/kinds.js';
import { recordsOf } from '../records/list.js';
import { type Command, oneOf, UsageError } from './io.js';

export const recordsCommand: Command = {
  summary: 'write the records of a kind, one JSON object a line',
  usage: `capability-foundry records KIND [--source LABEL] [--dataset ID]\n  kinds: ${recordKindNames.join(', ')}`,
  async run(context) {
    const { values, positionals } = parseArgs({
      args: [...context.args],
      allowPositionals: true,
      options: { source: { type: 'string' }, dataset: { type: 'string' } },
    });
    const kind = oneOf(positionals[0], 'KIND', recordKindNames);
    if (kind === undefined || positionals.length !== 1) throw new UsageError('Name one kind of record.');
    const services = context.services();
    const { store, knowledge } = services;
    const found = recordsOf(kind, { store, knowledge, shownFile: (path) => shownFile(services, path), ...values });
    for await (const record of found) {
      if (context.signal.aborted) return 130;
      context.out(`${JSON.stringify(record)}\n`);
    }
    return 0;
  },
};
