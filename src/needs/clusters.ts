import { contentId } from '../hash.js';
import type { JsonObject } from '../json.js';
import { distinguishingParts } from './components.js';
import { type KMeansResult, kMeans } from './k-means.js';
import { type Described, labelsOf, toolsOf } from './labels.js';
import type { Need, NeedCluster, NeedGroup } from './model.js';
import { dot, normalizeRows, type Points, pointsOf } from './points.js';

/** Numbers a vector that are clustered where a set is large enough for its own components to be known. */
const keptComponents = 64;
const maxSamples = 3;

/** Goes up with every change that moves a cluster or changes a label. */
export const clusteringVersion = 1;

export interface ClusterInput {
  readonly groups: readonly NeedGroup[];
  readonly needs: readonly Need[];
  /** tools by act id */
  readonly toolsByAct: ReadonlyMap<string, readonly string[]>;
  /** of the representatives, in the order of the groups */
  readonly vectors: readonly Float32Array[];
  readonly k: number;
  readonly seed: number;
  /** true for vectors whose common part has to be taken out first (the static recipe) */
  readonly dropCommonPart: boolean;
  readonly onStep?: (done: number, of: number) => void | Promise<void>;
}

export interface ClusterOutput {
  readonly clusters: readonly NeedCluster[];
  readonly clusterOfGroup: ReadonlyMap<string, string>;
}

/** `clustering_` and a hash of everything that the clusters follow from. */
export function clusteringIdOf(config: JsonObject): string {
  return contentId('clustering', { version: clusteringVersion, ...config });
}

interface Members {
  readonly groups: readonly number[];
  readonly needs: readonly Need[];
  readonly described: Described;
  readonly cohesion: number;
  readonly samples: readonly string[];
}

/** Clusters the groups by the vectors of their representatives: every group counts once, however many needs it merged. */
export async function clusterGroups(clusteringId: string, input: ClusterInput): Promise<ClusterOutput> {
  const raw = pointsOf(input.vectors);
  normalizeRows(raw);
  const points = input.dropCommonPart ? distinguishingParts(raw, { keep: keptComponents, seed: input.seed }) : raw;
  const result = await kMeans(points, { k: input.k, seed: input.seed, ...(input.onStep && { onStep: input.onStep }) });
  const members = membersOf(input, points, result);
  const labels = labelsOf(members.map((one) => one.described));
  const order = members
    .map((one, index) => ({ one, label: labels[index] ?? '' }))
    .sort((a, b) => b.one.needs.length - a.one.needs.length || (a.label < b.label ? -1 : 1));
  const suffix = clusteringId.slice('clustering_'.length, 'clustering_'.length + 12);
  const clusterOfGroup = new Map<string, string>();
  const clusters = order.map(({ one, label }, index): NeedCluster => {
    const cluster_id = `need_${String(index).padStart(4, '0')}.${suffix}`;
    for (const group of one.groups) clusterOfGroup.set(input.groups[group]?.group_id ?? '', cluster_id);
    return {
      cluster_id,
      clustering_id: clusteringId,
      index,
      label,
      size: one.needs.length,
      groups: one.groups.length,
      runs: new Set(one.needs.map((need) => need.run_id)).size,
      cohesion: one.cohesion,
      tools: toolsOf(one.described),
      sample_act_ids: one.samples,
    };
  });
  return { clusters, clusterOfGroup };
}

function membersOf(input: ClusterInput, points: Points, { clusterOf, centroids }: KMeansResult): Members[] {
  const needsByGroup = new Map<string, Need[]>();
  for (const need of input.needs) {
    const known = needsByGroup.get(need.group_id);
    if (known) known.push(need);
    else needsByGroup.set(need.group_id, [need]);
  }
  const groupsByCluster: number[][] = Array.from({ length: centroids.count }, () => []);
  clusterOf.forEach((cluster, group) => {
    groupsByCluster[cluster]?.push(group);
  });
  return groupsByCluster.map((groups, cluster) => {
    const needs = groups.flatMap((group) => needsByGroup.get(input.groups[group]?.group_id ?? '') ?? []);
    const cosines = groups.map((group) => ({ group, cosine: cosine(points, group, { centroids, cluster }) }));
    const nearest = [...cosines].sort((a, b) => b.cosine - a.cosine || a.group - b.group).slice(0, maxSamples);
    return {
      groups,
      needs,
      described: describe(input, groups, needs),
      cohesion: round(cosines.reduce((sum, one) => sum + one.cosine, 0) / Math.max(1, cosines.length)),
      samples: nearest.flatMap(({ group }) => input.groups[group]?.representative.act_id ?? []),
    };
  });
}

function describe(input: ClusterInput, groups: readonly number[], needs: readonly Need[]): Described {
  const toolUse = new Map<string, number>();
  for (const need of needs) {
    for (const tool of new Set(input.toolsByAct.get(need.act_id))) toolUse.set(tool, (toolUse.get(tool) ?? 0) + 1);
  }
  const texts = groups.flatMap((group) => input.groups[group]?.representative.text ?? []);
  return { texts, acts: needs.length, toolUse };
}

function cosine(points: Points, row: number, at: { centroids: Points; cluster: number }): number {
  const { dimensions } = points;
  const from = at.cluster * dimensions;
  const length = Math.sqrt(dot(at.centroids.rows, from, at.centroids.rows, from, dimensions));
  return length === 0 ? 0 : dot(points.rows, row * dimensions, at.centroids.rows, from, dimensions) / length;
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
