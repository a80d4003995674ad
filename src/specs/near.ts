import { FoundryError } from '../errors.js';
import type { Store } from '../store.js';

/** Ids that share the longest beginning with a wrong one. */
async function near(id: string, startingWith: (prefix: string) => Promise<string[]>): Promise<string[]> {
  for (let length = id.length; length >= 1; length = Math.floor(length / 2)) {
    const found = await startingWith(id.slice(0, length));
    if (found.length > 0) return found.slice(0, 5);
  }
  return [];
}

function notFound(what: string, id: string, close: readonly string[], otherwise: string): FoundryError {
  const fix = close.length > 0 ? `Ids that come close: ${close.join(', ')}.` : otherwise;
  return new FoundryError('not_found', `No ${what} has the id "${id.slice(0, 100)}".`, fix);
}

export async function specNotFound(store: Pick<Store, 'specs'>, id: string): Promise<FoundryError> {
  const close = await near(id, (prefix) => store.specs.specIdsStartingWith(prefix, 5));
  return notFound('spec', id, close, 'Call propose_spec first; its result names the ids.');
}

export async function capabilityNotFound(store: Pick<Store, 'library'>, name: string): Promise<FoundryError> {
  const close = await near(name, (prefix) => store.library.namesStartingWith(prefix, 5));
  const isEmpty = (await store.library.namesStartingWith('', 1)).length === 0;
  const otherwise = isEmpty
    ? 'The library is empty; leave supersedes out.'
    : 'Find its name with search_capabilities, or leave supersedes out.';
  const fix = close.length > 0 ? `Names that come close: ${close.join(', ')}.` : otherwise;
  return new FoundryError('not_found', `No capability is named "${name.slice(0, 100)}".`, fix);
}

export async function clusteringNotFound(store: Pick<Store, 'needs'>, id: string): Promise<FoundryError> {
  const ids = (await store.needs.listClusterings(50)).map((clustering) => clustering.clustering_id);
  const close = await near(id, async (prefix) => ids.filter((known) => known.startsWith(prefix)));
  return notFound('clustering', id, close, 'Call cluster_needs first; its result names the id.');
}

export async function clusterNotFound(store: Pick<Store, 'needs'>, id: string): Promise<FoundryError> {
  const ids: string[] = [];
  for (const { clustering_id } of await store.needs.listClusterings(3)) {
    for (const cluster of await store.needs.clustersOf(clustering_id, 200)) ids.push(cluster.cluster_id);
  }
  const close = await near(id, async (prefix) => ids.filter((known) => known.startsWith(prefix)));
  return notFound('cluster', id, close, 'Call cluster_needs first; its result names the ids.');
}
