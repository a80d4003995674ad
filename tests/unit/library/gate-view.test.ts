import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSqliteStore } from '../../../db/sqlite/store.js';
import { FoundryError } from '../../../src/errors.js';
import type { GateReport } from '../../../src/gate/model.js';
import { createGateLibrary } from '../../../src/library/gate-view.js';
import { silentLogger } from '../../../src/log.js';
import type { Embedder } from '../../../src/models/model.js';
import type { Store } from '../../../src/store.js';
import { tempFolder } from '../../support/temp.js';
import { putState } from './desk.js';
import { closeTickets, passedReport, specOf, versionOf } from './fixtures.js';

const broken: Embedder = {
  model: 'broken',
  dimensions: 2,
  embed: async () => {
    throw new FoundryError('upstream', 'The endpoint is down.', 'Wait.');
  },
};
/** Texts that speak of tickets lie one way, all others the other. */
const byTickets: Embedder = {
  model: 'by-tickets',
  dimensions: 2,
  embed: async (texts) => texts.map((text) => Float32Array.from(/ticket/.test(text) ? [1, 0] : [0, 1])),
};
const signal = new AbortController().signal;
const novel = (fingerprint: string): GateReport => ({
  ...passedReport,
  stages: [{ stage: 'novelty', status: 'passed', duration_ms: 0, checked: 0, reasons: [], evidence: { fingerprint } }],
});

let store: Store;
beforeEach(async () => {
  store = createSqliteStore(`${tempFolder()}/foundry.db`);
  await store.library.admit(versionOf({ report: novel('f1') }), null);
  await store.library.admit(versionOf({ spec: closeTickets, content_hash: 'b'.repeat(64) }), null);
});
afterEach(() => store.close());

const view = (embedder: Embedder) => createGateLibrary({ store, embedder, log: silentLogger });

test('the gate finds current versions by name, by meaning and by fingerprint', async () => {
  const library = view(byTickets);
  expect(await library.find('add_numbers')).toMatchObject({ name: 'add_numbers', version: 1, language: 'typescript' });
  expect(await library.find('nothing')).toBeUndefined();
  const [first] = await library.alike(closeTickets, 1, signal);
  expect(first).toMatchObject({ capability: { name: 'close_customer_tickets' }, likeness: expect.closeTo(1) });
  expect(await library.withFingerprint('f1')).toEqual(['add_numbers']);
  expect(await library.withFingerprint('f2')).toEqual([]);
});

test('an embedder that is down leaves the words to go by, and no likeness is claimed', async () => {
  const found = await view(broken).alike(specOf({ name: 'sum_up', summary: 'Add two numbers.' }), 5, signal);
  expect(found.map(({ capability, likeness }) => [capability.name, likeness])).toContainEqual(['add_numbers', 0]);
});

test('what is deprecated is gone for the gate', async () => {
  const library = view(byTickets);
  expect(await library.withFingerprint('f1')).toEqual(['add_numbers']);
  await putState(store, 'add_numbers', 1, 'deprecated');
  expect(await library.find('add_numbers')).toBeUndefined();
  expect(await library.withFingerprint('f1')).toEqual([]);
  await putState(store, 'add_numbers', 1, 'staged');
  expect(await library.withFingerprint('f1')).toEqual(['add_numbers']);
});
