import type { Act, Clustering, Mining, Need, NeedCluster } from '../../src/needs/model.js';
import type { Connection } from './connection.js';

function writeActs(connection: Connection, acts: readonly Act[]): void {
  const insert = connection.db.prepare(
    `INSERT OR IGNORE INTO acts
       (act_id, run_id, ordinal, intent, action, calls, observation, grounding, segments, evidence_ids)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  for (const act of acts) {
    insert.run(
      act.act_id,
      act.run_id,
      act.ordinal,
      act.intent,
      act.action,
      JSON.stringify(act.calls),
      act.observation,
      act.grounding,
      JSON.stringify(act.segments),
      JSON.stringify(act.evidence_ids),
    );
  }
}

/** The groups of a mining out of its needs: the first need that a group has stands for it. */
function writeNeeds(connection: Connection, miningId: string, needs: readonly Need[]): void {
  const insertNeed = connection.db.prepare(
    'INSERT OR IGNORE INTO needs (need_id, act_id, run_id, text) VALUES (?, ?, ?, ?)',
  );
  const insertGroup = connection.db.prepare(
    `INSERT INTO need_groups (mining_id, group_id, representative_need_id, size) VALUES (?, ?, ?, 1)
     ON CONFLICT (mining_id, group_id) DO UPDATE SET size = size + 1`,
  );
  const insertMember = connection.db.prepare(
    'INSERT INTO need_group_members (mining_id, group_id, need_id) VALUES (?, ?, ?)',
  );
  for (const need of needs) {
    insertNeed.run(need.need_id, need.act_id, need.run_id, need.text);
    insertGroup.run(miningId, need.group_id, need.need_id);
    insertMember.run(miningId, need.group_id, need.need_id);
  }
}

/** To be called inside a write. A mining that is there already is left as it is. */
export function writeMining(
  connection: Connection,
  whole: { mining: Mining; acts: readonly Act[]; needs: readonly Need[]; runIds: readonly string[] },
): void {
  const { mining } = whole;
  const added = connection.db
    .prepare(
      `INSERT OR IGNORE INTO minings (mining_id, config, runs, acts, needs, groups, merged, rejected, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      mining.mining_id,
      JSON.stringify(mining.config),
      mining.runs,
      mining.acts,
      mining.needs,
      mining.groups,
      mining.merged,
      mining.rejected,
      mining.created_at,
    );
  if (added.changes === 0) return;
  writeActs(connection, whole.acts);
  writeNeeds(connection, mining.mining_id, whole.needs);
  const insertRun = connection.db.prepare('INSERT OR IGNORE INTO mining_runs (mining_id, run_id) VALUES (?, ?)');
  for (const runId of whole.runIds) insertRun.run(mining.mining_id, runId);
}

/** To be called inside a write. A clustering that is there already is left as it is. */
export function writeClustering(
  connection: Connection,
  whole: {
    clustering: Clustering;
    clusters: readonly NeedCluster[];
    clusterOfGroup: ReadonlyMap<string, string>;
  },
): void {
  const { clustering } = whole;
  const added = connection.db
    .prepare(
      `INSERT OR IGNORE INTO clusterings
         (clustering_id, mining_id, config, count, embedding_model, embedding_dimensions, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(
      clustering.clustering_id,
      clustering.mining_id,
      JSON.stringify(clustering.config),
      clustering.count,
      clustering.embedding.model,
      clustering.embedding.dimensions,
      clustering.created_at,
    );
  if (added.changes === 0) return;
  const insertCluster = connection.db.prepare(
    `INSERT INTO need_clusters
       (cluster_id, clustering_id, ordinal, label, size, groups, runs, cohesion, tools, sample_act_ids)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  for (const cluster of whole.clusters) {
    insertCluster.run(
      cluster.cluster_id,
      cluster.clustering_id,
      cluster.index,
      cluster.label,
      cluster.size,
      cluster.groups,
      cluster.runs,
      cluster.cohesion,
      JSON.stringify(cluster.tools),
      JSON.stringify(cluster.sample_act_ids),
    );
  }
  const insertMember = connection.db.prepare(
    'INSERT INTO need_cluster_members (clustering_id, group_id, cluster_id) VALUES (?, ?, ?)',
  );
  for (const [groupId, clusterId] of whole.clusterOfGroup) {
    insertMember.run(clustering.clustering_id, groupId, clusterId);
  }
}
