import type { z } from 'zod';
import type { WorkContext } from '../context.js';
import type { Language } from '../gate/model.js';
import type { JsonObject } from '../json.js';
import type { codeBrief, specBrief } from '../specs/contract.js';
import type { PatternRecord, Spec, SpecIssue, SpecRecord, SpecTest } from '../specs/model.js';

export type SpecBrief = z.infer<typeof specBrief>;
export type CodeBrief = z.infer<typeof codeBrief>;

export interface ProposeRequest {
  /** One cluster, or a whole clustering. */
  readonly clusteringId: string;
  readonly clusterId: string | null;
  /** Of a whole clustering, these clusters alone; absent means all. */
  readonly clusterIds?: readonly string[];
  readonly templateMode: 'none' | 'global' | 'per_cluster';
  readonly sampleSize: number;
  readonly maxTests: number;
  readonly maxClusters: number | null;
  readonly retries: number;
}

/** A spec with what belongs to it. Hidden tests are induction's own; for other generators the gate's drawing makes them. */
export interface Proposal {
  readonly spec: Spec;
  readonly clusterId: string | null;
  readonly hiddenTests: readonly SpecTest[];
  /** Pattern without its spec id, for induction only. */
  readonly pattern: Omit<PatternRecord, 'spec_id'> | null;
}

/** What induced skills make of the corpus, by description length: one for each name and each argument that is written. */
export interface Compression {
  readonly runs: number;
  readonly calls: number;
  readonly size_before: number;
  /** with the skills, and what they themselves take up */
  readonly size_after: number;
  /** what each skill saves of the size before, its own size aside, from 0 to 1, by name; in the order in which they were chosen */
  readonly shares: Readonly<Record<string, number>>;
}

export interface ProposeOutcome {
  readonly status: 'proposed' | 'brief' | 'skipped' | 'invalid';
  readonly proposals: readonly Proposal[];
  readonly issues: readonly SpecIssue[];
  readonly skipped: readonly { readonly cluster_id: string; readonly reason: string }[];
  readonly brief: SpecBrief | null;
  /** Of induction over a whole clustering. */
  readonly compression?: Compression;
  /** What a model wrote as a template for specs: one for all (no cluster), or one per cluster. */
  readonly templates?: readonly { readonly cluster_id: string | null; readonly template: JsonObject }[];
}

export interface CodeRequest {
  readonly record: SpecRecord;
  /** What the gate said to the attempt before; visible facts only. */
  readonly lastFailure: string | null;
  readonly lastCode: string | null;
  readonly attempt: number;
}

export type CodeOutcome =
  | { readonly kind: 'code'; readonly code: string; readonly language: Language }
  | { readonly kind: 'brief'; readonly brief: CodeBrief }
  /** `retry`: asking again with the reason as the last failure may help */
  | { readonly kind: 'none'; readonly reason: string; readonly retry?: boolean };

/** What proposes specs and candidates. It decides nothing. */
export interface Generator {
  readonly name: 'agent' | 'openai' | 'sampling' | 'induction';
  propose(request: ProposeRequest, context: WorkContext): Promise<ProposeOutcome>;
  generate(request: CodeRequest, context: WorkContext): Promise<CodeOutcome>;
}

export type SpecJson = JsonObject;
