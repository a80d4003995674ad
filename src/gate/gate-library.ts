import type { Spec } from '../specs/model.js';
import type { Language } from './model.js';

/** An admitted capability, as the gate needs it: what it promises and what it runs. */
export interface KnownCapability {
  readonly name: string;
  readonly version: number;
  readonly spec: Spec;
  readonly code: string;
  readonly language: Language;
}

/** All that the gate may see of the library. */
export interface GateLibrary {
  /** The current version under a name; undefined where there is none, or it is deprecated. */
  find(name: string): Promise<KnownCapability | undefined>;
  /** Current versions whose name and summary come nearest to those of a spec, best first; likeness is 0 to 1. */
  alike(
    spec: Spec,
    limit: number,
    signal: AbortSignal,
  ): Promise<readonly { readonly capability: KnownCapability; readonly likeness: number }[]>;
  /** Names of current versions whose report has this behavioural fingerprint. */
  withFingerprint(fingerprint: string): Promise<readonly string[]>;
}
