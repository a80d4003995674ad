import * as z from 'zod';
import { cursor, limit } from '../evidence/contract.js';

export const extractPlaybooksInput = z.strictObject({
  task_type: z.string().max(200).optional().describe('Task type as in ledger://models, or a task id'),
  source: z.string().max(200).optional().describe('Only runs of this source'),
  min_support: z.int().min(1).max(1000).optional().describe('Accepted runs that must share the steps; default 2'),
  limit,
  cursor,
});
export type ExtractPlaybooksInput = z.infer<typeof extractPlaybooksInput>;

export const extractPlaybooksOutput = z.object({
  playbooks: z.array(
    z.object({
      playbook_id: z.string(),
      task_type: z.string(),
      support: z.int(),
      steps: z.array(z.string()).describe('In their order'),
      uri: z.string(),
    }),
  ),
  count: z.int(),
  note: z.string().optional(),
  next_cursor: z.string().optional(),
  receipt_id: z.string(),
});
export type ExtractPlaybooksOutput = z.infer<typeof extractPlaybooksOutput>;
