import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../src/hash.js';
import type { Receipt } from '../../../src/receipts/model.js';
import { writeParcelLog } from '../../support/parcel-logs.js';
import { tempFolder } from '../../support/temp.js';
import { runMain, useEnvironment } from '../cli/run-main.js';

const receipts = async (command: string): Promise<Receipt[]> => {
  const { out } = await runMain('records', 'receipt');
  const all = out
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Receipt => JSON.parse(line));
  return all.filter((receipt) => receipt.command === command);
};

async function desk(): Promise<{ folder: string; log: string }> {
  const folder = tempFolder();
  useEnvironment(join(folder, 'home'));
  const log = writeParcelLog(folder);
  expect((await runMain('import', log, '--source', 'parcels')).code).toBe(0);
  return { folder, log };
}

describe('a command that fails leaves a receipt that says so', () => {
  test.each<[string, string, (folder: string) => string[]]>([
    ['import_evidence', 'unsupported_format', (folder) => ['import', join(folder, 'diary.txt')]],
    ['score_run', 'not_found', () => ['score', 'run_nobody']],
    ['mine_needs', 'not_found', () => ['call', 'mine_needs', '{"path": "nowhere.jsonl"}']],
    ['cluster_needs', 'not_found', () => ['call', 'cluster_needs', '{"mining_id": "mining_none"}']],
    ['extract_playbooks', 'not_found', () => ['call', 'extract_playbooks', '{"source": "nowhere"}']],
    [
      'compare_drift',
      'not_found',
      () => ['call', 'compare_drift', '{"kind": "scores", "from": "none@1", "to": "now"}'],
    ],
    ['build_sft', 'not_found', () => ['call', 'build_sft', '{"name": "x", "decontaminate_against": "none.jsonl"}']],
    ['manage_capability', 'not_found', () => ['call', 'manage_capability', '{"name": "none", "action": "promote"}']],
    ['forget', 'not_found', () => ['forget', '--run', 'run_nobody']],
    ['validate', 'not_found', (folder) => ['validate', join(folder, 'none.jsonl'), '--record', 'receipt']],
    ['records', 'not_found', () => ['records', 'sft_sample', '--dataset', 'dataset_none']],
    ['pipeline', 'not_found', (folder) => ['pipeline', '--in', join(folder, 'nowhere'), '--out', join(folder, 'out')]],
  ])('%s (%s)', async (command, code, args) => {
    const { folder } = await desk();
    writeFileSync(join(folder, 'diary.txt'), 'Dear diary.\n');
    const failed = await runMain(...args(folder));
    expect(failed.code, failed.out).toBe(1);
    const left = await receipts(command);
    const told = left.filter((receipt) => receipt.errors.length > 0);
    expect(told.map((receipt) => receipt.errors[0]?.split(':')[0])).toEqual([code]);
    expect(told[0]).toMatchObject({ validation_pass: false, version: expect.any(String), via: 'cli' });
    expect(told[0]?.unsubstantiated).toContain('nothing was counted');
  });
});

test('a command that fails where there is no store makes none for its receipt', async () => {
  const folder = tempFolder();
  useEnvironment(join(folder, 'home'));
  writeFileSync(join(folder, 'diary.txt'), 'Dear diary.\n');
  expect((await runMain('import', join(folder, 'diary.txt'))).code).toBe(1);
  expect((await runMain('forget', '--run', 'run_nobody')).code).toBe(1);
  expect(existsSync(join(folder, 'home', 'foundry.db'))).toBe(false);
  expect((await runMain('records', 'receipt')).out).toBe('');
});

test('records names the hash of what it wrote', async () => {
  await desk();
  const { out } = await runMain('records', 'evidence_record');
  const [receipt] = await receipts('records');
  expect(receipt?.outputs).toEqual([{ path: 'standard output', sha256: sha256(out), bytes: Buffer.byteLength(out) }]);
  expect(receipt?.record_counts?.out).toBe(out.trimEnd().split('\n').length);
});
