import * as z from 'zod';
import { cursor, limit } from '../evidence/contract.js';
import { categories } from './model.js';

export const scoreRunInput = z.strictObject({
  run_ids: z.array(z.string()).max(1000).optional().describe('Only these runs'),
  source: z.string().optional().describe('Only runs of this source'),
  all_unscored: z.boolean().optional().describe('Every run without a score'),
  suggest: z
    .strictObject({ run_id: z.string(), category: z.enum(categories), reason: z.string().min(1).max(2000) })
    .optional()
    .describe('Your opinion of one run: sends it to needs_human_review, never raises a score'),
  limit,
  cursor,
});
export type ScoreRunInput = z.infer<typeof scoreRunInput>;

export const scoreRunOutput = z.object({
  scored: z.int(),
  by_category: z.object({
    accepted: z.int(),
    partially_accepted: z.int(),
    rejected: z.int(),
    needs_human_review: z.int(),
  }),
  runs: z.array(z.object({ run_id: z.string(), category: z.enum(categories), reasons: z.array(z.string()) })),
  next_cursor: z.string().optional(),
  scorer_version: z.string(),
  receipt_id: z.string(),
});
export type ScoreRunOutput = z.infer<typeof scoreRunOutput>;
