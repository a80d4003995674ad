import type { Config } from '../config.js';

/** What the operator may set about judging, with the defaults filled in. */
export interface GateSettings {
  readonly timeoutMs: number;
  /** How many different programs may be run over a hidden test. */
  readonly hiddenTries: number;
  /** Share of the mutants that are not equivalent which the tests must kill. */
  readonly mutationKillRate: number;
  /** At most so many mutants; 0: none are run. */
  readonly mutants: number;
  readonly mutationTimeMs: number;
  /** Informative probes on which two capabilities must agree to be near-duplicates. */
  readonly noveltyProbes: number;
  /** Likeness of name and summary, 0 to 1, from which one is noted. */
  readonly noveltyLikeness: number;
}

export function gateSettings({ file }: Pick<Config, 'file'>): GateSettings {
  const gate = file.gate;
  return {
    timeoutMs: gate?.test_timeout_ms ?? 3_000,
    hiddenTries: gate?.hidden_tries ?? 6,
    mutationKillRate: gate?.mutation_kill_rate ?? 0.8,
    mutants: gate?.mutants ?? 60,
    mutationTimeMs: gate?.mutation_time_ms ?? 20_000,
    noveltyProbes: gate?.novelty_probes ?? 5,
    noveltyLikeness: gate?.novelty_likeness ?? 0.95,
  };
}
