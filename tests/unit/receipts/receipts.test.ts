import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fixedClock } from '../../../src/context.js';
import { sha256 } from '../../../src/hash.js';
import type { Receipt } from '../../../src/receipts/model.js';
import { fileRef, storeReceipt } from '../../../src/receipts/receipts.js';
import { standIn } from '../../support/fake-services.js';
import { tempFolder } from '../../support/temp.js';

const clock = fixedClock();

async function stored(draft: Partial<Parameters<typeof storeReceipt>[2]>): Promise<Receipt> {
  const kept: Receipt[] = [];
  const store = standIn<Parameters<typeof storeReceipt>[0]>('receipts', {
    putReceipt: async (receipt) => void kept.push(receipt),
    clean: undefined,
  });
  const whole = { command: 'x', arguments: {}, counts: {}, startedAt: clock.now(), startedMs: 0, via: 'cli' as const };
  await storeReceipt(store, clock, { ...whole, ...draft });
  const [receipt] = kept;
  if (!receipt) throw new Error('no receipt was stored');
  return receipt;
}

test('a receipt that nothing proves says what has to be taken on trust', async () => {
  const receipt = await stored({});
  expect(receipt.unsubstantiated).toContain('nothing was counted');
  expect(receipt.unsubstantiated?.[0]).toMatch(/^no file is named by its hash/);
});

test('a receipt with hashed files and counts leaves none of these open', async () => {
  const path = join(tempFolder(), 'a.txt');
  writeFileSync(path, 'text');
  const receipt = await stored({
    inputs: [await fileRef(path)],
    counts: { lines: 1 },
    recordCounts: { in: 1, out: 0 },
  });
  expect(receipt.inputs).toEqual([{ path, sha256: sha256('text'), bytes: 4 }]);
  expect(receipt.record_counts).toEqual({ in: 1, out: 0 });
  expect(receipt.unsubstantiated?.join()).not.toMatch(/hash|counted/);
});

test('a receipt with errors never says that validation passed', async () => {
  expect(await stored({ errors: ['it broke'], validationPass: true })).toMatchObject({ validation_pass: false });
});
