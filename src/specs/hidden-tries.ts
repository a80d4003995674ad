import type { Config } from '../config.js';
import type { Candidate, Gate, GateReport } from '../gate/model.js';
import { gateSettings } from '../gate/settings.js';
import { hashOf } from '../hash.js';
import type { JsonValue } from '../json.js';
import type { SpecStore, SpecTest } from './model.js';

export interface TryDeps {
  readonly config: Config;
  readonly store: { readonly specs: Pick<SpecStore, 'takeHiddenTry' | 'giveBackHiddenTry'> };
  readonly gate: Gate;
}

/** Whether the gate ran the code over hidden tests. */
function reachedHidden({ stages }: GateReport): boolean {
  return stages.some(({ stage, status }) => stage === 'hidden' && (status === 'passed' || status === 'failed'));
}

/** What a test asks, whatever it is called: under another name it tells the same. */
function askedBy({ name: _, ...asked }: SpecTest): string {
  return hashOf(asked);
}

/**
 * Judges code that may be one of many tries to find out what hidden tests hold: whoever hands in a program for each
 * question gets an answer to each. Only so many programs are run over a hidden test; what fails before it is not counted.
 * @param program what tells one try from another
 * @returns `spent` where a hidden test has been tried by as many programs as the operator allows
 */
export async function judgeCounted(
  { config, store, gate }: TryDeps,
  candidate: Candidate,
  { program, signal }: { readonly program: JsonValue; readonly signal: AbortSignal },
): Promise<GateReport | 'spent'> {
  const attempt = { tests: candidate.hiddenTests.map(askedBy), code: hashOf(program) };
  const counted = await store.specs.takeHiddenTry(attempt, gateSettings(config).hiddenTries);
  if (counted === 'spent') return 'spent';
  let reached = false;
  try {
    const report = await gate.judge(candidate, signal);
    reached = reachedHidden(report);
    return report;
  } finally {
    if (counted === 'taken' && !reached && !signal.aborted) await store.specs.giveBackHiddenTry(attempt);
  }
}
