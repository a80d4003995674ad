import * as z from 'zod';
import type { Language } from './gate/model.js';
import type { SandboxHealth } from './gate/runtimes/runtime.js';
import { jsonObject } from './json.js';

export const foundryStatusInput = z.strictObject({
  job_id: z.string().optional().describe('Of a long tool'),
  wait_ms: z.int().min(0).max(60_000).optional().describe('With job_id: wait this long for it (default 0)'),
  cancel: z.boolean().optional().describe('With job_id: cancel that job'),
});

export const foundryStatusOutput = z.object({
  job_id: z.string().optional(),
  state: z.string().optional(),
  progress: z.object({ done: z.number(), total: z.number().nullable(), message: z.string() }).optional(),
  result: jsonObject.optional(),
  counts: z.record(z.string(), z.int()).optional(),
  jobs: z
    .array(z.object({ job_id: z.string(), kind: z.string(), state: z.string(), updated_at: z.string() }))
    .optional(),
  usage: z
    .object({ calls: z.int(), cached: z.int(), failed: z.int(), total_tokens: z.int(), cost_usd: z.number() })
    .optional(),
  store: z.object({ schema_version: z.int(), bytes: z.int() }).optional(),
  sandbox: z
    .object({ available: z.boolean(), fingerprint: z.string(), isolation: z.array(z.string()), detail: z.string() })
    .optional(),
  data_folder: z.string().optional(),
  versions: z.record(z.string(), z.string()).optional(),
});
export type FoundryStatusOutput = z.infer<typeof foundryStatusOutput>;

export interface StatusService {
  overview(): Promise<FoundryStatusOutput>;
  /** Every sandbox, started if need be: the first time Python starts it takes some seconds. */
  sandboxes(): Promise<readonly { readonly language: Language; readonly health: SandboxHealth }[]>;
}
