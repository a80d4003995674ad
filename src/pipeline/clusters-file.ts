import { dirname, join } from 'node:path';
import * as z from 'zod';
import { FoundryError } from '../errors.js';
import { hashOf } from '../hash.js';
import type { Need, NeedCluster } from '../needs/model.js';
import type { Services } from '../services.js';
import { actIdsOf } from './act-ids.js';
import { type Line, parseLines, readJsonLines, readState, refuserOf, shortClusterId } from './files.js';

export const clustersFile = 'need_clusters.jsonl';
export const assignmentsFile = 'need_assignments.jsonl';

const clusterRow = z.object({
  cluster_id: z.string().regex(/^[^.\s]+$/, 'an id without points and spaces is expected'),
  size: z.int(),
  label: z.string(),
  samples: z.array(z.object({ act_id: z.string(), intent: z.string(), action: z.string() })),
});
const assignmentRow = z.object({ act_id: z.string(), cluster_id: z.string(), group_id: z.string() });
type ClusterRow = z.infer<typeof clusterRow>;
type AssignmentRow = z.infer<typeof assignmentRow>;

export interface Rows {
  readonly clusters: readonly ClusterRow[];
  readonly assignments: readonly AssignmentRow[];
}

interface Files {
  readonly clustersPath: string;
  readonly clusters: readonly Line<ClusterRow>[];
  readonly assignmentsPath: string;
  readonly assignments: readonly Line<AssignmentRow>[];
}

/** A stored clustering as its two files have it. */
export async function rowsOf(services: Services, clusteringId: string): Promise<Rows> {
  const { needs } = services.store;
  const ids = await actIdsOf(services, (await needs.getClustering(clusteringId))?.mining_id ?? '');
  const clusters: ClusterRow[] = [];
  for (const { cluster_id, size, label, sample_act_ids } of await needs.clustersOf(clusteringId, 1_000_000)) {
    const acts = new Map((await needs.actsOf(sample_act_ids)).map((act) => [act.act_id, act]));
    const samples = sample_act_ids.map((id) => {
      const { intent = '', action = '' } = acts.get(id) ?? {};
      return { act_id: ids.shown(id), intent, action };
    });
    clusters.push({ cluster_id: shortClusterId(cluster_id), size, label, samples });
  }
  const assignments = (await needs.assignmentsOf(clusteringId)).map(({ act_id, cluster_id, group_id }) => ({
    act_id: ids.shown(act_id),
    cluster_id: shortClusterId(cluster_id),
    group_id,
  }));
  return { clusters, assignments };
}

/**
 * The stored clustering that the files describe; where there is none (they were edited, or made elsewhere), one is made out
 * of them. Returns its id.
 * @throws FoundryError not_found, invalid_input with file, line and reason
 */
export async function reuseClusters(services: Services, miningId: string, path: string): Promise<string> {
  const stage = 'pipeline --stage cluster';
  const assignmentsPath = join(dirname(path), assignmentsFile);
  const files: Files = {
    clustersPath: path,
    clusters: parseLines(clusterRow, await readJsonLines(path, stage), path),
    assignmentsPath,
    assignments: parseLines(assignmentRow, await readJsonLines(assignmentsPath, stage), assignmentsPath),
  };
  const rows: Rows = {
    clusters: files.clusters.map(({ row }) => row),
    assignments: files.assignments.map(({ row }) => row),
  };
  const { clustering_id } = await readState(dirname(path));
  const stored = clustering_id ? await services.store.needs.getClustering(clustering_id) : undefined;
  if (stored?.mining_id === miningId && hashOf(await rowsOf(services, stored.clustering_id)) === hashOf(rows))
    return stored.clustering_id;
  return adopt(services, miningId, await withOurIds(services, miningId, files));
}

async function withOurIds(services: Services, miningId: string, files: Files): Promise<Files> {
  const ids = await actIdsOf(services, miningId);
  return {
    ...files,
    clusters: files.clusters.map(({ line, row }) => ({
      line,
      row: { ...row, samples: row.samples.map((sample) => ({ ...sample, act_id: ids.known(sample.act_id) })) },
    })),
    assignments: files.assignments.map(({ line, row }) => ({ line, row: { ...row, act_id: ids.known(row.act_id) } })),
  };
}

/** Stores the clustering of the files over the acts of this mining. */
async function adopt(services: Services, miningId: string, files: Files): Promise<string> {
  const { store, clock } = services;
  const needs = new Map((await store.needs.needsOf(miningId)).map((need) => [need.act_id, need]));
  check(files, needs);
  const rows = { clusters: files.clusters.map(({ row }) => row), assignments: files.assignments.map(({ row }) => row) };
  const clusteringId = `clustering_${hashOf([miningId, rows]).slice(0, 16)}`;
  const suffix = clusteringId.slice('clustering_'.length, 'clustering_'.length + 12);
  const membersOf = new Map<string, Need[]>(rows.clusters.map(({ cluster_id }) => [cluster_id, []]));
  const clusterOfGroup = new Map<string, string>();
  for (const { act_id, cluster_id } of rows.assignments) {
    const need = needs.get(act_id);
    if (!need) continue;
    membersOf.get(cluster_id)?.push(need);
    clusterOfGroup.set(need.group_id, `${cluster_id}.${suffix}`);
  }
  const clusters: NeedCluster[] = [];
  for (const [index, row] of rows.clusters.entries()) {
    const members = membersOf.get(row.cluster_id) ?? [];
    clusters.push({
      cluster_id: `${row.cluster_id}.${suffix}`,
      clustering_id: clusteringId,
      index,
      label: row.label,
      size: members.length,
      groups: new Set(members.map((member) => member.group_id)).size,
      runs: new Set(members.map((member) => member.run_id)).size,
      cohesion: 0,
      tools: await toolsOf(services, members),
      sample_act_ids: row.samples.map((sample) => sample.act_id),
    });
  }
  const clustering = {
    clustering_id: clusteringId,
    mining_id: miningId,
    config: { from: 'file' },
    count: clusters.length,
    embedding: { model: 'none', dimensions: 0 },
    created_at: clock.now(),
  };
  await store.needs.putClustering(clustering, clusters, clusterOfGroup);
  return clusteringId;
}

async function toolsOf(services: Services, members: readonly Need[]): Promise<string[]> {
  const acts = await services.store.needs.actsOf(members.map((member) => member.act_id));
  return [...new Set(acts.flatMap((act) => act.calls.map((call) => call.tool)))].sort();
}

/** Refuses what is no clustering of these acts: near-duplicates stay together, and each act stands once. */
function check(files: Files, needs: ReadonlyMap<string, Need>): void {
  const refuseCluster = refuserOf(files.clustersPath);
  const refuse = refuserOf(files.assignmentsPath);
  const clusters = new Set<string>();
  for (const { line, row } of files.clusters) {
    if (clusters.has(row.cluster_id)) throw refuseCluster(line, `there is a cluster ${row.cluster_id} before it`);
    clusters.add(row.cluster_id);
  }
  if (clusters.size === 0)
    throw new FoundryError('invalid_input', `${files.clustersPath} names no cluster.`, 'Cluster anew.');
  const placed = new Set<string>();
  const clusterOf = new Map<string, string>();
  for (const { line, row } of files.assignments) {
    const need = needs.get(row.act_id);
    if (!need) throw refuse(line, `${row.act_id} is not among the acts of these logs; use the same logs and options`);
    if (!clusters.has(row.cluster_id)) throw refuse(line, `there is no cluster ${row.cluster_id} in the other file`);
    if (placed.has(row.act_id)) throw refuse(line, `${row.act_id} stands on a line before it`);
    if (row.group_id !== need.group_id) throw refuse(line, `${row.act_id} is of the group ${need.group_id}`);
    const before = clusterOf.get(need.group_id) ?? row.cluster_id;
    if (before !== row.cluster_id)
      throw refuse(line, `its group ${need.group_id} stands in ${before} before it; a group stays together`);
    placed.add(row.act_id);
    clusterOf.set(need.group_id, row.cluster_id);
  }
  for (const { line, row } of files.clusters) {
    const unknown = row.samples.find((sample) => !needs.has(sample.act_id));
    if (unknown) throw refuseCluster(line, `its sample ${unknown.act_id} is not among the acts of these logs`);
  }
}
