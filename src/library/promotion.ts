import type { ConfigFile } from '../config.js';
import type { GateReport } from '../gate/model.js';
import { plural } from '../plural.js';
import { type Share, shareOf, shareText, shown } from './interval.js';
import type { CapabilityVersion, LibraryStore } from './model.js';

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

/** What use and tests say of one version. */
export interface Standing {
  readonly executions: number;
  /** Share of the executions that ended in an observation that fits the spec; null without executions. */
  readonly fidelity: Share | null;
  /** Share of the executions whose observation was `ok`; null without executions. */
  readonly outcome_quality: Share | null;
  /** 1 where the newest gate report of the version admits it, else 0; null where it ran no test. */
  readonly test_pass_rate: number | null;
}

export function standingOf(
  use: { readonly executions: number; readonly kept: number; readonly ok: number },
  report: GateReport,
): Standing {
  return {
    executions: use.executions,
    fidelity: shareOf(use.kept, use.executions),
    outcome_quality: shareOf(use.ok, use.executions),
    test_pass_rate: report.visible_tests + report.hidden_tests === 0 ? null : report.verdict === 'admitted' ? 1 : 0,
  };
}

/** The newest gate report of a version: of its last regate, else the one that admitted it. */
export async function newestReport(
  library: Pick<LibraryStore, 'changesOf'>,
  { name, version, report }: Pick<CapabilityVersion, 'name' | 'version' | 'report'>,
): Promise<GateReport> {
  const [regated] = await library.changesOf(name, 1, { version, judged: true });
  return regated?.report ?? report;
}

/** The standing of a version as it is in the store now. */
export async function readStanding(
  library: Pick<LibraryStore, 'changesOf' | 'useOf'>,
  capability: CapabilityVersion,
): Promise<Standing> {
  const use = await library.useOf(capability.name, capability.version);
  return standingOf(use, await newestReport(library, capability));
}

/**
 * What a version still lacks, one line each; none where it may be promoted. The shares themselves are compared with the
 * thresholds, and a share that equals one meets it: how much use is enough to trust a share is the operator's figure
 * `executions`, and the interval is shown beside it.
 */
export function missingFor(standing: Standing, thresholds: Thresholds): string[] {
  const lacks: string[] = [];
  if (standing.executions < thresholds.executions) {
    lacks.push(`executions ${standing.executions} of ${thresholds.executions}`);
  }
  const values = {
    fidelity: standing.fidelity?.value ?? null,
    outcome_quality: standing.outcome_quality?.value ?? null,
    test_pass_rate: standing.test_pass_rate,
  };
  for (const key of ['fidelity', 'outcome_quality', 'test_pass_rate'] as const) {
    const value = values[key];
    if (value === null) lacks.push(`${key.replaceAll('_', ' ')} not known: no sample`);
    else if (value < thresholds[key]) {
      lacks.push(`${key.replaceAll('_', ' ')} ${shown(value)} of ${thresholds[key].toFixed(3)}`);
    }
  }
  return lacks;
}

/** Whether there is anything to judge by: nobody promotes on nothing. */
export function hasSamples(standing: Standing): boolean {
  return standing.executions > 0 && standing.test_pass_rate !== null;
}

/** The standing on one line, each share with its interval. */
export function standingText({ executions, fidelity, outcome_quality, test_pass_rate }: Standing): string {
  const passed = test_pass_rate === null ? 'no test' : `test pass rate ${shown(test_pass_rate)}`;
  if (!fidelity || !outcome_quality) return `never called; ${passed}`;
  const called = plural(executions, 'execution');
  return `${called}; fidelity ${shareText(fidelity)}; outcome quality ${shareText(outcome_quality)}; ${passed}`;
}

export type Comparison = 'better' | 'worse' | 'tie';

function compareShares(newer: Share | null, older: Share | null): Comparison {
  if (!newer || !older) return 'tie';
  if (newer.low > older.high) return 'better';
  return newer.high < older.low ? 'worse' : 'tie';
}

/**
 * Whether one version is better than another in use. Shares differ where their intervals do not touch, which those of two
 * versions that are alike do in fewer than one case in a hundred. Better is what is better in one share and worse in none;
 * where nothing can be told, and without a case on either side, it is a tie.
 */
export function compareStandings(newer: Standing, older: Standing): Comparison {
  const found = (['fidelity', 'outcome_quality'] as const).map((key) => compareShares(newer[key], older[key]));
  if (found.includes('worse')) return 'worse';
  return found.includes('better') ? 'better' : 'tie';
}
