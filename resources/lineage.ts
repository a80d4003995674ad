import { runIdOfExecution } from '../src/evidence/from-execution.js';
import type { EvidenceRecord } from '../src/evidence/model.js';
import type { CapabilityVersion, Execution } from '../src/library/model.js';
import type { Act } from '../src/needs/model.js';
import type { Services } from '../src/services.js';
import type { PatternRecord, SpecRecord } from '../src/specs/model.js';
import { markdown, type ResourceBody } from './body.js';
import { historyLines, standingLines } from './life.js';
import { inline, shownFile } from './quote.js';

const maxActs = 20;
const maxActsRead = 500;
const maxRuns = 20;
const maxRecords = 6;
const maxExecutions = 20;

function recordLine(services: Services, record: EvidenceRecord): string {
  const { source_file, line, pointer } = record.provenance;
  const at = pointer ? ` ${inline(pointer, 80)}` : '';
  const calls = record.tool_calls.map((call) => call.name);
  const what = calls.length > 0 ? `calls ${inline(calls.join(', '))}` : (record.role ?? record.kind);
  const place = inline(`${shownFile(services, source_file)}:${line}`, 300);
  return `  - ${place}${at}, ${what} ([record](evidence://records/${record.evidence_id}))`;
}

async function recordLines(services: Services, evidenceIds: readonly string[]): Promise<string[]> {
  const shown = await Promise.all(evidenceIds.slice(0, maxRecords).map((id) => services.store.evidence.getRecord(id)));
  const found = shown.filter((record) => record !== undefined).map((record) => recordLine(services, record));
  const rest = evidenceIds.length - shown.length;
  return rest > 0 ? [...found, `  - and ${rest} more records`] : found;
}

async function actLines(services: Services, acts: readonly Act[]): Promise<string[]> {
  const blocks = acts.map(async (act) => [
    `- act ${act.act_id} of [run](evidence://runs/${act.run_id}): ${inline(act.intent)}`,
    ...(await recordLines(services, act.evidence_ids)),
  ]);
  return (await Promise.all(blocks)).flat();
}

/** Where there is no cluster: the calls of the runs that the flow was learnt from. Held-out runs are only counted. */
async function runLines(services: Services, runIds: readonly string[]): Promise<string[]> {
  const blocks: string[] = [];
  for (const runId of runIds.slice(0, maxRuns)) {
    const trace = await services.store.evidence.getTrace(runId);
    const calling = (trace?.records ?? []).filter((record) => record.tool_calls.length > 0);
    blocks.push(`- [run ${runId}](evidence://runs/${encodeURIComponent(runId)})`);
    blocks.push(...calling.slice(0, maxRecords).map((record) => recordLine(services, record)));
    if (calling.length > maxRecords) blocks.push(`  - and ${calling.length - maxRecords} more calls`);
  }
  if (runIds.length > maxRuns) blocks.push(`- and ${runIds.length - maxRuns} more runs`);
  return blocks;
}

async function needSection(services: Services, spec: SpecRecord | undefined, pattern: PatternRecord | undefined) {
  const clusterId = spec?.cluster_id ?? pattern?.cluster_id ?? null;
  const cluster = clusterId === null ? undefined : await services.store.needs.getCluster(clusterId);
  if (!cluster) return { cluster: 'No need cluster is recorded.', evidence: [] };
  const learntFrom = new Set(pattern?.train_run_ids);
  const found = await services.store.needs.actsOfCluster(cluster.cluster_id, maxActsRead);
  const first = found.filter((act) => learntFrom.has(act.run_id));
  const acts = [...first, ...found.filter((act) => !learntFrom.has(act.run_id))].slice(0, maxActs);
  const rest = cluster.size - acts.length;
  return {
    cluster: `[${cluster.cluster_id}](needs://clusters/${encodeURIComponent(cluster.cluster_id)}) ${inline(cluster.label)}: ${cluster.size} acts of ${cluster.runs} runs in ${cluster.groups} groups.`,
    evidence: [...(await actLines(services, acts)), ...(rest > 0 ? [`- and ${rest} more acts`] : [])],
  };
}

function specLines(capability: CapabilityVersion, spec: SpecRecord | undefined, pattern: PatternRecord | undefined) {
  const induced = pattern
    ? [
        `- learnt from ${pattern.train_run_ids.length} runs, checked on ${pattern.held_out_run_ids.length} held-out runs; stands for ${pattern.calls_replaced} recorded calls in ${pattern.occurrences} places`,
      ]
    : [];
  const by = spec ? `written by ${spec.generator} at ${spec.created_at}` : 'not in the store any more';
  return [`- [${capability.spec_id}](specs://${capability.spec_id}), ${by}`, ...induced];
}

async function executionLine(services: Services, one: Execution): Promise<string> {
  const ended = one.error === null ? (one.observation?.status ?? 'none') : 'error';
  const said = `- ${one.at} ${one.execution_id}: ${ended}${one.dry_run ? ' (dry run)' : ''}, via ${one.via}, ${Math.round(one.duration_ms)} ms`;
  const runId = runIdOfExecution(one.execution_id);
  const isEvidence = !one.dry_run && (await services.store.evidence.getRun(runId)) !== undefined;
  return isEvidence ? `${said} ([run](evidence://runs/${encodeURIComponent(runId)}))` : said;
}

/** The way back of one version, on one page: log lines, acts, cluster, spec, attempts, gate stages, standing, history, executions. */
export async function readLineage(
  services: Services,
  uri: string,
  capability: CapabilityVersion,
): Promise<ResourceBody> {
  const { name, version, spec_id, report } = capability;
  const { specs, library } = services.store;
  const [spec, pattern, attempts, executions, standing, history] = await Promise.all([
    specs.getSpec(spec_id),
    specs.patternOfSpec(spec_id),
    library.attemptsOfSpec(spec_id),
    library.executionsOf(name, 200),
    standingLines(services, capability),
    historyLines(services, name, version),
  ]);
  const need = await needSection(services, spec, pattern);
  const learnt = await runLines(services, pattern?.train_run_ids ?? []);
  const own = executions.filter((one) => one.version === version);
  const sections: [string, readonly string[]][] = [
    ['Need cluster', [need.cluster]],
    ['Acts and their log lines', need.evidence],
    ['Runs it was learnt from', learnt],
    ['Spec', specLines(capability, spec, pattern)],
    [
      'Attempts',
      attempts.map(
        (one) =>
          `- [${one.attempt_id}](attempts://${one.attempt_id}) by ${one.generator}: ${one.report.verdict}${one.report.failed_stage ? ` at ${one.report.failed_stage}` : ''}`,
      ),
    ],
    ['Gate stages', report.stages.map((one) => `- ${one.stage}: ${one.status} (${one.checked} checked)`)],
    ['Standing', standing],
    ['History', history],
    ['Executions', await Promise.all(own.slice(0, maxExecutions).map((one) => executionLine(services, one)))],
  ];
  const body = sections.map(
    ([title, entries]) => `## ${title}\n\n${entries.length > 0 ? entries.join('\n') : 'None.'}`,
  );
  return markdown(uri, [`# Lineage of ${name} version ${version}`, ...body].join('\n\n'));
}
