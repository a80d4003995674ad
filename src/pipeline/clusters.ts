import { dirname, join } from 'node:path';
import * as z from 'zod';
import type { WorkContext } from '../context.js';
import { FoundryError } from '../errors.js';
import { hashOf } from '../hash.js';
import type { NeedCluster } from '../needs/model.js';
import type { Services } from '../services.js';
import { jsonLines, readJsonLines, readState, shortClusterId, writeState, writeWhole } from './files.js';
import type { PipelineOptions } from './options.js';

export const clustersFile = 'need_clusters.jsonl';
export const assignmentsFile = 'need_assignments.jsonl';

const clusterRow = z.object({ cluster_id: z.string(), size: z.int(), label: z.string(), samples: z.array(z.string()) });
const assignmentRow = z.object({ act_id: z.string(), cluster_id: z.string(), group_id: z.string() });

interface Rows {
  readonly clusters: z.infer<typeof clusterRow>[];
  readonly assignments: z.infer<typeof assignmentRow>[];
}

/** Mines the logs (again, where nothing changed this is quick), or finds what an earlier run mined. */
export async function mine(
  services: Services,
  options: PipelineOptions,
  context: WorkContext,
): Promise<{ mining_id: string; acts: number; runs: number; groups: number }> {
  if (options.input) {
    const { mining_id, acts, runs, groups } = await services.needs.mineNeeds(
      { path: options.input, limit_acts: options.limitActs, sample_acts: options.sampleActs, seed: options.seed },
      context,
    );
    return { mining_id, acts, runs, groups };
  }
  const folder = options.clustersIn ? dirname(options.clustersIn) : options.out;
  const { mining_id } = await readState(folder);
  const mining = mining_id ? await services.store.needs.getMining(mining_id) : undefined;
  if (!mining) throw new FoundryError('invalid_input', 'It is not known which logs to read.', 'Give --in PATH.');
  return mining;
}

/** Clusters a mining, or takes the clusters of a file; writes both files to the output folder. Returns the clustering's id. */
export async function cluster(
  services: Services,
  options: PipelineOptions,
  context: WorkContext,
): Promise<{ clusteringId: string; clusters: number; acts: number }> {
  const { mining_id, acts } = await mine(services, options, context);
  const clusteringId = options.reuseClusters
    ? await reuse(services, mining_id, options.clustersIn ?? join(options.out, clustersFile))
    : (
        await services.needs.clusterNeeds(
          { mining_id, target_cluster_size: options.targetClusterSize, seed: options.seed },
          context,
        )
      ).clustering_id;
  const rows = await rowsOf(services, clusteringId);
  await writeWhole(join(options.out, clustersFile), jsonLines(rows.clusters));
  await writeWhole(join(options.out, assignmentsFile), jsonLines(rows.assignments));
  await writeState(options.out, { mining_id, clustering_id: clusteringId });
  return { clusteringId, clusters: rows.clusters.length, acts };
}

async function rowsOf(services: Services, clusteringId: string): Promise<Rows> {
  const { needs } = services.store;
  const clusters = await needs.clustersOf(clusteringId, 1_000_000);
  const assignments = await needs.assignmentsOf(clusteringId);
  return {
    clusters: clusters.map(({ cluster_id, size, label, sample_act_ids }) => ({
      cluster_id: shortClusterId(cluster_id),
      size,
      label,
      samples: [...sample_act_ids],
    })),
    assignments: assignments.map(({ act_id, cluster_id, group_id }) => ({
      act_id,
      cluster_id: shortClusterId(cluster_id),
      group_id,
    })),
  };
}

/** The stored clustering that the files describe; where there is none, one is made out of the files. */
async function reuse(services: Services, miningId: string, path: string): Promise<string> {
  const stage = 'pipeline --stage cluster';
  const rows: Rows = {
    clusters: parseRows(clusterRow, await readJsonLines(path, stage), path),
    assignments: parseRows(
      assignmentRow,
      await readJsonLines(join(dirname(path), assignmentsFile), stage),
      assignmentsFile,
    ),
  };
  const { clustering_id } = await readState(dirname(path));
  const stored = clustering_id ? await services.store.needs.getClustering(clustering_id) : undefined;
  if (stored?.mining_id === miningId && hashOf(await rowsOf(services, stored.clustering_id)) === hashOf(rows))
    return stored.clustering_id;
  return adopt(services, miningId, rows);
}

function parseRows<T>(schema: z.ZodType<T>, rows: readonly object[], path: string): T[] {
  return rows.map((row, index) => {
    const parsed = schema.safeParse(row);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new FoundryError(
        'invalid_input',
        `${path}: row ${index + 1}, ${issue?.path.join('.')}: ${issue?.message}.`,
        'Mend the row or cluster anew.',
      );
    }
    return parsed.data;
  });
}

/** Stores a clustering that was made elsewhere (another run, or by hand) over the acts of this mining. */
async function adopt(services: Services, miningId: string, rows: Rows): Promise<string> {
  const { store, clock } = services;
  const groupOf = new Map((await store.needs.needsOf(miningId)).map((need) => [need.act_id, need]));
  const unknown = rows.assignments.find((row) => !groupOf.has(row.act_id));
  if (unknown) {
    throw new FoundryError(
      'conflict',
      `The clusters name the act ${unknown.act_id}, which is not among the acts of these logs.`,
      'Use the same logs and options as the run that made the clusters.',
    );
  }
  const clusteringId = `clustering_${hashOf([miningId, rows]).slice(0, 12)}`;
  const suffix = clusteringId.slice('clustering_'.length);
  const clusters = rows.clusters.map((row, index): NeedCluster => {
    const members = rows.assignments.filter((assignment) => assignment.cluster_id === row.cluster_id);
    return {
      cluster_id: `${row.cluster_id}.${suffix}`,
      clustering_id: clusteringId,
      index,
      label: row.label,
      size: row.size,
      groups: new Set(members.map((member) => member.group_id)).size,
      runs: new Set(members.map((member) => groupOf.get(member.act_id)?.run_id)).size,
      cohesion: 0,
      tools: [],
      sample_act_ids: row.samples,
    };
  });
  const clusterOfGroup = new Map(
    rows.assignments.map((row) => [groupOf.get(row.act_id)?.group_id ?? row.group_id, `${row.cluster_id}.${suffix}`]),
  );
  await store.needs.putClustering(
    {
      clustering_id: clusteringId,
      mining_id: miningId,
      config: { from: 'file' },
      count: clusters.length,
      embedding: { model: 'none', dimensions: 0 },
      created_at: clock.now(),
    },
    clusters,
    clusterOfGroup,
  );
  return clusteringId;
}
