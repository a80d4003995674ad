import * as z from 'zod';
import { cursor, limit } from '../evidence/contract.js';
import { verdicts } from '../gate/model.js';
import { jsonObject, jsonValue } from '../json.js';
import { observationStatuses } from '../specs/model.js';
import { stateSchema } from './model.js';

export const searchCapabilitiesInput = z.strictObject({
  query: z.string().min(1).max(1000).describe('What it should do'),
  kind: z.enum(['primitive', 'skill']).optional().describe('A skill calls tools or capabilities'),
  state: stateSchema.optional().describe('Only this state'),
  limit,
  cursor,
});
export type SearchCapabilitiesInput = z.infer<typeof searchCapabilitiesInput>;

export const searchCapabilitiesOutput = z.object({
  results: z.array(
    z.object({
      name: z.string(),
      version: z.int(),
      kind: z.string(),
      state: z.string(),
      summary: z.string(),
      score: z.number().describe('Likeness 0 to 1; order may differ'),
      uri: z.string(),
      input_schema: jsonObject,
      example: jsonValue,
      destructive: z.boolean(),
      ready: z.boolean(),
      missing_tools: z.array(z.string()),
      not_granted: z.array(z.string()).optional(),
      executions: z.int(),
      success_rate: z.number().optional(),
      success_interval: z.array(z.number()).optional().describe('95%: low, high'),
    }),
  ),
  searched: z.int(),
  note: z.string().optional(),
  next_cursor: z.string().optional(),
});
export type SearchCapabilitiesOutput = z.infer<typeof searchCapabilitiesOutput>;

export const callCapabilityInput = z.strictObject({
  name: z.string().describe('From search_capabilities'),
  version: z.int().min(1).optional().describe('Default the current one'),
  input: jsonObject.describe('Valid against its input_schema'),
  context: jsonObject.optional().describe('Text that the capability reads: { segments: [{ id, text }] }'),
  dry_run: z.boolean().optional().describe('Plan the calls without changing anything'),
  plan_id: z
    .string()
    .optional()
    .describe('Of a dry run with the same input: confirms a capability that changes things'),
});
export type CallCapabilityInput = z.infer<typeof callCapabilityInput>;

export const callCapabilityOutput = z.object({
  status: z.enum(observationStatuses),
  payload: jsonValue,
  prov: z.array(jsonValue),
  execution_id: z.string(),
  duration_ms: z.number(),
  plan_id: z.string().optional(),
  planned_calls: z.array(z.object({ name: z.string(), args: jsonValue })).optional(),
  note: z.string().optional(),
  error: z.string().optional(),
});
export type CallCapabilityOutput = z.infer<typeof callCapabilityOutput>;

export const regateScopes = ['one', 'dependents', 'all'] as const;
export type RegateScope = (typeof regateScopes)[number];

export const manageCapabilityInput = z.strictObject({
  name: z.string().describe('Name of the capability'),
  action: z
    .enum(['promote', 'deprecate', 'rollback', 'regate', 'publish', 'unpublish', 'export'])
    .describe('What to do'),
  version: z.int().min(1).optional().describe('Default the current one; for rollback the one to make current'),
  scope: z.enum(regateScopes).optional().describe('For regate: also what calls it, or the whole library; default one'),
  reason: z.string().max(2000).optional().describe('Kept with the change'),
  output_dir: z.string().max(4096).optional().describe('For export; default exports/skills in the data folder'),
});
export type ManageCapabilityInput = z.infer<typeof manageCapabilityInput>;

/** What the gate says of a version that it judges again. */
export const regatedSchema = z.object({
  name: z.string(),
  version: z.int(),
  verdict: z.enum([...verdicts, 'not_judged']),
  state: z.string(),
  changed: z.boolean(),
  failed_stage: z.string().optional(),
  reasons: z.array(z.string()),
});
export type Regated = z.infer<typeof regatedSchema>;

export const manageCapabilityOutput = z.object({
  name: z.string(),
  version: z.int(),
  state: z.string(),
  changed: z.boolean(),
  files: z.array(z.string()).optional(),
  regated: z.array(regatedSchema).optional(),
  note: z.string().optional(),
});
export type ManageCapabilityOutput = z.infer<typeof manageCapabilityOutput>;
