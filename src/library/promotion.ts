import type { ConfigFile } from '../config.js';
import type { CapabilityVersion } from './model.js';

/** What a version must show before it becomes `active` by itself. */
export interface Thresholds {
  readonly fidelity: number;
  readonly outcome_quality: number;
  readonly executions: number;
  readonly test_pass_rate: number;
}

export function thresholdsOf(settings: ConfigFile['promotion']): Thresholds {
  return {
    fidelity: settings?.fidelity ?? 0.9,
    outcome_quality: settings?.outcome_quality ?? 0.85,
    executions: settings?.executions ?? 100,
    test_pass_rate: settings?.test_pass_rate ?? 0.95,
  };
}

export interface Standing {
  readonly executions: number;
  /** Share of the executions that ended in an observation that fits the spec; null without executions. */
  readonly fidelity: number | null;
  /** Share of the executions whose observation was `ok`; null without executions. */
  readonly outcome_quality: number | null;
  /** 1 where the newest gate report of the version admits it, else 0; null where it ran no test. */
  readonly test_pass_rate: number | null;
}

export function standingOf(
  use: { readonly executions: number; readonly kept: number; readonly ok: number },
  report: CapabilityVersion['report'],
): Standing {
  const share = (part: number): number | null => (use.executions === 0 ? null : part / use.executions);
  return {
    executions: use.executions,
    fidelity: share(use.kept),
    outcome_quality: share(use.ok),
    test_pass_rate: report.visible_tests + report.hidden_tests === 0 ? null : report.verdict === 'admitted' ? 1 : 0,
  };
}

/** What a version still lacks, one line each; none where it may be promoted. */
export function missingFor(standing: Standing, thresholds: Thresholds): string[] {
  const lacks: string[] = [];
  if (standing.executions < thresholds.executions) {
    lacks.push(`executions ${standing.executions} of ${thresholds.executions}`);
  }
  for (const key of ['fidelity', 'outcome_quality', 'test_pass_rate'] as const) {
    const value = standing[key];
    if (value === null) lacks.push(`${key.replaceAll('_', ' ')} not known: no sample`);
    else if (value < thresholds[key]) {
      lacks.push(`${key.replaceAll('_', ' ')} ${value.toFixed(3)} of ${thresholds[key].toFixed(3)}`);
    }
  }
  return lacks;
}

/** Whether there is anything to judge by: nobody promotes on nothing. */
export function hasSamples(standing: Standing): boolean {
  return standing.executions > 0 && standing.test_pass_rate !== null;
}
