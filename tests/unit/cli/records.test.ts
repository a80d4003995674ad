import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeParcelLog } from '../../support/parcel-logs.js';
import { tempFolder } from '../../support/temp.js';
import { runMain, useEnvironment } from './run-main.js';

test('records of every kind that is made are valid by their own schema, and a bad line is named', async () => {
  const folder = tempFolder();
  useEnvironment(join(folder, 'home'));
  await runMain('import', writeParcelLog(folder), '--source', 'parcels');
  await runMain('score', '--all');
  await runMain('call', 'extract_playbooks', '{}');
  const dataset = JSON.parse((await runMain('call', 'build_sft', '{"name":"parcels"}')).out).dataset_id;
  const more: Record<string, string[]> = { sft_sample: ['--dataset', dataset] };
  for (const kind of ['evidence_record', 'scored_run', 'playbook', 'model_ledger_entry', 'sft_sample', 'receipt']) {
    const made = await runMain('records', kind, ...(more[kind] ?? []));
    expect(made.out, kind).toMatch(/^\{"schema_version":1,/);
    const path = join(folder, `${kind}.jsonl`);
    writeFileSync(path, made.out);
    const checked = JSON.parse((await runMain('validate', path, '--record', kind, '--json')).out);
    expect(checked, kind).toMatchObject({ problems: [], valid: checked.records });
  }
  const bad = join(folder, 'bad.jsonl');
  writeFileSync(bad, '{"schema_version":1}\n');
  const { code, out } = await runMain('validate', bad, '--record', 'receipt');
  expect(code).toBe(1);
  expect(out).toMatch(/bad\.jsonl:1: invalid_input: This is no receipt: receipt_id: /);
  expect(out).toMatch(/^0 of 1 records are valid; receipt receipt_\w+$/m);
});

test('what does not narrow a kind of records is refused, and so is a source that there is not', async () => {
  const folder = tempFolder();
  useEnvironment(join(folder, 'home'));
  await runMain('import', writeParcelLog(folder), '--source', 'parcels');
  expect((await runMain('records', 'evidence_record', '--source', 'parcels')).code).toBe(0);
  expect((await runMain('records', 'scored_run', '--source', 'parcel')).err).toMatch(
    /^not_found: No run has the source parcel\.\nSources there are: parcels\./,
  );
  expect((await runMain('records', 'playbook', '--source', 'parcels')).err).toMatch(
    /^invalid_input: A source does not/,
  );
  expect((await runMain('records', 'receipt', '--dataset', 'x')).err).toMatch(/^invalid_input: A data set does not/);
});

test('a record of an older version is told how it is made anew, and lines that are not shown are counted', async () => {
  const folder = tempFolder();
  useEnvironment(join(folder, 'home'));
  const path = join(folder, 'old.jsonl');
  writeFileSync(path, '{"schema_version":0}\n'.repeat(1002));
  const { out } = await runMain('validate', path, '--record', 'playbook');
  expect(out).toMatch(/It needs the migration playbook 0 -> 1\. There is no automatic one: call extract_playbooks/);
  expect(out).toMatch(/^and 2 more lines that are not valid$/m);
});

test('a kind that nothing makes yet, and one that there is not, are refused', async () => {
  useEnvironment(tempFolder());
  expect((await runMain('records', 'rag_sample')).err).toMatch(
    /^unsupported_format: Nothing here makes a rag_sample yet\./,
  );
  expect((await runMain('records', 'thing')).code).toBe(2);
  expect((await runMain('validate', 'x.jsonl')).code).toBe(2);
  expect((await runMain('validate', 'nowhere.jsonl', '--record', 'receipt')).err).toMatch(/^not_found: /);
});

test('every command that writes leaves a receipt, and of an export the files with their hashes', async () => {
  const folder = tempFolder();
  useEnvironment(join(folder, 'home'));
  await runMain('import', writeParcelLog(folder), '--source', 'parcels');
  await runMain('score', '--all');
  const run = JSON.parse((await runMain('records', 'scored_run')).out.split('\n')[0] ?? '').run_id;
  await runMain('score', run, '--override', 'accepted', '--reason', 'Looked at it.');
  const mined = JSON.parse((await runMain('call', 'mine_needs', '{}')).out);
  const mining = JSON.stringify({ mining_id: mined.mining_id, k: 2 });
  const clustered = JSON.parse((await runMain('call', 'cluster_needs', mining)).out);
  await runMain(
    'call',
    'propose_spec',
    JSON.stringify({ cluster_id: clustered.clusters[0].cluster_id, generator: 'agent' }),
  );
  await runMain('export', join(folder, 'out'), '--layout', 'library');
  await runMain('regate', '--all');
  const receipts = (await runMain('records', 'receipt')).out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const commands = new Set(receipts.map((one) => one.command));
  expect([...commands].sort()).toEqual([
    'cluster_needs',
    'export',
    'import_evidence',
    'mine_needs',
    'override_score',
    'propose_spec',
    'records',
    'regate',
    'score_run',
  ]);
  const exported = receipts.find((one) => one.command === 'export');
  expect(exported.outputs.map((one: { path: string }) => one.path)).toEqual(['runtime.py', 'library_index.jsonl']);
  expect(receipts.find((one) => one.command === 'regate').unsubstantiated[0]).toMatch(/^no file is named/);
});
