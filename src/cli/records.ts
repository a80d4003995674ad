import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { shownFile } from '../../resources/quote.js';
import { throwIfCancelled } from '../errors.js';
import { given, receipted, type Told } from '../receipts/receipted.js';
import { recordKindNames } from '../records/kinds.js';
import { recordsOf } from '../records/list.js';
import { type Command, oneOf, UsageError } from './io.js';

interface Written {
  readonly records: number;
  readonly bytes: number;
  readonly sha256: string;
}

const tell = ({ records, bytes, sha256 }: Written): Told => ({
  outputs: [{ path: 'standard output', sha256, bytes }],
  counts: { records },
  recordCounts: { in: records, out: records },
});

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
    const from = { store, knowledge, shownFile: (path: string) => shownFile(services, path), ...values };
    const work = async (): Promise<Written> => {
      const hash = createHash('sha256');
      let [records, bytes] = [0, 0];
      for await (const record of recordsOf(kind, from)) {
        throwIfCancelled(context.signal);
        const line = `${JSON.stringify(record)}\n`;
        hash.update(line);
        records += 1;
        bytes += Buffer.byteLength(line);
        context.out(line);
      }
      return { records, bytes, sha256: hash.digest('hex') };
    };
    // Reading makes no store.
    if (!store.exists()) await work();
    else
      await receipted(services, { command: 'records', arguments: given({ kind, ...values }), via: 'cli', work, tell });
    return 0;
  },
};
