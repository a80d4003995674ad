import * as z from 'zod';
import type { Services } from '../src/services.js';
import { capabilityUri } from './capabilities.js';
import { decodeCursor, encodeCursor } from './page.js';
import { clean, clip } from './quote.js';

export interface Listed {
  readonly uri: string;
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly mimeType: string;
}

interface Slice {
  readonly items: readonly Listed[];
  /** Where this section goes on; undefined at its end. */
  readonly next?: string;
}

type Section = (services: Services, limit: number, after: string | undefined) => Promise<Slice>;

const pageSize = 50;
const newestRuns = 50;
const mimeType = 'text/markdown';

function described(text: string): string {
  return clip(clean(text).replaceAll(/\s+/g, ' ').trim(), 200);
}

const always: Section = async () => ({
  items: [
    { uri: 'capability://index', name: 'Library', description: 'Every admitted capability.', mimeType },
    { uri: 'evidence://runs', name: 'Runs', description: 'Imported runs with outcome and score.', mimeType },
    { uri: 'ledger://models', name: 'Model ledger', description: 'How models do at types of tasks.', mimeType },
    { uri: 'usage://summary', name: 'Model usage', description: 'Model calls, tokens and cost.', mimeType },
  ],
});

/** The slice of a list that was asked for with one item more than fits. */
function sliceOf<T>(found: readonly T[], limit: number, key: (item: T) => string, show: (item: T) => Listed): Slice {
  const kept = found.slice(0, limit);
  const last = kept.at(-1);
  return { items: kept.map(show), ...(found.length > limit && last !== undefined ? { next: key(last) } : {}) };
}

const capabilities: Section = async ({ store }, limit, after) =>
  sliceOf(
    await store.library.list({}, limit + 1, after),
    limit,
    (one) => one.name,
    (one) => ({
      uri: capabilityUri(one.name),
      name: one.name,
      title: `Capability ${one.name}`,
      description: described(one.spec.summary),
      mimeType,
    }),
  );

/** Sections whose store has no keyset go on by place. */
function byPlace<T>(found: readonly T[], limit: number, after: string | undefined, show: (item: T) => Listed): Slice {
  const start = Number(after ?? 0);
  const end = start + limit;
  return { items: found.slice(start, end).map(show), ...(found.length > end ? { next: String(end) } : {}) };
}

const clusterings: Section = async ({ store }, limit, after) =>
  byPlace(await store.needs.listClusterings(1000), limit, after, (one) => ({
    uri: `needs://clusterings/${encodeURIComponent(one.clustering_id)}`,
    name: one.clustering_id,
    title: `Clustering ${one.clustering_id}`,
    description: `${one.count} need clusters, made ${one.created_at}`,
    mimeType,
  }));

const datasets: Section = async ({ store }, limit, after) =>
  sliceOf(
    await store.datasets.listDatasets(limit + 1, after),
    limit,
    (one) => one.dataset_id,
    (one) => ({
      uri: `datasets://${encodeURIComponent(one.dataset_id)}`,
      name: one.name,
      title: `Data set ${described(one.name)}`,
      description: `${one.rows} rows, ${one.kind}, ${one.format}`,
      mimeType,
    }),
  );

/** Runs of the sources imported last; all the others are in evidence://runs. */
const runs: Section = async ({ store }, limit, after) => {
  const sources = await store.evidence.listSources();
  const newest = [
    ...new Set(sources.toSorted((a, b) => b.imported_at.localeCompare(a.imported_at)).map((s) => s.source)),
  ];
  const found = [];
  for (const source of newest) {
    if (found.length >= newestRuns) break;
    found.push(...(await store.evidence.listRuns({ source }, newestRuns - found.length)));
  }
  return byPlace(found, limit, after, (run) => ({
    uri: `evidence://runs/${encodeURIComponent(run.run_id)}`,
    name: run.run_id,
    title: `Run ${run.run_id}`,
    description: described(
      `${run.source}${run.task_id === null ? '' : `, task ${run.task_id}`}, ${run.records} records`,
    ),
    mimeType,
  }));
};

const sections: readonly Section[] = [always, capabilities, clusterings, datasets, runs];

const listCursor = z.strictObject({
  section: z
    .int()
    .min(0)
    .max(sections.length - 1),
  after: z.string().max(500).optional(),
});

/**
 * One page of what stands in `resources/list`.
 * @throws FoundryError invalid_input on a cursor that is not ours
 */
export async function listResources(
  services: Services,
  cursor: string | undefined,
): Promise<{ resources: Listed[]; nextCursor?: string }> {
  let { section, after } = cursor === undefined ? { section: 0, after: undefined } : decodeCursor(cursor, listCursor);
  const resources: Listed[] = [];
  // Without a store only the fixed resources are there; asking must not create one.
  const last = services.store.exists() ? sections.length : 1;
  while (section < last) {
    const slice = await sections[section]?.(services, pageSize - resources.length, after);
    resources.push(...(slice?.items ?? []));
    if (slice?.next === undefined) section += 1;
    after = slice?.next;
    if (resources.length >= pageSize) break;
  }
  if (section >= last) return { resources };
  return { resources, nextCursor: encodeCursor({ section, ...(after === undefined ? {} : { after }) }) };
}
