import * as z from 'zod';
import { formats, origins, type RunTrace, type Source } from '../evidence/model.js';
import { type ScoredRun, scoreReasonSchema } from '../scoring/model.js';
import type { FlatMessage } from './conversation.js';

export const messageSource = z.strictObject({
  index: z
    .int()
    .min(0)
    .describe('place of the message in the row; a message made of several records stands here several times'),
  role: z.string(),
  evidence_id: z.string(),
  source_file: z.string(),
  byte_offset: z.int().min(0),
  byte_length: z.int().min(1),
  line: z.int().min(1),
  pointer: z.string().nullable(),
  redacted_hash: z.string(),
});

/** What stands in the sidecar beside one row. It never holds the hash of unredacted bytes. */
export const rowProvenanceSchema = z.strictObject({
  row_id: z.string().length(64).describe('sha256 of the canonical JSON (RFC 8785) of the row'),
  split: z.string(),
  group_key: z.string(),
  run_id: z.string(),
  task_id: z.string().nullable(),
  session_id: z.string(),
  sources: z.array(
    z.strictObject({
      source_id: z.string(),
      source: z.string(),
      source_file: z.string(),
      file_sha256: z.string(),
      format: z.enum(formats),
      origin: z.enum(origins),
      importer: z.string(),
      redaction_policy: z.string(),
    }),
  ),
  score: z.strictObject({
    category: z.literal('accepted'),
    reasons: z.array(scoreReasonSchema).min(1),
    scorer_version: z.string(),
    via: z.string(),
  }),
  tools_inferred: z.array(z.string()),
  failed_steps: z.array(z.int()).describe('places of assistant messages whose calls failed'),
  failed_steps_masked: z.boolean(),
  trimmed_messages: z.int().min(0).describe('messages after the last of the agent, left out'),
  messages: z.array(messageSource).min(1),
});
export type RowProvenance = z.infer<typeof rowProvenanceSchema>;

function messageSources(messages: readonly FlatMessage[]): RowProvenance['messages'] {
  return messages.flatMap((flat, index) =>
    flat.records.map((record) => ({
      index,
      role: flat.kind === 'said' ? flat.turn.role : 'tool',
      evidence_id: record.evidence_id,
      source_file: record.provenance.source_file,
      byte_offset: record.provenance.byte_offset,
      byte_length: record.provenance.byte_length,
      line: record.provenance.line,
      pointer: record.provenance.pointer,
      redacted_hash: record.provenance.redacted_hash,
    })),
  );
}

const describeSource = (source: Source): RowProvenance['sources'][number] => ({
  source_id: source.source_id,
  source: source.source,
  source_file: source.path,
  file_sha256: source.sha256,
  format: source.format,
  origin: source.origin,
  importer: source.importer,
  redaction_policy: source.redaction_policy,
});

export interface RowFacts {
  readonly rowId: string;
  readonly groupKey: string;
  readonly trace: RunTrace;
  readonly score: ScoredRun;
  readonly sources: readonly Source[];
  readonly messages: readonly FlatMessage[];
  readonly toolsInferred: readonly string[];
  readonly masked: boolean;
  readonly trimmed: number;
}

/**
 * The sidecar entry of a row, without its split, which is known only once every row is.
 * @throws ZodError where the score is not `accepted`: no other row can be described
 */
export function provenanceOf(facts: RowFacts): Omit<RowProvenance, 'split'> {
  const { run } = facts.trace;
  const failed = facts.messages.flatMap((flat, index) => (flat.kind === 'said' && flat.failed ? [index] : []));
  return rowProvenanceSchema.omit({ split: true }).parse({
    row_id: facts.rowId,
    group_key: facts.groupKey,
    run_id: run.run_id,
    task_id: run.task_id,
    session_id: run.session_id,
    sources: facts.sources.map(describeSource),
    score: {
      category: facts.score.category,
      reasons: facts.score.reasons,
      scorer_version: facts.score.scorer_version,
      via: facts.score.via,
    },
    tools_inferred: [...facts.toolsInferred],
    failed_steps: failed,
    failed_steps_masked: facts.masked && failed.length > 0,
    trimmed_messages: facts.trimmed,
    messages: messageSources(facts.messages),
  });
}
