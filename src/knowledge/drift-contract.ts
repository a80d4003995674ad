import * as z from 'zod';
import { cursor, limit } from '../evidence/contract.js';

export const driftKinds = ['scores', 'library', 'corpus', 'claims'] as const;

export const driftInput = z.strictObject({
  kind: z.enum(driftKinds).describe('What to compare'),
  from: z
    .string()
    .min(1)
    .max(4096)
    .describe(
      'now or an ISO time; scores also: a scorer version; corpus also: a source; claims: path of a Markdown file',
    ),
  to: z.string().min(1).max(200).describe('Likewise; claims: now, a time or a source'),
  limit,
  cursor,
});
export type DriftInput = z.infer<typeof driftInput>;

export const driftOutput = z.object({
  changed: z.array(z.object({ id: z.string(), before: z.string(), after: z.string(), reasons: z.array(z.string()) })),
  summary: z.string(),
  next_cursor: z.string().optional(),
  receipt_id: z.string(),
});
export type DriftOutput = z.infer<typeof driftOutput>;
export type Drifted = DriftOutput['changed'][number];
