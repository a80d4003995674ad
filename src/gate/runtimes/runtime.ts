import type { Permissions } from '../../grants.js';
import type { JsonObject, JsonValue } from '../../json.js';
import type { FailureReason, Language } from '../model.js';
import type { PossibleFaults } from '../mutation/edits.js';
import type { AbsentWall, WallName } from '../walls.js';

/** A call out of the sandbox. The host decides what the answer is; a rejection reaches the code as a typed error. */
export interface CallRequest {
  readonly name: string;
  readonly args: JsonValue;
}
export type CallHandler = (call: CallRequest, signal: AbortSignal) => Promise<JsonValue>;

export interface Invocation {
  readonly input: JsonObject;
  readonly context: JsonValue;
  /** ISO time that ctx.now() gives. */
  readonly now: string;
  /** Seed of ctx.random(). */
  readonly seed: number;
  /** What Date and Math.random would show if the code reached for them: varied by the determinism stage. */
  readonly ambient?: { readonly now: string; readonly seed: number };
  /** Locale and time zone of the process, varied by the determinism stage for code that looks at them. */
  readonly place?: { readonly locale: string; readonly timezone: string };
  readonly timeoutMs: number;
  /** Names that can be called; the call itself decides, this only tells code that looks before it calls. */
  readonly dependencies?: readonly string[];
  readonly onCall: CallHandler;
}

export type InvokeOutcome =
  /** `value` is the parsed JSON that execute returned; nobody has checked its shape yet. */
  | {
      readonly ok: true;
      readonly value: JsonValue;
      /** true where the code changed the input that it was given */
      readonly inputChanged?: boolean;
      /** true where the code could see locale or time zone; left out, it surely could not */
      readonly seesPlace?: boolean;
      readonly durationMs: number;
      readonly logs: string;
    }
  | {
      readonly ok: false;
      readonly reason: FailureReason;
      readonly message: string;
      readonly durationMs: number;
      readonly logs: string;
    };

/** Packages made into one program text, and which they are. */
export interface BundledPackages {
  /** `name@version` of every package that went in, those that the named ones need among them */
  readonly names: readonly string[];
  readonly sha256: string;
}

/** How code is opened: `pooled` where it is admitted or a mutant, `packages` as its spec declares them. */
export interface Opening {
  readonly pooled?: boolean;
  /** The session will be asked to forget: what that takes is kept from the start. */
  readonly forgets?: boolean;
  readonly packages?: readonly string[] | undefined;
}

/** The opening of code that is admitted. */
export function openingOf({ permissions }: { readonly permissions: Permissions }): Opening {
  return { pooled: true, packages: permissions.packages };
}

/** One candidate loaded in a process of its own (or out of a pool, for admitted code). Every invocation gets a fresh context. */
export interface SandboxSession {
  /** The packages that the code was given; absent where it asks for none. */
  readonly packages?: BundledPackages | undefined;
  invoke(invocation: Invocation, signal: AbortSignal): Promise<InvokeOutcome>;
  /** Nothing that the code left behind so far is seen by later invocations; absent where no invocation sees anything of another. */
  forget?(): Promise<void>;
  close(): Promise<void>;
}

export interface SandboxHealth {
  readonly available: boolean;
  readonly fingerprint: string;
  /** The walls that are up: around every process that is handed out, for one without them is not. */
  readonly isolation: readonly WallName[];
  /** The walls that are not, and why. */
  readonly absent: readonly AbsentWall[];
  readonly detail: string;
}

/** What the syntax tree says of code, without running it. */
export interface CodeFacts {
  /** Why the code may not run; empty where it may. */
  readonly problems: readonly string[];
  /** What is allowed and makes answers depend on the surroundings. */
  readonly flags: readonly string[];
  readonly strings: readonly string[];
  readonly numbers: readonly number[];
  /** Lists and tables that are written out, as JSON. */
  readonly lists: readonly string[];
  /** Values that the code works with, in the order of the text: no keys, no descriptions. */
  readonly values: readonly (string | number)[];
}

/**
 * Sessions for variants of one author's code. They share what the language's sandbox lets them share with one another,
 * and nothing with the code under judgement or with other candidates; no invocation finds what another one left behind.
 */
export interface SessionGroup {
  /** @throws FoundryError sandbox_unavailable where the required isolation is not to be had. */
  open(code: string): Promise<SandboxSession>;
  close(): Promise<void>;
}

export interface Sandbox {
  readonly language: Language;
  /** Reads code of a language that the host does not parse itself. @throws FoundryError sandbox_unavailable */
  inspect?(code: string): Promise<CodeFacts>;
  /** The small faults that can be put into such code; undefined where they cannot be found. @throws FoundryError sandbox_unavailable */
  possibleFaults?(code: string): Promise<PossibleFaults | undefined>;
  /** @throws FoundryError sandbox_unavailable where the required isolation is not to be had. */
  open(code: string, options?: Opening): Promise<SandboxSession>;
  /** The variants may import these packages, as the code that they are made of. */
  openGroup(packages?: readonly string[]): SessionGroup;
  health(): Promise<SandboxHealth>;
  close(): Promise<void>;
}
