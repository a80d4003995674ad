import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, conversation, createBench, jsonl, unaccounted } from '../unit/evidence/support.js';
import { logs, makers, mappings, plant } from './planted-logs.js';

function bytesUnder(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.name} ${readFileSync(join(entry.parentPath, entry.name), 'latin1')}`)
    .join('\n');
}

/** Of each kind in each encoding, so many in each format. */
const rounds = 6;

describe('planted secrets and personal data', () => {
  const all = new Set<string>();
  let bench: Bench;
  beforeEach(() => {
    bench = createBench();
  });
  afterEach(() => bench.close());

  for (const [index, [format, write]] of Object.entries(logs).entries()) {
    it(`leave no byte in the data folder: ${format}, plain and encoded, and every record still verifies`, async () => {
      const planted = Array.from({ length: rounds }, (_, round) => plant((index * rounds + round) * 100)).flat();
      const mapping = mappings[format];
      const output = await bench.import({
        path: bench.file(`log.${format}`, write(planted)),
        ...(mapping ? { mapping: bench.file('mapping.json', JSON.stringify(mapping)) } : {}),
      });
      expect([output.format, unaccounted(output)]).toEqual([format, 0]);
      // What stands in the vectors, and what a reader sees.
      const found = await bench.service.search({ query: 'the value is here, yes: put it there' });
      const traces = await bench.traces();
      const records = traces.flatMap((trace) => trace.records);
      expect(records.length).toBeGreaterThan(planted.length / 2);
      for (const record of records.filter((_, at) => at % 90 === 60)) {
        expect(await bench.service.verifyRecord(record.evidence_id)).toBeNull();
      }
      await bench.store.close();
      const seen = [
        bytesUnder(join(bench.home, 'data')),
        bench.logged.join('\n'),
        JSON.stringify([output, found]),
      ].join('\n');
      const left = planted.filter(({ secret, shown }) => seen.includes(secret) || seen.includes(shown));
      expect(left).toEqual([]);
      for (const { secret } of planted) all.add(secret);
    });
  }

  it('are three thousand and more', () => {
    expect(all.size).toBeGreaterThan(3_000);
  });

  it('leave no byte where they stand in names of files and folders, whose records still verify', async () => {
    const name = makers[7]?.(77) ?? '';
    const other = makers[7]?.(78) ?? '';
    bench.file(`of ${name}/${other}.jsonl`, jsonl([{ messages: conversation }]));
    bench.file(`of ${name}/${name}.jsonl`, jsonl([{ messages: [...conversation].slice(0, 2) }]));
    bench.file(`of ${name}/notes of ${name}.txt`, 'nothing that is a log');
    const output = await bench.import({ path: bench.logs });
    expect(output).toMatchObject({ imported: 7, ignored: 1 });
    const traces = await bench.traces();
    for (const record of traces.flatMap((trace) => trace.records)) {
      expect(await bench.service.verifyRecord(record.evidence_id)).toBeNull();
    }
    const [receipt] = await bench.store.receipts.listReceipts(1);
    const seen = [JSON.stringify([receipt, output, traces]), bench.logged.join('\n')].join('\n');
    await bench.store.close();
    const all = `${bytesUnder(join(bench.home, 'data'))}\n${seen}`;
    expect([name, other].filter((one) => all.includes(one))).toEqual([]);
  });

  it('are counted by kind in the receipt, which names the rules in force', async () => {
    const messages = [{ role: 'user', content: `${makers[7]?.(1)} and ${makers[7]?.(2)} and ${makers[0]?.(3)}` }];
    const output = await bench.import({ path: bench.file('log.jsonl', jsonl([{ messages }])) });
    expect(output.redacted).toEqual({ EMAIL: 2, AWS_KEY: 1 });
    const [receipt] = await bench.store.receipts.listReceipts(1);
    expect(receipt?.counts).toMatchObject({ redacted: 3, redacted_email: 2, redacted_aws_key: 1 });
    const [source] = await bench.store.evidence.listSources();
    expect(receipt?.arguments['redaction']).toEqual({ version: 5, policy: source?.redaction_policy });
  });
});
