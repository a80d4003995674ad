import * as z from 'zod';

export const categories = ['accepted', 'partially_accepted', 'rejected', 'needs_human_review'] as const;
export type Category = (typeof categories)[number];

export const scoreReasonSchema = z.strictObject({
  marker: z.string().describe('code of the rule that spoke, for example `reward_full`'),
  severity: z.enum(['block', 'warn', 'info']),
  message: z.string(),
  evidence_id: z.string().nullable().describe('the record it rests on; null where it rests on the run as a whole'),
});

export type ScoreReason = z.infer<typeof scoreReasonSchema>;

/** The judgement of one run by one version of the scorer. Reasons are never empty. */
export const scoredRunSchema = z.strictObject({
  schema_version: z.literal(1),
  run_id: z.string(),
  category: z.enum(categories),
  reasons: z.array(scoreReasonSchema).min(1),
  scorer_version: z.string(),
  input_hash: z.string().describe('hash of the records the score was made from: the same input is not scored twice'),
  scored_at: z.string(),
  via: z.enum(['cli', 'mcp', 'elicited']),
  anchor_grounding: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('share of the reasons that name the record they rest on; counted when the score is read'),
});
export type ScoredRun = z.infer<typeof scoredRunSchema>;

/** The share of reasons that rest on a record and not on the run as a whole. */
export function groundingOf(reasons: readonly ScoreReason[]): number {
  return reasons.filter((reason) => reason.evidence_id !== null).length / Math.max(1, reasons.length);
}

export const overrideSchema = z.strictObject({
  run_id: z.string(),
  category: z.enum(categories),
  reason: z.string().min(1),
  at: z.string(),
  via: z.enum(['cli', 'elicited']),
});
export type Override = z.infer<typeof overrideSchema>;

export const suggestionSchema = z.strictObject({
  run_id: z.string(),
  category: z.enum(categories),
  reason: z.string().min(1),
  at: z.string(),
  via: z.enum(['cli', 'mcp', 'elicited']),
});
export type Suggestion = z.infer<typeof suggestionSchema>;

export interface ScoreStore {
  /** Adds nothing where the same version already scored the same input. */
  putScores(scores: readonly ScoredRun[]): Promise<void>;
  /** What counts for a run now: a person's override, else a suggestion's `needs_human_review`, else the newest score. */
  effective(runIds: readonly string[]): Promise<Map<string, ScoredRun>>;
  /** What counted for runs at a time (overrides and suggestions until then, too), or what one scorer version said. */
  at(runIds: readonly string[], point: { until: string } | { scorer_version: string }): Promise<Map<string, ScoredRun>>;
  putOverride(override: Override): Promise<void>;
  /** All of them or none. */
  putOverrides(overrides: readonly Override[]): Promise<void>;
  /** Takes back what a person has just said; what was said before stands again. Returns how many were there. */
  removeOverrides(overrides: readonly Override[]): Promise<number>;
  putSuggestion(suggestion: Suggestion): Promise<void>;
  getOverride(runId: string): Promise<Override | undefined>;
  suggestions(runId: string): Promise<Suggestion[]>;
  /** Run ids that this scorer version has not scored, or that have grown since it did, in order. */
  unscored(scorerVersion: string, limit: number, after?: string): Promise<string[]>;
  /** Run ids that this scorer version judged at or after `since`, in order, after `page.after`. */
  scoredSince(scorerVersion: string, since: string, page: { limit: number; after?: string }): Promise<string[]>;
}
