import { expect, it } from 'vitest';
import { createLocalModel } from '../../../src/models/embedding/local.js';
import { silentLogger } from '../../../src/log.js';
it('works', async () => {
  const local = createLocalModel(silentLogger);
  const v = await local.source('full').vectors(['cancel my trip'], new AbortController().signal);
  expect(v[0]?.length).toBe(512);
  await local.close();
});
