import * as z from 'zod';

export const buildSftInput = z.strictObject({
  name: z.string().min(1).max(100).describe('Letters, digits, -, _'),
  format: z
    .enum(['trl', 'openai', 'axolotl', 'llama_factory', 'sharegpt', 'alpaca'])
    .optional()
    .describe('trl (default) or openai; others not yet'),
  filter: z
    .strictObject({
      source: z.string().optional(),
      task_id: z.string().optional(),
      model: z.string().optional(),
      since: z.string().optional(),
      until: z.string().optional(),
    })
    .optional()
    .describe('All must match'),
  unit: z.enum(['run', 'capability_call', 'example']).optional().describe('run; others not yet'),
  split: z
    .strictObject({
      train: z.number().min(0).max(1),
      validation: z.number().min(0).max(1),
      test: z.number().min(0).max(1),
    })
    .optional()
    .describe('Shares; no task is split'),
  max_tokens: z.int().min(1).max(10_000_000).optional().describe('Drop longer rows'),
  per_task: z.int().min(1).max(10_000).optional().describe('Rows a task at most'),
  mask_failed_steps: z.boolean().optional().describe('Default true'),
  dedupe: z.boolean().optional().describe('Drop near-duplicates'),
  decontaminate_against: z.string().max(4096).optional().describe('File whose texts to avoid'),
  output_dir: z.string().max(4096).optional().describe('Default exports/NAME in data folder'),
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
