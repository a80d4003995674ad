import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createSqliteStore } from '../../../db/sqlite/store.js';
import { fixedClock } from '../../../src/context.js';
import { drawHidden } from '../../../src/specs/hidden.js';
import type { PatternRecord } from '../../../src/specs/model.js';
import { prepareSpec, storeSpec } from '../../../src/specs/store-spec.js';
import type { Store } from '../../../src/store.js';
import { tempFolder } from '../../support/temp.js';
import { sumSpec } from './specs.js';

function openStore(): Store {
  const store = createSqliteStore(join(tempFolder(), 'foundry.db'));
  onTestFinished(() => store.close());
  return store;
}

const draft = {
  spec: sumSpec(),
  hiddenTests: null,
  generator: 'agent' as const,
  clusterId: 'need_0000.a',
  clusteringId: 'clustering_a',
  authorSawAll: false,
};

test('a stored spec holds the visible tests, and the gate alone gets the drawn ones', async () => {
  const store = openStore();
  const record = await storeSpec({ store, clock: fixedClock() }, draft);
  const drawn = drawHidden(sumSpec().tests, await store.salt());
  expect(record.spec.tests).toEqual(drawn.visible);
  expect(await store.specs.getSpec(record.spec_id)).toEqual(record);
  expect(await store.specs.hiddenTestsForGate(record.spec_id)).toEqual(drawn.hidden);
  expect(JSON.stringify(await store.specs.listSpecs({}, 10))).not.toContain(JSON.stringify(drawn.hidden[0]?.input));
});

test('an author who hands in code as well has seen every test', async () => {
  const store = openStore();
  const record = await storeSpec({ store, clock: fixedClock() }, { ...draft, authorSawAll: true });
  expect(record.spec.tests).toHaveLength(5);
  expect(await store.specs.hiddenTestsForGate(record.spec_id)).toEqual([]);
});

test('putting the same spec again changes nothing, and its id is that of its content', async () => {
  const store = openStore();
  const first = await storeSpec({ store, clock: fixedClock() }, draft);
  await storeSpec({ store, clock: fixedClock('2027-01-01T00:00:00.000Z') }, draft);
  expect(await store.specs.listSpecs({}, 10)).toEqual([first]);
  const other = await prepareSpec({ store, clock: fixedClock() }, { ...draft, spec: sumSpec({ name: 'other' }) });
  expect(other.record.spec_id).not.toBe(first.spec_id);
});

test('a guess at the hidden tests cannot be checked against the id of their spec', async () => {
  const hidden = sumSpec().tests.slice(0, 1);
  const idIn = async (store: Store, hiddenTests: typeof hidden): Promise<string> =>
    (await prepareSpec({ store, clock: fixedClock() }, { ...draft, hiddenTests })).record.spec_id;
  const [store, other] = [openStore(), openStore()];
  expect(await idIn(store, hidden)).toBe(await idIn(store, hidden));
  expect(await idIn(store, hidden)).not.toBe(await idIn(other, hidden));
  expect(await idIn(store, [])).toBe(await idIn(other, []));
});

test('specs are listed by clustering and cluster, a page at a time, and found by the start of their id', async () => {
  const store = openStore();
  const deps = { store, clock: fixedClock() };
  for (const name of ['a', 'b', 'c']) await storeSpec(deps, { ...draft, spec: sumSpec({ name }) });
  const elsewhere = await storeSpec(deps, { ...draft, clusteringId: 'clustering_b', clusterId: null });
  const page = await store.specs.listSpecs({ clustering_id: 'clustering_a' }, 2);
  const rest = await store.specs.listSpecs({ clustering_id: 'clustering_a' }, 2, page[1]?.spec_id);
  expect([...page, ...rest].map(({ spec }) => spec.name).sort()).toEqual(['a', 'b', 'c']);
  expect(await store.specs.listSpecs({ cluster_id: 'need_0000.a' }, 10)).toHaveLength(3);
  expect(await store.specs.specIdsStartingWith(elsewhere.spec_id.slice(0, 12), 5)).toEqual([elsewhere.spec_id]);
  expect(await store.specs.specIdsStartingWith('spec_%', 5)).toEqual([]);
});

test('patterns come back by spec and by clustering', async () => {
  const store = openStore();
  const { spec_id } = await storeSpec({ store, clock: fixedClock() }, draft);
  const pattern: PatternRecord = {
    pattern_id: 'pattern_1',
    clustering_id: 'clustering_a',
    cluster_id: null,
    spec_id,
    code: 'code',
    train_run_ids: ['run_1'],
    held_out_run_ids: ['run_2', 'run_3'],
    calls_replaced: 2,
    occurrences: 1,
    destructive_tools: ['desk.close'],
  };
  await store.specs.putPatterns([pattern, pattern]);
  expect(await store.specs.patternOfSpec(spec_id)).toEqual(pattern);
  expect(await store.specs.patternsOf('clustering_a')).toEqual([pattern]);
  expect(await store.specs.patternOfSpec('spec_none')).toBeUndefined();
});
