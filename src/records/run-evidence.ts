import * as z from 'zod';
import { publicProvenance } from '../evidence/contract.js';
import { evidenceRecordSchema, formats, origins, outcomeSchema } from '../evidence/model.js';
import { factSchema, groundSchema, modelRoleSchema, scratchpadSummarySchema } from '../knowledge/model.js';
import { overrideSchema, scoreReasonSchema } from '../scoring/model.js';

const sha256Hex = z.string().length(64);

const commandRun = z.strictObject({
  command: z.string().min(1).describe('the command of a shell, else the tool with its arguments'),
  failed: z.boolean(),
  evidence_id: sha256Hex,
});

/** Where a record stands, as it may leave the store: never with the hash of what stood there before redaction. */
const place = z.strictObject({ ...publicProvenance.shape, recorded_at: z.string().min(1) });
const span = place.extend({ evidence_id: sha256Hex });

/** All that the streams say of one run, joined: its records, scores, a person's override, clients' suggestions. */
export const runEvidenceSchema = z.strictObject({
  schema_version: z.literal(1),
  kind: z.literal('run'),
  evidence_id: sha256Hex.describe('sha256 of the canonical JSON of this record without its id'),
  run_id: z.string().min(1),
  task_id: z.string().nullable(),
  task_type: z.string().min(1),
  timestamp: z.string().nullable().describe('when the run began, where the log says'),
  ended_at: z.string().nullable(),
  format: z.enum(formats),
  origin: z.enum(origins),
  model_name: z.string().nullable().describe('the first of the main line; null where the log names none'),
  model_role: modelRoleSchema,
  models: z.array(z.string()),
  input_hash: sha256Hex.describe('sha256 over what people and the system said'),
  output_hash: sha256Hex.describe('sha256 over what the agent said and called'),
  source_files: z.array(z.string()).min(1),
  commands_run: z.array(commandRun),
  retrieved_context: z.array(factSchema).describe('what reading calls were asked, by tool'),
  observer_notes: z
    .array(z.strictObject({ text: z.string(), at: z.string(), via: z.string() }))
    .describe('suggestions'),
  scratchpad_summary: scratchpadSummarySchema.nullable(),
  success_markers: z.array(scoreReasonSchema),
  failure_markers: z.array(scoreReasonSchema),
  validation_results: z.array(outcomeSchema.extend({ evidence_id: sha256Hex })),
  human_override: overrideSchema.nullable(),
  records: z.array(groundSchema).min(1).describe('the evidence records it was joined from, in order'),
  provenance: z.array(span).min(1),
});
export type RunEvidence = z.infer<typeof runEvidenceSchema>;

/** An evidence record as it may leave the store. */
const lineEvidenceSchema = evidenceRecordSchema.extend({
  provenance: place,
});

/** What one place of a log says, or (kind `run`) what all streams say of one run. */
export const anyEvidenceSchema = z.discriminatedUnion('kind', [
  runEvidenceSchema,
  lineEvidenceSchema.extend({ kind: evidenceRecordSchema.shape.kind }),
]);
