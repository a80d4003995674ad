import * as z from 'zod';
import { jsonObject, jsonValue } from '../json.js';
import { generatorNames, generatorNote, specIssueSchema } from './model.js';

/** A spec as a client hands it in: checked by `src/specs/check.ts`, so that every fault gets its own code and message. */
export const looseSpec = jsonObject.describe('The whole spec; its schema stands in the brief');

export const proposeSpecInput = z.strictObject({
  cluster_id: z.string().optional().describe('From cluster_needs'),
  clustering_id: z.string().optional().describe('From cluster_needs: every cluster in turn'),
  spec: looseSpec.optional(),
  generator: z
    .enum(generatorNames)
    .optional()
    .describe(`Default auto: induction, then openai if configured, else a brief; ${generatorNote}`),
  template_mode: z.enum(['none', 'global', 'per_cluster']).optional().describe('For openai'),
  sample_size: z.int().min(1).max(50).optional().describe('Acts shown to the generator'),
  max_tests: z.int().min(1).max(50).optional().describe('Tests a spec'),
  max_clusters: z.int().min(1).max(10_000).optional().describe('At most'),
  retries: z.int().min(0).max(10).optional().describe('After a refused spec'),
});
export type ProposeSpecInput = z.infer<typeof proposeSpecInput>;

export const specBrief = z.object({
  instructions: z.string(),
  samples: z.array(jsonValue),
  spec_schema: jsonObject,
  related_capabilities: z.array(z.object({ name: z.string(), summary: z.string() })),
});

export const proposeSpecOutput = z.object({
  status: z.enum(['proposed', 'brief', 'skipped', 'invalid']),
  specs: z.array(
    z.object({
      spec_id: z.string(),
      name: z.string(),
      kind: z.enum(['primitive', 'skill']),
      summary: z.string(),
      cluster_id: z.string().optional(),
    }),
  ),
  spec: jsonObject.optional(),
  issues: z.array(specIssueSchema),
  brief: specBrief.optional(),
  skipped: z.array(z.object({ cluster_id: z.string(), reason: z.string() })),
  templates: z.array(z.object({ cluster_id: z.string().optional(), template: jsonObject })).optional(),
  compression: z
    .object({
      runs: z.int(),
      calls: z.int(),
      size_before: z.number(),
      size_after: z.number(),
      shares: z.record(z.string(), z.number()),
    })
    .optional()
    .describe('Of induction: names and arguments to be written without and with the skills'),
  generator: z.string(),
});
export type ProposeSpecOutput = z.infer<typeof proposeSpecOutput>;

export const generateInput = z.strictObject({
  spec_id: z.string().optional().describe('From propose_spec'),
  spec_ids: z.array(z.string()).min(1).max(200).optional().describe('Several at once'),
  spec: looseSpec.optional(),
  code: z.string().max(200_000).optional().describe('Your code: a module that exports execute(input, ctx)'),
  language: z.enum(['typescript', 'python']).optional().describe('Default typescript'),
  generator: z.enum(generatorNames).optional().describe(`Default: that of the spec; ${generatorNote}`),
  retries: z.int().min(0).max(10).optional().describe('Default 3'),
  supersedes: z.string().optional().describe('Capability that this is a better version of; its tests must pass too'),
});
export type GenerateInput = z.infer<typeof generateInput>;

export const codeBrief = z.object({
  instructions: z.string(),
  spec: jsonObject,
  tests: z.array(jsonValue),
  last_failure: z.string().optional(),
  survivors: z.array(z.string()).optional(),
});

export const generateResult = z.object({
  spec_id: z.string(),
  name: z.string(),
  status: z.enum(['admitted', 'rejected', 'inconclusive', 'brief']),
  capability: z.object({ name: z.string(), version: z.int(), kind: z.string(), uri: z.string() }).optional(),
  failed_stage: z.string().optional(),
  reasons: z.array(z.string()),
  attempts: z.int(),
  report_uri: z.string(),
  note: z.string().optional(),
});
export type GenerateResult = z.infer<typeof generateResult>;

export const generateOutput = z.object({
  results: z.array(generateResult),
  admitted: z.int(),
  brief: codeBrief.optional(),
  issues: z.array(specIssueSchema).optional().describe('Why a handed-in spec was refused'),
});
export type GenerateOutput = z.infer<typeof generateOutput>;
