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

test('a kind that nothing makes yet, and one that there is not, are refused', async () => {
  useEnvironment(tempFolder());
  expect((await runMain('records', 'rag_sample')).err).toMatch(
    /^unsupported_format: Nothing here makes a rag_sample yet\./,
  );
  expect((await runMain('records', 'thing')).code).toBe(2);
  expect((await runMain('validate', 'x.jsonl')).code).toBe(2);
  expect((await runMain('validate', 'nowhere.jsonl', '--record', 'receipt')).err).toMatch(/^not_found: /);
});
