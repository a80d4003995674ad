import * as z from 'zod';
import { jsonObject } from '../json.js';
import { scoreReasonSchema } from '../scoring/model.js';
import { messageSource, rowProvenanceSchema } from './provenance.js';

const text = z.string().min(1);
const provenance = z.array(messageSource).min(1).describe('the records that the sample was made of');
const standing = {
  schema_version: z.literal(1),
  sample_id: text,
  task_id: z.string().nullable(),
};

/** A row of a data set for supervised fine-tuning with what proves it. Nothing but `accepted` may ever stand here. */
export const sftSampleSchema = z.strictObject({
  ...standing,
  run_id: text,
  instruction: text.describe('what was asked first'),
  response: text.describe('what the agent said or called last'),
  row: jsonObject.describe('the row as it is trained on'),
  quality_score: z.literal('accepted'),
  reasons: z.array(scoreReasonSchema).min(1),
  scorer_version: text,
  split: text,
  sources: rowProvenanceSchema.shape.sources,
  provenance,
});
export type SftSample = z.infer<typeof sftSampleSchema>;

/** A passage to be found again. What is only partly good is in it, and marked. */
export const ragSampleSchema = z.strictObject({
  ...standing,
  run_id: text,
  title: text,
  content: text,
  tags: z.array(z.string()),
  task_type: text,
  success_score: z.enum(['accepted', 'partially_accepted']),
  reasons: z.array(scoreReasonSchema).min(1),
  scorer_version: text,
  provenance,
});
export type RagSample = z.infer<typeof ragSampleSchema>;

/** Two answers to one request, of two runs, with why the one is better. */
export const preferenceSampleSchema = z
  .strictObject({
    ...standing,
    prompt: text,
    chosen: text,
    rejected: text,
    reason: text.describe('why the one was chosen'),
    source_run_ids: z.strictObject({ chosen: text, rejected: text }),
    scorer_version: text,
    provenance: z.strictObject({ chosen: provenance, rejected: provenance }),
  })
  .refine((sample) => sample.chosen !== sample.rejected, { path: ['rejected'], message: 'is the same as chosen' })
  .refine(({ source_run_ids: runs }) => runs.chosen !== runs.rejected, {
    path: ['source_run_ids'],
    message: 'both are of one run',
  });
export type PreferenceSample = z.infer<typeof preferenceSampleSchema>;

interface Said {
  readonly role?: unknown;
  readonly content?: unknown;
  readonly tool_calls?: unknown;
}

function saidBy(row: { readonly [key: string]: unknown }): Said[] {
  const { messages } = row;
  return Array.isArray(messages) ? messages.filter((one) => typeof one === 'object' && one !== null) : [];
}

const wordsOf = ({ content, tool_calls }: Said): string =>
  typeof content === 'string' && content !== '' ? content : tool_calls === undefined ? '' : JSON.stringify(tool_calls);

/**
 * A row with its sidecar entry, as one record.
 * @throws ZodError where the row is not of an accepted run, or has no provenance
 */
export function sftSampleOf(row: z.infer<typeof jsonObject>, entry: z.infer<typeof rowProvenanceSchema>): SftSample {
  const said = saidBy(row);
  const request = said.find((one) => one.role === 'user');
  const answer = said.findLast((one) => one.role === 'assistant');
  return sftSampleSchema.parse({
    schema_version: 1,
    sample_id: entry.row_id,
    task_id: entry.task_id,
    run_id: entry.run_id,
    instruction: request && wordsOf(request),
    response: answer && wordsOf(answer),
    row,
    quality_score: entry.score.category,
    reasons: entry.score.reasons,
    scorer_version: entry.score.scorer_version,
    split: entry.split,
    sources: entry.sources,
    provenance: entry.messages,
  });
}
