import type { Invocation, InvokeOutcome } from '../runtime.js';
import { type Ambience, plainAmbience } from '../typescript/deno-command.js';

/** Failures after which the interpreter goes on: the code ended by itself. */
export const harmless = new Set(['throw', 'bad_output', 'too_big', 'load_error', 'no_export']);

export function ambienceOf({ ambient }: Invocation): Ambience {
  return ambient ? { locale: ambient.locale, timezone: ambient.timezone } : plainAmbience;
}

/** A loop cannot be interrupted from within, so the host's timer is the code's own. */
export function named(outcome: InvokeOutcome): InvokeOutcome {
  if (outcome.ok || outcome.reason !== 'wall_timeout') return outcome;
  return { ...outcome, reason: 'timeout', message: 'the code ran longer than its time' };
}
