import type { Via, WorkContext } from '../context.js';
import type { GateReport } from '../gate/model.js';
import type { ConcreteGenerator, Spec } from '../specs/model.js';
import type {
  CallCapabilityInput,
  CallCapabilityOutput,
  ManageCapabilityInput,
  ManageCapabilityOutput,
  Regated,
  RegateScope,
  SearchCapabilitiesInput,
  SearchCapabilitiesOutput,
} from './contract.js';
import type { CapabilityVersion } from './model.js';

export interface Admission {
  readonly spec: Spec;
  readonly code: string;
  readonly language: 'typescript' | 'python';
  readonly spec_id: string;
  readonly attempt_id: string;
  readonly generator: ConcreteGenerator;
  readonly report: GateReport;
  /** Name of the capability that this is a new version of; null for a new name. */
  readonly supersedes: string | null;
  /** The version of it whose tests the gate ran: where another is current by now, nothing is admitted. */
  readonly supersedes_version?: number;
  readonly destructive: boolean;
  /** Who had it judged; for the history. */
  readonly via: Via;
}

/** Without a name: the whole library. */
export interface RegateRequest {
  readonly name?: string;
  readonly version?: number | undefined;
  readonly scope: RegateScope;
  readonly reason?: string | undefined;
}

/** What became of the callers of a capability that has another current version now. */
export interface Callers {
  readonly regated: readonly Regated[];
  /** Names of those that were too many for one go. */
  readonly left: readonly string[];
}

/** Asks the person, where the client can; undefined where it cannot. */
export type Confirm = (question: string) => Promise<boolean | undefined>;

export interface LibraryService {
  /**
   * Only what the gate admitted. The new version is the current one, unless the current one is active.
   * @throws FoundryError conflict where the name is taken or moved on meanwhile
   */
  admit(admission: Admission): Promise<CapabilityVersion>;
  search(input: SearchCapabilitiesInput): Promise<SearchCapabilitiesOutput>;
  /** @param confirm how to ask the person about a capability that changes things */
  call(input: CallCapabilityInput, context: WorkContext, confirm: Confirm): Promise<CallCapabilityOutput>;
  manage(input: ManageCapabilityInput, context: WorkContext): Promise<ManageCapabilityOutput>;
  /** Whether managing means judging, which can take longer than a client waits: then it is done as a job. */
  takesLong(input: Pick<ManageCapabilityInput, 'name' | 'version' | 'action'>): Promise<boolean>;
  /** Judges again: one capability, it and what calls it, or (without a name) the whole library. */
  regate(request: RegateRequest, context: WorkContext): Promise<Regated[]>;
  /** Judges again what calls a capability and was judged with another version of it than the current one. */
  regateCallers(name: string, context: WorkContext): Promise<Callers>;
  /** Summaries of capabilities that come close to a text, for briefs. */
  related(text: string, limit: number): Promise<{ name: string; summary: string }[]>;
  /** The Agent Skill of a capability: relative path to text. */
  skillFiles(name: string, version?: number): Promise<Record<string, string>>;
}
