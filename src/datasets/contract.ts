import * as z from 'zod';

export const buildSftInput = z.strictObject({
  name: z.string().min(1).max(100).describe('Name of the data set: letters, digits, - and _'),
  format: z
    .enum(['trl', 'openai', 'axolotl', 'llama_factory', 'sharegpt', 'alpaca'])
    .optional()
    .describe('Default trl'),
  filter: z
    .strictObject({
      source: z.string().optional(),
      task_id: z.string().optional(),
      model: z.string().optional(),
      since: z.string().optional(),
      until: z.string().optional(),
    })
    .optional(),
  unit: z.enum(['run', 'capability_call', 'example']).optional().describe('Default run'),
  split: z
    .strictObject({
      train: z.number().min(0).max(1),
      validation: z.number().min(0).max(1),
      test: z.number().min(0).max(1),
    })
    .optional()
    .describe('Shares; runs of one task never cross a split'),
  max_tokens: z.int().min(1).max(10_000_000).optional(),
  per_task: z.int().min(1).max(10_000).optional(),
  mask_failed_steps: z.boolean().optional(),
  dedupe: z.boolean().optional(),
  decontaminate_against: z.string().max(4096).optional(),
  output_dir: z.string().max(4096).optional(),
});
export type BuildSftInput = z.infer<typeof buildSftInput>;

export const buildSftOutput = z.object({
  dataset_id: z.string(),
  rows: z.int(),
  files: z.array(z.object({ path: z.string(), split: z.string(), rows: z.int(), sha256: z.string() })),
  excluded: z.record(z.string(), z.int()),
  card_uri: z.string(),
  receipt_id: z.string(),
});
export type BuildSftOutput = z.infer<typeof buildSftOutput>;
