import type { JsonObject, JsonValue } from '../json.js';

export const needParts = ['intent', 'action', 'tools', 'grounding', 'source'] as const;
export type NeedPart = (typeof needParts)[number];

/** A call made for an act, with what came back. */
export interface ActCall {
  readonly tool: string;
  readonly arguments: JsonObject | null;
  readonly result: JsonValue | null;
  readonly failed: boolean;
}

/** One semantic step in a run: intent, action, tool calls, observation. */
export interface Act {
  readonly act_id: string;
  readonly run_id: string;
  readonly ordinal: number;
  readonly intent: string;
  readonly action: string;
  readonly calls: readonly ActCall[];
  readonly observation: string;
  readonly grounding: string | null;
  readonly segments: readonly string[];
  /** Records the act was read from, in order. */
  readonly evidence_ids: readonly string[];
}

/** What had to be known or done for an act: a fixed mapping, no model. */
export interface Need {
  readonly need_id: string;
  readonly act_id: string;
  readonly run_id: string;
  /** The indexed text, without field labels. */
  readonly text: string;
  readonly group_id: string;
}

export interface Mining {
  readonly mining_id: string;
  readonly config: JsonObject;
  readonly runs: number;
  readonly acts: number;
  readonly needs: number;
  readonly groups: number;
  readonly merged: number;
  readonly rejected: number;
  readonly created_at: string;
}

export interface NeedGroup {
  readonly group_id: string;
  readonly representative: Need;
  readonly size: number;
}

export interface NeedCluster {
  /** `need_0000.` and the short id of its clustering, so that it is unique in the store. */
  readonly cluster_id: string;
  readonly clustering_id: string;
  readonly index: number;
  readonly label: string;
  readonly size: number;
  readonly groups: number;
  readonly runs: number;
  /** Mean cosine of members to the centroid, -1 to 1. */
  readonly cohesion: number;
  readonly tools: readonly string[];
  readonly sample_act_ids: readonly string[];
}

export interface Clustering {
  readonly clustering_id: string;
  readonly mining_id: string;
  readonly config: JsonObject;
  readonly count: number;
  readonly embedding: { readonly model: string; readonly dimensions: number };
  readonly created_at: string;
}

export interface Assignment {
  readonly act_id: string;
  readonly cluster_id: string;
  readonly group_id: string;
}

/** Where needs live. Everything is keyed by content ids, so that putting the same thing twice changes nothing. */
export interface NeedStore {
  putMining(mining: Mining, acts: readonly Act[], needs: readonly Need[], runIds: readonly string[]): Promise<void>;
  getMining(miningId: string): Promise<Mining | undefined>;
  listMinings(limit: number): Promise<Mining[]>;
  runsOfMining(miningId: string): Promise<string[]>;
  getAct(actId: string): Promise<Act | undefined>;
  actsOf(actIds: readonly string[]): Promise<Act[]>;
  /** Groups in order of id, with their representative need. */
  groupsOf(miningId: string): Promise<NeedGroup[]>;
  needsOf(miningId: string): Promise<Need[]>;
  putClustering(
    clustering: Clustering,
    clusters: readonly NeedCluster[],
    groupOfCluster: ReadonlyMap<string, string>,
  ): Promise<void>;
  getClustering(clusteringId: string): Promise<Clustering | undefined>;
  listClusterings(limit: number): Promise<Clustering[]>;
  getCluster(clusterId: string): Promise<NeedCluster | undefined>;
  clustersOf(clusteringId: string, limit: number, afterIndex?: number): Promise<NeedCluster[]>;
  assignmentsOf(clusteringId: string): Promise<Assignment[]>;
  /** Acts of one cluster in order of id. */
  actsOfCluster(clusterId: string, limit: number): Promise<Act[]>;
}
