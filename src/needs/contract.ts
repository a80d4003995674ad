import * as z from 'zod';
import { cursor, limit } from '../evidence/contract.js';
import { needParts } from './model.js';

export const mineNeedsInput = z.strictObject({
  path: z.string().max(4096).optional().describe('Import this file or folder first'),
  source: z.string().optional().describe('Only runs of this source'),
  run_ids: z.array(z.string()).max(1000).optional().describe('Only these runs'),
  need_text: z
    .array(z.enum(needParts))
    .min(1)
    .optional()
    .describe('Parts of the need text; default intent, action, tools'),
  limit_acts: z.int().min(1).max(10_000_000).optional().describe('Only the first acts'),
  sample_acts: z.int().min(1).max(10_000_000).optional().describe('A sample of acts, by seed'),
  seed: z.int().min(0).max(4_294_967_295).optional().describe('Default 42'),
});
export type MineNeedsInput = z.infer<typeof mineNeedsInput>;

export const mineNeedsOutput = z.object({
  mining_id: z.string(),
  runs: z.int(),
  acts: z.int(),
  needs: z.int(),
  groups: z.int(),
  merged: z.int(),
  rejected: z.int(),
  receipt_id: z.string(),
});
export type MineNeedsOutput = z.infer<typeof mineNeedsOutput>;

export const clusterNeedsInput = z.strictObject({
  mining_id: z.string().describe('From mine_needs'),
  target_cluster_size: z
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .describe('Acts a cluster; default 40, less for small logs'),
  k: z.int().min(1).max(100_000).optional().describe('Number of clusters, instead of a target size'),
  seed: z.int().min(0).max(4_294_967_295).optional().describe('Default 42'),
  reuse: z.boolean().optional().describe('Default true: the same arguments return the stored clustering'),
  limit,
  cursor,
});
export type ClusterNeedsInput = z.infer<typeof clusterNeedsInput>;

export const clusterSummary = z.object({
  cluster_id: z.string(),
  label: z.string(),
  size: z.int(),
  groups: z.int(),
  runs: z.int(),
  cohesion: z.number(),
  tools: z.array(z.string()),
  samples: z.array(z.object({ act_id: z.string(), intent: z.string(), action: z.string() })).max(3),
});

export const clusterNeedsOutput = z.object({
  clustering_id: z.string(),
  count: z.int(),
  clusters: z.array(clusterSummary),
  next_cursor: z.string().optional(),
  sizes: z.object({ min: z.int(), median: z.number(), mean: z.number(), max: z.int() }),
  embedding: z.object({ model: z.string(), dimensions: z.int() }),
});
export type ClusterNeedsOutput = z.infer<typeof clusterNeedsOutput>;
