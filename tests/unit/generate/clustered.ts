import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createSqliteStore } from '../../../db/sqlite/store.js';
import type { Act, Need, NeedCluster } from '../../../src/needs/model.js';
import type { Store } from '../../../src/store.js';
import { tempFolder } from '../../support/temp.js';

export const clusteringId = 'clustering_1';
const at = '2026-01-01T00:00:00.000Z';

export function openStore(): Store {
  const store = createSqliteStore(join(tempFolder(), 'foundry.db'));
  onTestFinished(() => store.close());
  return store;
}

export function anAct(id: string, over: Partial<Act> = {}): Act {
  return {
    act_id: id,
    run_id: 'run_1',
    ordinal: 0,
    intent: `Which state is the ticket of ${id} in?`,
    action: 'look it up',
    calls: [{ tool: 'desk.get_ticket', arguments: { id }, result: { id, state: 'open' }, failed: false }],
    observation: 'It is open.',
    grounding: null,
    segments: [],
    evidence_ids: [],
    ...over,
  };
}

export function clusterId(index: number): string {
  return `need_${String(index).padStart(4, '0')}.c1`;
}

/** Stores a clustering in which cluster number n has the acts of entry n. */
export async function putClusters(store: Store, actsOf: readonly (readonly Act[])[]): Promise<NeedCluster[]> {
  const acts = actsOf.flat();
  const needs = acts.map((act): Need => {
    const id = act.act_id;
    return { need_id: `need_${id}`, act_id: id, run_id: act.run_id, text: act.intent, group_id: `group_${id}` };
  });
  const clusters = actsOf.map(
    (own, index): NeedCluster => ({
      cluster_id: clusterId(index),
      clustering_id: clusteringId,
      index,
      label: `ticket state ${index}`,
      size: own.length,
      groups: own.length,
      runs: 1,
      cohesion: 1,
      tools: ['desk.get_ticket'],
      sample_act_ids: own.slice(0, 3).map((act) => act.act_id),
    }),
  );
  const mining = { mining_id: 'mining_1', config: {}, runs: 1, acts: acts.length, needs: acts.length };
  await store.needs.putMining({ ...mining, groups: acts.length, merged: 0, rejected: 0, created_at: at }, acts, needs, [
    'run_1',
  ]);
  await store.needs.putClustering(
    {
      clustering_id: clusteringId,
      mining_id: 'mining_1',
      config: {},
      count: clusters.length,
      embedding: { model: 'test', dimensions: 2 },
      created_at: at,
    },
    clusters,
    new Map(actsOf.flatMap((own, index) => own.map((act) => [`group_${act.act_id}`, clusterId(index)] as const))),
  );
  return clusters;
}

/** Clusters with three acts each. */
export function putPlainClusters(store: Store, count: number): Promise<NeedCluster[]> {
  const ids = Array.from({ length: count }, (_, index) => index);
  return putClusters(
    store,
    ids.map((index) => ['a', 'b', 'c'].map((letter) => anAct(`act_${index}${letter}`))),
  );
}
