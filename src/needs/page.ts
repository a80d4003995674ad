import { FoundryError } from '../errors.js';
import type { ClusterNeedsOutput } from './contract.js';
import type { Clustering, NeedCluster, NeedStore } from './model.js';

const defaultLimit = 20;

/** One page of a clustering's clusters, with the sizes of all of them. @throws FoundryError invalid_input for a foreign cursor */
export async function clusterPage(
  store: NeedStore,
  clustering: Clustering,
  { limit = defaultLimit, cursor }: { limit?: number | undefined; cursor?: string | undefined },
): Promise<ClusterNeedsOutput> {
  const after = cursor === undefined ? -1 : readCursor(cursor, clustering.clustering_id);
  const page = await store.clustersOf(clustering.clustering_id, limit, after);
  const sizes = (await store.clustersOf(clustering.clustering_id, clustering.count)).map((cluster) => cluster.size);
  const last = page.at(-1)?.index ?? -1;
  return {
    clustering_id: clustering.clustering_id,
    count: clustering.count,
    clusters: await Promise.all(page.map((cluster) => summary(store, cluster))),
    ...(last >= 0 && last + 1 < clustering.count && { next_cursor: writeCursor(clustering.clustering_id, last) }),
    sizes: sizesOf(sizes),
    embedding: { ...clustering.embedding },
  };
}

async function summary(store: NeedStore, cluster: NeedCluster): Promise<ClusterNeedsOutput['clusters'][number]> {
  const { cluster_id, label, size, groups, runs, cohesion, tools, sample_act_ids } = cluster;
  const acts = await store.actsOf(sample_act_ids);
  const samples = acts.slice(0, 3).map(({ act_id, intent, action }) => ({ act_id, intent, action }));
  return { cluster_id, label, size, groups, runs, cohesion, tools: [...tools], samples };
}

function sizesOf(sizes: readonly number[]): ClusterNeedsOutput['sizes'] {
  const sorted = [...sizes].sort((a, b) => a - b);
  const middle = sorted.slice(Math.floor((sorted.length - 1) / 2), Math.floor(sorted.length / 2) + 1);
  const mean = (values: readonly number[]): number =>
    values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    min: sorted[0] ?? 0,
    median: mean(middle),
    mean: Math.round(mean(sorted) * 100) / 100,
    max: sorted.at(-1) ?? 0,
  };
}

function writeCursor(clusteringId: string, index: number): string {
  return Buffer.from(`${clusteringId}:${index}`).toString('base64url');
}

function readCursor(cursor: string, clusteringId: string): number {
  const [id, index] = Buffer.from(cursor, 'base64url').toString('utf8').split(':');
  if (id === clusteringId && index !== undefined && /^\d+$/.test(index)) return Number(index);
  throw new FoundryError(
    'invalid_input',
    'The cursor is not one of this clustering.',
    'Repeat the call with the arguments that gave the cursor, or leave it out to start anew.',
  );
}
