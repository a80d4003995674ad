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

export const changeActions = ['admit', 'promote', 'deprecate', 'rollback', 'regate'] as const;
export type ChangeAction = (typeof changeActions)[number];

/** What was done to a version, from its admission on: through whom, and why. */
export interface Change {
  readonly change_id: string;
  readonly name: string;
  readonly version: number;
  readonly action: ChangeAction;
  /** States, and the current version where that moves: as `changes.ts` writes them. */
  readonly before: string;
  readonly after: string;
  readonly reason: string | null;
  /** of a regate */
  readonly report: GateReport | null;
  readonly via: 'cli' | 'mcp' | 'elicited';
  readonly at: string;
}

export interface StateStep {
  readonly version: number;
  readonly from: State;
  readonly to: State;
}

/** What becomes of one name in one transaction: all of it, or nothing where anything is otherwise than expected. */
export interface Move {
  readonly name: string;
  /** A step from a state to itself only expects it. */
  readonly states: readonly StateStep[];
  /** Equal where the current version stays. */
  readonly current: { readonly from: number; readonly to: number };
  readonly change: Change;
}

export interface ChangeFilter {
  readonly version?: number;
  readonly actions?: readonly ChangeAction[];
  /** Only those that carry a gate report. */
  readonly judged?: boolean;
}

export interface LibraryStore {
  putAttempt(attempt: Attempt): Promise<void>;
  getAttempt(attemptId: string): Promise<Attempt | undefined>;
  attemptsOfSpec(specId: string): Promise<Attempt[]>;
  /**
   * Adds a version; the same content again returns the version it already has. The new one becomes the current one,
   * unless the current one is `active`: what has earned its place does not lose it to what was never used.
   * `expectedCurrent` is compare-and-swap on the current version (null: the name must be free).
   * @param record what to write into the history, in the same transaction
   */
  admit(
    capability: Omit<CapabilityVersion, 'version' | 'supersedes'>,
    expectedCurrent: number | null,
    record?: (admitted: CapabilityVersion, current: number) => Change,
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
  /** Current versions whose code calls this capability, in order of name. */
  callersOf(name: string): Promise<CapabilityVersion[]>;
  /** Compare-and-swap; false, and nothing written, where the name is not as the move expects it. */
  move(move: Move): Promise<boolean>;
  putChange(change: Change): Promise<void>;
  /** Newest first. */
  changesOf(name: string, limit: number, filter?: ChangeFilter): Promise<Change[]>;
  /** How many names there are, by kind and state of their current version. */
  count(filter: { kind?: string | undefined; state?: string | undefined }): Promise<number>;
  /** Every current version with the hash of its text to embed. */
  textHashes(): Promise<{ name: string; version: number; state: State; text_hash: string }[]>;
  /** The texts to embed, by name. */
  textsOf(names: readonly string[]): Promise<Map<string, string>>;
  searchText(query: string, limit: number): Promise<{ name: string; score: number }[]>;
  putExecution(execution: Execution): Promise<void>;
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
