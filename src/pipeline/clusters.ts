import { dirname, join } from 'node:path';
import type { WorkContext } from '../context.js';
import { FoundryError } from '../errors.js';
import type { Services } from '../services.js';
import { assignmentsFile, clustersFile, reuseClusters, rowsOf } from './clusters-file.js';
import { jsonLines, readState, writeState, writeWhole } from './files.js';
import type { PipelineOptions } from './options.js';

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
    ? await reuseClusters(services, mining_id, options.clustersIn ?? join(options.out, clustersFile))
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
