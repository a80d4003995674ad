import * as z from 'zod';
import { jsonObject, jsonValue } from '../json.js';

export const evidenceSchemaVersion = 1;

/** The formats that an importer reads. */
export const logFormats = [
  'openai_chat',
  'tau_bench',
  'claude_code',
  'semantic_acts',
  'codex',
  'openai_responses',
  'tau2_bench',
  'swe_agent',
  'mapped',
  'otel_genai',
  'mcp_recording',
] as const;
export const formats = [...logFormats, 'capability_execution'] as const;
export type Format = (typeof formats)[number];

export const origins = ['file', 'client', 'execution'] as const;

const sha256Hex = z.string().length(64);

/** Whether a source is a file; what a client handed in and what a capability did is none. */
export function isFile(sourcePath: string): boolean {
  return !/^(?:client|execution):/.test(sourcePath);
}

/** Enough to find a record's bytes again and to prove that they are the same. */
export const provenanceSchema = z.strictObject({
  source_file: z
    .string()
    .describe(
      'The file as it was read, absolute; `client:` and a label where a client handed the text in; `execution:` and an id',
    ),
  byte_offset: z.int().min(0),
  byte_length: z.int().min(1),
  line: z.int().min(1).describe('1-based line in which the span starts'),
  pointer: z.string().nullable().describe('JSON pointer (RFC 6901) where the file is one document'),
  sig_hash: sha256Hex.describe('sha256 of the raw bytes of the span; never exported'),
  redacted_hash: sha256Hex.describe('sha256 of the canonical JSON of the span after redaction'),
  recorded_at: z.string(),
});
export type Provenance = z.infer<typeof provenanceSchema>;

/** A call as the log has it. `arguments` is null where they could not be parsed; `raw_arguments` then keeps the text. */
export const toolCallSchema = z.strictObject({
  id: z.string().nullable(),
  name: z.string(),
  arguments: jsonObject.nullable(),
  raw_arguments: z.string().nullable(),
});
export type ToolCall = z.infer<typeof toolCallSchema>;

export const toolResultSchema = z.strictObject({
  call_id: z.string().nullable(),
  name: z.string().nullable(),
  content: jsonValue.describe('parsed where the text was JSON, else the text'),
  is_error: z.boolean().nullable().describe('null where the log does not say'),
});
export type ToolResult = z.infer<typeof toolResultSchema>;

/** One semantic act that was already mined by someone else (the semantic acts format). */
export const latentCallSchema = z.looseObject({
  tool_category: z.string().optional(),
  operation: z.string().optional(),
  target_type: z.string().optional(),
  outcome: z.string().optional(),
});
export const semanticActSchema = z.strictObject({
  act_id: z.string(),
  intent: z.string(),
  action: z.string(),
  role: z.string().nullable(),
  grounding_ref: z.string().nullable(),
  source_seg_ids: z.array(z.string()),
  latent_calls: z.array(latentCallSchema),
});
export type SemanticAct = z.infer<typeof semanticActSchema>;

export const outcomeSchema = z.strictObject({
  kind: z.enum(['reward', 'tests', 'human', 'exit', 'status']),
  value: jsonValue.describe('a number for rewards (1 is full), a boolean or a word otherwise'),
  grader: z.string().describe('what said so, for example `tau_bench`'),
});
export type Outcome = z.infer<typeof outcomeSchema>;

/** What one record of a log is about. */
export const recordKinds = ['message', 'outcome', 'act', 'execution'] as const;

/** One normalized, validated, immutable record read from a log. */
export const evidenceRecordSchema = z.strictObject({
  schema_version: z.literal(evidenceSchemaVersion),
  evidence_id: sha256Hex,
  run_id: z.string(),
  session_id: z.string(),
  source_id: z.string(),
  format: z.enum(formats),
  native_id: z.string().nullable(),
  ordinal: z.int().min(0).describe('place in its run, from 0'),
  kind: z.enum(recordKinds),
  role: z.enum(['system', 'user', 'assistant', 'tool']).nullable(),
  /** false for text that stands in a user's place but that no person wrote (command echoes, reminders). */
  is_human: z.boolean(),
  is_sidechain: z.boolean(),
  is_abandoned: z
    .boolean()
    .optional()
    .describe('true on a branch that a person left by going back; such records are kept, but are no part of their run'),
  timestamp: z.string().nullable(),
  model: z.string().nullable(),
  text: z.string().nullable(),
  tool_calls: z.array(toolCallSchema),
  tool_result: toolResultSchema.nullable(),
  act: semanticActSchema.nullable(),
  outcome: outcomeSchema.nullable(),
  usage: z
    .strictObject({
      input_tokens: z.int().min(0),
      output_tokens: z.int().min(0),
      cost_usd: z.number().min(0).nullable(),
    })
    .nullable(),
  provenance: provenanceSchema,
});
export type EvidenceRecord = z.infer<typeof evidenceRecordSchema>;

/** A tool call with its name and arguments, without a result: what a task's author expected. */
export const expectedActionSchema = z.strictObject({ name: z.string(), arguments: jsonObject });

export const runSchema = z.strictObject({
  run_id: z.string(),
  session_id: z.string(),
  source_id: z.string(),
  source: z.string().describe('label of the source, what filters call `source`'),
  format: z.enum(formats),
  origin: z.enum(origins),
  native_id: z.string().nullable(),
  task_id: z.string().nullable(),
  trial: z.string().nullable(),
  project: z.string().nullable(),
  agent: z.string().nullable(),
  models: z.array(z.string()),
  task: z
    .strictObject({
      instruction: z.string().nullable(),
      expected_actions: z.array(expectedActionSchema),
      expected_outputs: z.array(z.string()).optional().describe('texts that the agent was to say; absent where none'),
    })
    .nullable(),
  outcome: outcomeSchema.nullable(),
  started_at: z.string().nullable(),
  ended_at: z.string().nullable(),
  records: z.int().min(0),
  calls: z.int().min(0),
  parent: z
    .strictObject({
      relation: z.enum(['sub_agent', 'fork']),
      run_id: z.string(),
      call_id: z.string().nullable().describe('of the call that started the sub-agent, where the log tells'),
    })
    .nullable()
    .optional()
    .describe('the run that this one came of'),
});
export type Run = z.infer<typeof runSchema>;

export const sourceSchema = z.strictObject({
  source_id: z.string(),
  source: z.string(),
  path: z
    .string()
    .describe('absolute; `client:` and a label where a client handed the text in; `execution:` and a capability'),
  origin: z.enum(origins),
  format: z.enum(formats),
  bytes: z.int().min(0),
  sha256: sha256Hex,
  importer: z.string().describe('importer and its version, for example tau_bench@1'),
  redaction_policy: z.string().describe('digest of the redaction rules in force'),
  imported_at: z.string(),
});
export type Source = z.infer<typeof sourceSchema>;

/** A tool as the log declares it, in the shape of JSON Schema. */
export const toolDefinitionSchema = z.strictObject({
  name: z.string(),
  description: z.string(),
  input_schema: jsonObject,
  /** true where no definition stood in the log and the schema was inferred from recorded arguments */
  inferred: z.boolean(),
  annotations: jsonObject.nullable(),
});
export type ToolDefinition = z.infer<typeof toolDefinitionSchema>;

/** A whole run: what scoring, mining, induction and data sets look at. Records are in order of `ordinal`. */
export interface RunTrace {
  readonly run: Run;
  readonly records: readonly EvidenceRecord[];
}
