import * as z from 'zod';
import { logFormats } from './model.js';

export const waitMs = z
  .int()
  .min(0)
  .max(60_000)
  .optional()
  .describe('How long to wait: default 40000; 0 returns at once');
export const cursor = z.string().max(500).optional().describe('next_cursor of the page before');
export const limit = z.int().min(1).max(50).optional().describe('Items a page');

/** Fields that every long tool's result carries. */
export const jobFields = {
  job_id: z.string(),
  job_state: z.enum(['queued', 'running', 'done', 'cancelled']),
};

export const importInput = z.strictObject({
  path: z.string().max(4096).optional().describe('File or folder to import'),
  content: z.string().max(4_000_000).optional().describe('Log text, instead of a path'),
  format: z
    .enum(['auto', ...logFormats])
    .optional()
    .describe('Default auto: by content'),
  mapping: z.string().max(4096).optional().describe('Mapping file (JSON), for logs in a form of their own'),
  source: z.string().max(200).optional().describe('Label for filters; default the file name'),
  dry_run: z.boolean().optional().describe('Only an inventory; nothing is stored'),
});
export type ImportInput = z.infer<typeof importInput>;

export const rejection = z.object({ file: z.string(), line: z.int().nullable(), reason: z.string() });

export const inventory = z.object({
  formats: z.record(z.string(), z.int()).describe('files of each format'),
  versions: z.record(z.string(), z.int()).describe('runs by the program and the version that wrote them'),
  runs: z.int(),
  tasks: z.int().describe('task ids'),
  tools: z.array(z.object({ name: z.string(), calls: z.int(), failures: z.int(), tokens: z.int() })),
  outcomes: z.record(z.string(), z.int()),
  usage: z
    .object({ input_tokens: z.int(), output_tokens: z.int(), cost_usd: z.number(), records: z.int() })
    .describe('what the logs count themselves, and in how many records'),
  needs: z
    .array(
      z.object({
        text: z.string(),
        times: z.int(),
        runs: z.int(),
        calls: z.int(),
        tokens: z.int(),
        tools: z.array(z.string()),
      }),
    )
    .describe('the twenty that recur most, and what all of their occurrences took'),
  missing: z.array(z.string()).describe('What the logs lack for scores, induction or data sets'),
});

export const importOutput = z.object({
  format: z.string().describe('the format, or `mixed`'),
  files: z.int(),
  records_read: z.int(),
  imported: z.int(),
  duplicates: z.int(),
  ignored: z.int(),
  ignored_kinds: z.record(z.string(), z.int()),
  rejected: z.int(),
  rejections: z.array(rejection).max(20),
  redacted: z.record(z.string(), z.int()),
  without_consent: z.int().optional().describe('project folders that were left out, for nobody has allowed them'),
  runs: z.int(),
  source: z.string(),
  receipt_id: z.string().optional().describe('absent for a dry run'),
  inventory: inventory.optional(),
});
export type ImportOutput = z.infer<typeof importOutput>;

export const searchEvidenceInput = z.strictObject({
  query: z.string().min(1).max(1000).describe('Words to find'),
  source: z.string().optional().describe('Only this source'),
  run_id: z.string().optional().describe('Only this run'),
  category: z
    .enum(['accepted', 'partially_accepted', 'rejected', 'needs_human_review'])
    .optional()
    .describe('Only runs scored so'),
  task_type: z.string().optional().describe('Task id of the runs, or task type as in ledger://models'),
  since: z.string().optional().describe('ISO date or time'),
  until: z.string().optional().describe('ISO date or time'),
  limit,
  cursor,
});
export type SearchEvidenceInput = z.infer<typeof searchEvidenceInput>;

export const publicProvenance = z.object({
  source_file: z.string(),
  byte_offset: z.int(),
  byte_length: z.int(),
  line: z.int(),
  pointer: z.string().nullable(),
  redacted_hash: z.string(),
});

export const searchEvidenceOutput = z.object({
  results: z.array(
    z.object({
      evidence_id: z.string(),
      run_id: z.string(),
      snippet: z.string(),
      score: z.number(),
      provenance: publicProvenance,
      uri: z.string(),
      is_abandoned: z.boolean().optional().describe('true: on a branch that a person left'),
    }),
  ),
  searched: z.int(),
  note: z.string().optional(),
  next_cursor: z.string().optional(),
});
export type SearchEvidenceOutput = z.infer<typeof searchEvidenceOutput>;
