import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Connection } from '../../../db/sqlite/connection.js';
import { createDatasetStore } from '../../../db/sqlite/dataset-store.js';
import { createReceiptStore } from '../../../db/sqlite/receipt-store.js';
import { fixedClock } from '../../../src/context.js';
import type { Dataset } from '../../../src/datasets/model.js';
import { storeReceipt } from '../../../src/receipts/receipts.js';

const dataset: Dataset = {
  dataset_id: 'dataset_1',
  name: 'helpdesk',
  kind: 'sft',
  format: 'trl',
  config: { per_task: 2 },
  rows: 1,
  files: [{ path: 'helpdesk.train.jsonl', split: 'train', rows: 1, sha256: 'a'.repeat(64) }],
  excluded: { duplicate: 1 },
  card: '# helpdesk',
  output_dir: '/exports/helpdesk',
  receipt_id: 'receipt_1',
  created_at: '2026-01-01T00:00:00.000Z',
};

describe('the stores of data sets and receipts', () => {
  let folder: string;
  let connection: Connection;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'foundry-datasets-'));
    connection = new Connection(join(folder, 'foundry.db'));
  });
  afterEach(() => {
    connection.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('gives a data set back as it was put, with its rows in order', async () => {
    const store = createDatasetStore(connection);
    const rows = [
      { row_id: 'b', split: 'train', run_id: 'r1', evidence_ids: ['e1', 'e2'] },
      { row_id: 'a', split: 'test', run_id: 'r2', evidence_ids: [] },
    ];
    await store.putDataset(dataset, rows);
    expect(await store.getDataset('dataset_1')).toEqual(dataset);
    expect(await store.rowsOf('dataset_1')).toEqual(rows);
    expect(await store.listDatasets(10)).toEqual([dataset]);
    expect(await store.listDatasets(10, 'dataset_1')).toEqual([]);
    expect(await store.getDataset('dataset_2')).toBeUndefined();
  });

  it('renews the card of a data set that is built again and doubles no row', async () => {
    const store = createDatasetStore(connection);
    const rows = [{ row_id: 'a', split: 'train', run_id: 'r1', evidence_ids: ['e1'] }];
    await store.putDataset(dataset, rows);
    await store.putDataset({ ...dataset, card: '# again' }, rows);
    expect((await store.getDataset('dataset_1'))?.card).toBe('# again');
    expect(await store.rowsOf('dataset_1')).toEqual(rows);
  });

  it('keeps receipts by the hash of what they say', async () => {
    const store = createReceiptStore(connection);
    const clock = fixedClock();
    const draft = {
      command: 'score_run',
      arguments: { source: 's' },
      counts: { scored: 3 },
      startedAt: clock.now(),
      startedMs: clock.elapsed(),
      via: 'cli' as const,
    };
    const first = await storeReceipt(store, clock, draft);
    const again = await storeReceipt(store, clock, draft);
    expect(again).toEqual(first);
    expect(await store.getReceipt(first.receipt_id)).toEqual(first);
    expect(await store.listReceipts(10)).toEqual([first]);
    const failed = await storeReceipt(store, clock, { ...draft, errors: ['a row did not verify'] });
    expect(failed.validation_pass).toBe(false);
  });
});
