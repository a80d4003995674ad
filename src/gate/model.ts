import * as z from 'zod';
import type { Spec, SpecTest } from '../specs/model.js';

/** The stages, in order. A stage that this version does not run is listed in the report as `not_run` with the reason. */
export const stageCodes = [
  'static',
  'contract',
  'visible',
  'hidden',
  'properties',
  'determinism',
  'special_case',
  'strength',
  'composition',
  'novelty',
] as const;
export type StageCode = (typeof stageCodes)[number];

export const languages = ['typescript', 'python'] as const;
export type Language = (typeof languages)[number];

/** How a call in the sandbox can fail. */
export const failureReasons = [
  'static_reject',
  'load_error',
  'no_export',
  'throw',
  'timeout',
  'never_settles',
  'bad_output',
  'too_big',
  'mismatch',
  'memory_heap',
  'memory_rss',
  'output_flood',
  'wall_timeout',
  'exit',
  'protocol',
] as const;
export type FailureReason = (typeof failureReasons)[number];

export const verdicts = ['admitted', 'rejected', 'inconclusive'] as const;
export type Verdict = (typeof verdicts)[number];

export const stageResultSchema = z.strictObject({
  stage: z.enum(stageCodes),
  status: z.enum(['passed', 'failed', 'inconclusive', 'not_run']),
  duration_ms: z.number(),
  checked: z.int().describe('cases looked at'),
  reasons: z.array(z.string()).describe('for hidden cases the property that failed, never a value'),
  evidence: z.record(z.string(), z.unknown()),
});
export type StageResult = z.infer<typeof stageResultSchema>;

export const gateReportSchema = z.strictObject({
  schema_version: z.literal(1),
  verdict: z.enum(verdicts),
  failed_stage: z.enum(stageCodes).nullable(),
  reasons: z.array(z.string()),
  stages: z.array(stageResultSchema),
  language: z.enum(languages),
  code_sha256: z.string(),
  visible_tests: z.int(),
  hidden_tests: z.int(),
  author_saw_all: z.boolean(),
  runtime: z.strictObject({
    fingerprint: z.string().describe('runtime name, version and platform'),
    isolation: z.array(z.string()).describe('the walls that were really up'),
    packages: z
      .strictObject({ names: z.array(z.string()), sha256: z.string() })
      .optional()
      .describe('name@version of the packages that were bundled, and the hash of the bundle'),
  }),
  gate_version: z.string(),
});
export type GateReport = z.infer<typeof gateReportSchema>;

/** What the gate judges. `inheritedTests` are those of the capability that this one supersedes. */
export interface Candidate {
  readonly spec: Spec;
  readonly code: string;
  readonly language: Language;
  readonly visibleTests: readonly SpecTest[];
  readonly hiddenTests: readonly SpecTest[];
  readonly inheritedTests: readonly SpecTest[];
  readonly authorSawAll: boolean;
}

export interface Gate {
  judge(candidate: Candidate, signal: AbortSignal): Promise<GateReport>;
}
