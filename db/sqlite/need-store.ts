import type { JsonObject } from '../../src/json.js';
import type { Act, Assignment, Clustering, Mining, Need, NeedCluster, NeedStore } from '../../src/needs/model.js';
import type { Connection } from './connection.js';
import { writeClustering, writeMining } from './need-writes.js';

interface ActRow extends Omit<Act, 'calls' | 'segments' | 'evidence_ids'> {
  calls: string;
  segments: string;
  evidence_ids: string;
}

interface MiningRow extends Omit<Mining, 'config'> {
  config: string;
}

interface ClusteringRow extends Omit<Clustering, 'config' | 'embedding'> {
  config: string;
  embedding_model: string;
  embedding_dimensions: number;
}

interface ClusterRow extends Omit<NeedCluster, 'index' | 'tools' | 'sample_act_ids'> {
  ordinal: number;
  tools: string;
  sample_act_ids: string;
}

function toAct(row: ActRow): Act {
  return {
    ...row,
    calls: JSON.parse(row.calls) as Act['calls'],
    segments: JSON.parse(row.segments) as string[],
    evidence_ids: JSON.parse(row.evidence_ids) as string[],
  };
}

function toMining(row: MiningRow): Mining {
  return { ...row, config: JSON.parse(row.config) as JsonObject };
}

function toClustering({ embedding_model, embedding_dimensions, ...row }: ClusteringRow): Clustering {
  return {
    ...row,
    config: JSON.parse(row.config) as JsonObject,
    embedding: { model: embedding_model, dimensions: embedding_dimensions },
  };
}

function toCluster({ ordinal, ...row }: ClusterRow): NeedCluster {
  return {
    ...row,
    index: ordinal,
    tools: JSON.parse(row.tools) as string[],
    sample_act_ids: JSON.parse(row.sample_act_ids) as string[],
  };
}

const actColumns = [
  'act_id',
  'run_id',
  'ordinal',
  'intent',
  'action',
  'calls',
  'observation',
  'grounding',
  'segments',
  'evidence_ids',
]
  .map((column) => `acts.${column}`)
  .join(', ');
const miningColumns = 'mining_id, config, runs, acts, needs, groups, merged, rejected, created_at';
const clusteringColumns = 'clustering_id, mining_id, config, count, embedding_model, embedding_dimensions, created_at';
const clusterColumns = 'cluster_id, clustering_id, ordinal, label, size, groups, runs, cohesion, tools, sample_act_ids';

function minings(connection: Connection): Pick<NeedStore, 'getMining' | 'listMinings' | 'runsOfMining'> {
  return {
    async getMining(miningId) {
      const row = connection.db.prepare(`SELECT ${miningColumns} FROM minings WHERE mining_id = ?`).get(miningId);
      return row === undefined ? undefined : toMining(row as MiningRow);
    },
    async listMinings(limit) {
      const rows = connection.db
        .prepare(`SELECT ${miningColumns} FROM minings ORDER BY created_at DESC, mining_id LIMIT ?`)
        .all(limit) as MiningRow[];
      return rows.map(toMining);
    },
    async runsOfMining(miningId) {
      return connection.db
        .prepare('SELECT run_id FROM mining_runs WHERE mining_id = ? ORDER BY run_id')
        .pluck()
        .all(miningId) as string[];
    },
  };
}

function needs(connection: Connection): Pick<NeedStore, 'getAct' | 'actsOf' | 'groupsOf' | 'needsOf'> {
  const act = (actId: string): Act | undefined => {
    const row = connection.db.prepare(`SELECT ${actColumns} FROM acts WHERE act_id = ?`).get(actId);
    return row === undefined ? undefined : toAct(row as ActRow);
  };
  return {
    getAct: async (actId) => act(actId),
    actsOf: async (actIds) => actIds.flatMap((actId) => act(actId) ?? []),
    async groupsOf(miningId) {
      const rows = connection.db
        .prepare(
          `SELECT need_groups.group_id, size, need_id, act_id, run_id, text
           FROM need_groups JOIN needs ON need_id = representative_need_id WHERE mining_id = ? ORDER BY group_id`,
        )
        .all(miningId) as (Need & { size: number })[];
      return rows.map(({ size, ...representative }) => ({ group_id: representative.group_id, representative, size }));
    },
    async needsOf(miningId) {
      return connection.db
        .prepare(
          `SELECT needs.need_id, act_id, run_id, text, group_id
           FROM need_group_members JOIN needs USING (need_id) WHERE mining_id = ? ORDER BY needs.need_id`,
        )
        .all(miningId) as Need[];
    },
  };
}

function clusterings(
  connection: Connection,
): Pick<NeedStore, 'getClustering' | 'listClusterings' | 'getCluster' | 'clustersOf'> {
  return {
    async getClustering(clusteringId) {
      const row = connection.db
        .prepare(`SELECT ${clusteringColumns} FROM clusterings WHERE clustering_id = ?`)
        .get(clusteringId);
      return row === undefined ? undefined : toClustering(row as ClusteringRow);
    },
    async listClusterings(limit) {
      const rows = connection.db
        .prepare(`SELECT ${clusteringColumns} FROM clusterings ORDER BY created_at DESC, clustering_id LIMIT ?`)
        .all(limit) as ClusteringRow[];
      return rows.map(toClustering);
    },
    async getCluster(clusterId) {
      const row = connection.db
        .prepare(`SELECT ${clusterColumns} FROM need_clusters WHERE cluster_id = ?`)
        .get(clusterId);
      return row === undefined ? undefined : toCluster(row as ClusterRow);
    },
    async clustersOf(clusteringId, limit, afterIndex = -1) {
      const rows = connection.db
        .prepare(
          `SELECT ${clusterColumns} FROM need_clusters
           WHERE clustering_id = ? AND ordinal > ? ORDER BY ordinal LIMIT ?`,
        )
        .all(clusteringId, afterIndex, limit) as ClusterRow[];
      return rows.map(toCluster);
    },
  };
}

const membersOfClustering = `
  need_cluster_members AS placed
  JOIN clusterings USING (clustering_id)
  JOIN need_group_members AS member ON member.mining_id = clusterings.mining_id AND member.group_id = placed.group_id
  JOIN needs USING (need_id)
`;

function assignments(connection: Connection): Pick<NeedStore, 'assignmentsOf' | 'actsOfCluster'> {
  return {
    async assignmentsOf(clusteringId) {
      return connection.db
        .prepare(
          `SELECT act_id, cluster_id, placed.group_id AS group_id FROM ${membersOfClustering}
           WHERE placed.clustering_id = ? ORDER BY act_id`,
        )
        .all(clusteringId) as Assignment[];
    },
    async actsOfCluster(clusterId, limit) {
      const rows = connection.db
        .prepare(
          `SELECT ${actColumns} FROM ${membersOfClustering} JOIN acts USING (act_id)
           WHERE placed.cluster_id = ? ORDER BY acts.act_id LIMIT ?`,
        )
        .all(clusterId, limit) as ActRow[];
      return rows.map(toAct);
    },
  };
}

/** Everything mined, keyed by content: putting the same thing twice changes nothing. */
export function createNeedStore(connection: Connection): NeedStore {
  return {
    ...minings(connection),
    ...needs(connection),
    ...clusterings(connection),
    ...assignments(connection),
    async putMining(mining, acts, needsOfMining, runIds) {
      connection.write(() => writeMining(connection, { mining, acts, needs: needsOfMining, runIds }));
    },
    async putClustering(clustering, clusters, clusterOfGroup) {
      connection.write(() => writeClustering(connection, { clustering, clusters, clusterOfGroup }));
    },
  };
}
