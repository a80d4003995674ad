import * as z from 'zod';
import { jsonObject, jsonValue } from '../json.js';

export const namePattern = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;

export const observationStatuses = ['ok', 'missing', 'fail'] as const;

/** What a capability returns. */
export const observationSchema = z.strictObject({
  status: z.enum(observationStatuses),
  payload: jsonValue,
  prov: z.array(jsonValue),
  /** What kind of thing was observed, where the capability says so. */
  type: z.string().max(200).optional(),
});
export type Observation = z.infer<typeof observationSchema>;

/**
 * A call that the code makes in a test, with the recorded answer. `error` instead of `result` where the call failed.
 * The name `fetch` is of ctx.fetch: args { url, method, headers, body }, result { status, headers, body }.
 */
export const recordedAnswerSchema = z.strictObject({
  name: z.string(),
  args: jsonObject,
  result: jsonValue.optional(),
  error: z.string().optional(),
  /** The answer to every call of that name, whatever its arguments and however often it is made, or never. */
  any_args: z.boolean().optional(),
});
export type RecordedAnswer = z.infer<typeof recordedAnswerSchema>;

/** More than a spec needs and a judge can bear: each test is run many times, and answers of this length are made up. */
const maxTests = 2_000;
export const maxProvenance = 10_000;

export const expectedSchema = z.strictObject({
  status: z.enum(observationStatuses).optional(),
  payload: jsonValue.optional(),
  payload_contains: jsonObject.optional(),
  payload_keys: z.array(z.string()).optional(),
  prov_contains: z.array(jsonValue).optional(),
  prov_len: z.int().min(0).max(maxProvenance).optional(),
  payload_has: jsonObject.optional().describe('keys with exactly these values'),
  payload_text: z.record(z.string(), z.string()).optional().describe('keys whose value, as text, contains this'),
  type: z.string().optional(),
});

export const specTestSchema = z.strictObject({
  name: z.string().min(1).max(120),
  input: jsonObject,
  context: z.strictObject({ segments: z.array(z.strictObject({ id: jsonValue, text: z.string() })) }).optional(),
  calls: z.array(recordedAnswerSchema).optional(),
  now: z.string().optional(),
  seed: z.int().optional(),
  expected: expectedSchema,
});
export type SpecTest = z.infer<typeof specTestSchema>;

export const specSchema = z.strictObject({
  name: z.string().min(1).max(64),
  kind: z.enum(['primitive', 'skill']),
  summary: z.string().min(1).max(500),
  input_schema: jsonObject,
  output_schema: jsonObject,
  tests: z.array(specTestSchema).max(maxTests),
  dependencies: z
    .strictObject({ capabilities: z.array(z.string()).default([]), tools: z.array(z.string()).default([]) })
    .default({ capabilities: [], tools: [] }),
  properties: z.array(z.string()).default([]),
  permissions: z
    .strictObject({
      net: z
        .array(z.string())
        .default([])
        .describe(
          'hosts that ctx.fetch may reach, as "api.example.org" or "api.example.org:8443"; tests record the calls',
        ),
      packages: z
        .array(z.string())
        .optional()
        .describe('packages that the code imports, as "name" or "name@1.2.3"; TypeScript only'),
    })
    .default({ net: [] }),
  skip: z.string().nullable().default(null),
});
/** The spec as the contract has it; defaults filled in. */
export type Spec = z.infer<typeof specSchema>;

/** Why a spec was refused: a code, the JSON path of the trouble, and a message that says how to mend it. */
export const specIssueSchema = z.object({ code: z.string(), path: z.string(), message: z.string() });
export type SpecIssue = z.infer<typeof specIssueSchema>;

/** What the contract names and this version does not have. */
export const generatorNote = 'sampling: not yet';
export const generatorNames = ['auto', 'agent', 'openai', 'sampling', 'induction'] as const;
export type GeneratorName = (typeof generatorNames)[number];
export type ConcreteGenerator = Exclude<GeneratorName, 'auto'>;

/** A spec in the store. `spec.tests` are the visible ones; hidden tests live apart and are read by the gate alone. */
export interface SpecRecord {
  readonly spec_id: string;
  readonly spec: Spec;
  readonly generator: ConcreteGenerator;
  readonly cluster_id: string | null;
  readonly clustering_id: string | null;
  /** true where spec and code came in one call: then no test is hidden from the author. */
  readonly author_saw_all: boolean;
  readonly created_at: string;
}

/** What induction knows of a skill beside its spec: which runs it came from, and its program. */
export interface PatternRecord {
  readonly pattern_id: string;
  readonly clustering_id: string;
  readonly cluster_id: string | null;
  readonly spec_id: string;
  readonly code: string;
  readonly train_run_ids: readonly string[];
  readonly held_out_run_ids: readonly string[];
  /** recorded calls that the skill would stand for where the whole library is used, and in how many places */
  readonly calls_replaced: number;
  readonly occurrences: number;
  /** tools of the pattern that change state: the skill is destructive where there are any */
  readonly destructive_tools: readonly string[];
}

/** A program about to be run over hidden tests, by the hashes of both. */
export interface HiddenTry {
  readonly tests: readonly string[];
  readonly code: string;
}

export interface SpecStore {
  putSpec(record: SpecRecord, hiddenTests: readonly SpecTest[]): Promise<void>;
  getSpec(specId: string): Promise<SpecRecord | undefined>;
  listSpecs(
    filter: { clustering_id?: string; cluster_id?: string },
    limit: number,
    after?: string,
  ): Promise<SpecRecord[]>;
  /** For the gate only. Never shown, never exported. */
  hiddenTestsForGate(specId: string): Promise<SpecTest[]>;
  /** Counts a program against each test, unless it was counted before (`known`) or a test has had `limit` programs (`spent`). */
  takeHiddenTry(attempt: HiddenTry, limit: number): Promise<'taken' | 'known' | 'spent'>;
  giveBackHiddenTry(attempt: HiddenTry): Promise<void>;
  putPatterns(patterns: readonly PatternRecord[]): Promise<void>;
  patternOfSpec(specId: string): Promise<PatternRecord | undefined>;
  patternsOf(clusteringId: string): Promise<PatternRecord[]>;
  specIdsStartingWith(prefix: string, limit: number): Promise<string[]>;
}
