import * as z from 'zod';
import type { GateReport, Language } from '../gate/model.js';
import type { JsonObject, JsonValue } from '../json.js';
import type { ConcreteGenerator, Observation, Spec, SpecTest } from '../specs/model.js';

export const states = ['candidate', 'staged', 'active', 'deprecated'] as const;
export const stateSchema = z.enum(states);
export type State = z.infer<typeof stateSchema>;

/** One admitted version: content-addressed, with the report that admitted it. */
export interface CapabilityVersion {
  readonly name: string;
  readonly version: number;
  /** The version that was current when this one was admitted, whose tests it must pass as well; null for a first one. */
  readonly supersedes: number | null;
  readonly kind: 'primitive' | 'skill';
  readonly content_hash: string;
  readonly spec: Spec;
  readonly code: string;
  readonly language: Language;
  readonly spec_id: string;
  readonly attempt_id: string;
  readonly generator: ConcreteGenerator;
  readonly report: GateReport;
  readonly destructive: boolean;
  readonly state: State;
  readonly created_at: string;
}

/** Every try at generating code with what the gate said, admitted or not. */
export interface Attempt {
  readonly attempt_id: string;
  readonly spec_id: string;
  readonly ordinal: number;
  readonly generator: ConcreteGenerator;
  readonly code: string;
  readonly language: Language;
  readonly report: GateReport;
  readonly capability: { readonly name: string; readonly version: number } | null;
  readonly created_at: string;
}

export interface Execution {
  readonly execution_id: string;
  readonly name: string;
  readonly version: number;
  readonly input: JsonObject;
  readonly observation: Observation | null;
  readonly error: string | null;
  readonly calls: readonly {
    readonly name: string;
    readonly args: JsonValue;
    readonly result: JsonValue | null;
    readonly failed: boolean;
  }[];
  readonly dry_run: boolean;
  readonly duration_ms: number;
  readonly at: string;
  readonly via: 'cli' | 'mcp' | 'elicited';
}

/** A dry run that a later call with the same input may be confirmed by. Used once. */
export interface Plan {
  readonly plan_id: string;
  readonly name: string;
  readonly version: number;
  readonly input_hash: string;
  readonly planned_calls: readonly PlannedCall[];
  readonly created_at: string;
}

/** A call that a dry run left out because it changes something. */
export interface PlannedCall {
  readonly name: string;
  readonly args: JsonValue;
  /** JSON pointers into `args` whose values are known only once the calls before are really made. */
  readonly open?: readonly string[];
}

/** What was done to a version after it was admitted, through whom, and why. */
export interface Change {
  readonly change_id: string;
  readonly name: string;
  readonly version: number;
  readonly action: 'promote' | 'deprecate' | 'rollback' | 'regate';
  readonly before: string;
  readonly after: string;
  readonly reason: string | null;
  /** of a regate */
  readonly report: GateReport | null;
  readonly via: 'cli' | 'mcp' | 'elicited';
  readonly at: string;
}

export interface CapabilityHit {
  readonly capability: CapabilityVersion;
  readonly score: number;
  readonly executions: number;
  readonly successes: number;
}

export interface LibraryStore {
  putAttempt(attempt: Attempt): Promise<void>;
  getAttempt(attemptId: string): Promise<Attempt | undefined>;
  attemptsOfSpec(specId: string): Promise<Attempt[]>;
  /**
   * Adds a version and makes it the current one; the same content again returns the version it already has.
   * `expectedCurrent` is compare-and-swap on the current version (null: the name must be free).
   */
  admit(
    capability: Omit<CapabilityVersion, 'version' | 'supersedes'>,
    expectedCurrent: number | null,
  ): Promise<CapabilityVersion>;
  /** Without a version: the current one. */
  get(name: string, version?: number): Promise<CapabilityVersion | undefined>;
  versions(name: string): Promise<CapabilityVersion[]>;
  list(
    filter: { kind?: string | undefined; state?: string | undefined },
    limit: number,
    afterName?: string,
  ): Promise<CapabilityVersion[]>;
  namesStartingWith(prefix: string, limit: number): Promise<string[]>;
  /** Compare-and-swap; `change` is written in the same transaction, and only where the swap was made. */
  setState(name: string, version: number, state: State, expected: State, change?: Change): Promise<boolean>;
  setCurrent(name: string, version: number, expectedCurrent: number, change?: Change): Promise<boolean>;
  putChange(change: Change): Promise<void>;
  /** Newest first. */
  changesOf(name: string, limit: number): Promise<Change[]>;
  /** How many names there are, by kind and state of their current version. */
  count(filter: { kind?: string | undefined; state?: string | undefined }): Promise<number>;
  /** Name and hash of the text to embed of every current version. */
  textHashes(): Promise<{ name: string; text_hash: string }[]>;
  /** The texts to embed, by name. */
  textsOf(names: readonly string[]): Promise<Map<string, string>>;
  searchText(query: string, limit: number): Promise<{ name: string; score: number }[]>;
  putExecution(execution: Execution): Promise<void>;
  executionCounts(names: readonly string[]): Promise<Map<string, { executions: number; successes: number }>>;
  /** Of real runs of one version: how many, how many ended in an observation that keeps its promise, how many in `ok`. */
  useOf(name: string, version: number): Promise<{ executions: number; kept: number; ok: number }>;
  getExecution(executionId: string): Promise<Execution | undefined>;
  executionsOf(name: string, limit: number): Promise<Execution[]>;
  putPlan(plan: Plan): Promise<void>;
  /** Returns the plan and forgets it. */
  takePlan(planId: string): Promise<Plan | undefined>;
  /** Returned for regate: the visible tests as stored and the hidden ones of its spec. */
  testsForGate(name: string, version: number): Promise<{ visible: SpecTest[]; hidden: SpecTest[] }>;
}
