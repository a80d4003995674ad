import { join } from 'node:path';
import type { Services } from '../services.js';
import type { GenerateResult } from '../specs/contract.js';
import { callLearntSkill, type DemoCall } from './demo-call.js';
import { handedIn } from './demo-candidate.js';
import { type CommandContext, workContext } from './io.js';

export interface Places {
  readonly out: string;
  readonly logs: string;
  readonly home: string;
}

export interface DemoSkill {
  readonly name: string;
  readonly summary: string;
  /** tool calls that one call of the skill stands for, on average */
  readonly calls_each: number;
  readonly runs: number;
  readonly calls: number;
  readonly occurrences: number;
}

export interface DemoReport {
  readonly imported: number;
  readonly redacted: Readonly<Record<string, number>>;
  readonly categories: Readonly<Record<string, number>>;
  readonly acts: number;
  readonly groups: number;
  readonly clusters: number;
  readonly admitted: readonly DemoSkill[];
  readonly refused: readonly { readonly name: string; readonly status: string; readonly reason: string }[];
  readonly skipped: readonly { readonly cluster_id: string; readonly reason: string }[];
  /** calls of the accepted runs, and how many of them the admitted skills would have spared */
  readonly calls_recorded: number;
  readonly calls_saved: number;
  readonly rows: number;
  readonly files: readonly string[];
  readonly call: DemoCall | null;
  readonly seconds: number;
}

const source = 'helpdesk';

/** The whole job on the recordings, through the same services that the server's tools use. */
export async function runJob(services: Services, context: CommandContext, places: Places): Promise<DemoReport> {
  const started = services.clock.elapsed();
  const imported = await services.evidence.importEvidence(
    { path: places.logs, source },
    workContext(context, 'import'),
  );
  const scored = await services.scoring.scoreRuns({ source, limit: 1 }, workContext(context, 'score'));
  const mined = await services.needs.mineNeeds({ source }, workContext(context, 'mine'));
  const clustered = await services.needs.clusterNeeds({ mining_id: mined.mining_id }, workContext(context, 'cluster'));
  const learnt = await learn(services, context, clustered.clustering_id);
  const admitted = await exported(services, context, learnt.results, join(places.out, 'skills'));
  const dataset = await services.datasets.buildSft(
    { name: source, output_dir: join(places.out, 'dataset') },
    workContext(context, 'data set'),
  );
  return {
    imported: imported.imported,
    redacted: imported.redacted,
    categories: scored.by_category,
    acts: mined.acts,
    groups: mined.groups,
    clusters: clustered.count,
    admitted,
    refused: learnt.results.flatMap(({ name, status, reasons }) =>
      status === 'admitted' ? [] : [{ name, status, reason: reasons[0] ?? '' }],
    ),
    skipped: learnt.skipped,
    calls_recorded: await recordedCalls(services),
    calls_saved: admitted.reduce((sum, skill) => sum + skill.calls - skill.occurrences, 0),
    rows: dataset.rows,
    files: dataset.files.map((file) => file.path),
    call: await callLearntSkill(
      services,
      admitted.map((skill) => skill.name),
      workContext(context, 'call'),
    ),
    seconds: (services.clock.elapsed() - started) / 1000,
  };
}

/** Induces skills and has the gate judge them, with a candidate that a careless author might hand in beside them. */
async function learn(
  services: Services,
  context: CommandContext,
  clusteringId: string,
): Promise<{ results: GenerateResult[]; skipped: DemoReport['skipped'] }> {
  const proposed = await services.specs.proposeSpec(
    { clustering_id: clusteringId, generator: 'induction' },
    workContext(context, 'propose'),
  );
  const specIds = proposed.specs.map((spec) => spec.spec_id);
  const gate = workContext(context, 'gate');
  const induced =
    specIds.length === 0 ? [] : (await services.specs.generateAndGate({ spec_ids: specIds }, gate)).results;
  const careless = (await services.specs.generateAndGate(handedIn, gate)).results;
  return { results: [...induced, ...careless], skipped: proposed.skipped };
}

async function exported(
  services: Services,
  context: CommandContext,
  results: readonly GenerateResult[],
  folder: string,
): Promise<DemoSkill[]> {
  const skills: DemoSkill[] = [];
  for (const { name, capability, spec_id } of results) {
    const pattern = capability && (await services.store.specs.patternOfSpec(spec_id));
    const version = capability && (await services.store.library.get(capability.name, capability.version));
    if (!pattern || !version) continue;
    const runs = pattern.train_run_ids.length + pattern.held_out_run_ids.length;
    const { calls_replaced: calls, occurrences } = pattern;
    skills.push({ name, summary: version.spec.summary, calls_each: calls / occurrences, runs, calls, occurrences });
    await services.library.manage({ name, action: 'export', output_dir: folder }, workContext(context, 'export'));
  }
  return skills.sort((a, b) => b.calls - a.calls || (a.name < b.name ? -1 : 1));
}

async function recordedCalls(services: Services): Promise<number> {
  const runs = await services.store.evidence.listRuns({ source, category: 'accepted' }, 100_000);
  return runs.reduce((sum, run) => sum + run.calls, 0);
}
