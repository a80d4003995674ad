import type { JsonObject, JsonValue } from '../../json.js';
import type { FailureReason, Language } from '../model.js';
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

/** One candidate loaded in a process of its own (or out of a pool, for admitted code). Every invocation gets a fresh context. */
export interface SandboxSession {
  invoke(invocation: Invocation, signal: AbortSignal): Promise<InvokeOutcome>;
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
}

export interface Sandbox {
  readonly language: Language;
  /** Reads code of a language that the host does not parse itself. @throws FoundryError sandbox_unavailable */
  inspect?(code: string): Promise<CodeFacts>;
  /** @throws FoundryError sandbox_unavailable where the required isolation is not to be had. */
  open(code: string, options?: { readonly pooled?: boolean }): Promise<SandboxSession>;
  health(): Promise<SandboxHealth>;
  close(): Promise<void>;
}
