import { dirname, join } from 'node:path';
import type { WorkContext } from '../context.js';
import { FoundryError } from '../errors.js';
import { canonicalJson, type JsonObject, type JsonValue } from '../json.js';
import { dependenciesOf } from '../packages/names.js';
import type { Services } from '../services.js';
import { type SpecRecord, specSchema } from '../specs/model.js';
import { jsonLines, type Line, readJsonLines, readState, refuserOf, shortClusterId, writeWhole } from './files.js';
import type { PipelineOptions } from './options.js';
import { writeTemplates } from './templates.js';

export const specsFile = 'need_specs.jsonl';

export interface SpecOutcome {
  readonly specIds: readonly string[];
  readonly proposed: number;
  readonly skipped: readonly { readonly cluster_id: string; readonly reason: string }[];
}

/** Proposes specs over a whole clustering and writes them, with the list of packages that they ask for. */
export async function propose(
  services: Services,
  options: PipelineOptions,
  clusteringId: string,
  context: WorkContext,
): Promise<SpecOutcome> {
  const result = await services.specs.proposeSpec(
    {
      clustering_id: clusteringId,
      generator: options.generator,
      template_mode: options.templateMode,
      max_clusters: options.maxClusters,
      retries: options.specRetries,
    },
    context,
  );
  const records = await Promise.all(result.specs.map(({ spec_id }) => services.store.specs.getSpec(spec_id)));
  const known = records.filter((record) => record !== undefined);
  await writeSpecs(options.out, known);
  await writeTemplates(options.out, options.templateMode, result.templates ?? []);
  return { specIds: known.map((record) => record.spec_id), proposed: known.length, skipped: result.skipped };
}

async function writeSpecs(out: string, records: readonly SpecRecord[]): Promise<void> {
  const rows = records.map((record) => ({
    ...record.spec,
    cluster_id: record.cluster_id === null ? null : shortClusterId(record.cluster_id),
    spec_id: record.spec_id,
    generator: record.generator,
  }));
  await writeWhole(join(out, specsFile), jsonLines(rows));
  // For the operator to install from, before code is generated: packages are for TypeScript, so there is no other list.
  const dependencies = dependenciesOf(records.flatMap(({ spec }) => spec.permissions.packages ?? []));
  await writeWhole(join(out, 'package.json'), `${JSON.stringify({ private: true, dependencies }, null, 2)}\n`);
}

/**
 * The specs of a file: those that the store knows unchanged, and the others handed in as a person's own.
 * @throws FoundryError not_found, invalid_input with the line that is no spec, and why
 */
export async function reuseSpecs(
  services: Services,
  options: PipelineOptions,
  context: WorkContext,
): Promise<SpecOutcome> {
  const path = options.specsIn ?? join(options.out, specsFile);
  const lines = firstClusters(await readJsonLines(path, 'pipeline --stage spec'), options.maxClusters);
  const drafts = draftsOf(lines, path);
  const clusterIds = await knownClusters(services, dirname(path));
  const records = new Map<string, SpecRecord>();
  const skipped: { cluster_id: string; reason: string }[] = [];
  for (const { line, row: draft } of drafts) {
    const stored = draft.specId === undefined ? undefined : await services.store.specs.getSpec(draft.specId);
    const clusterId = clusterIds.get(draft.clusterId ?? '');
    const record =
      stored && sameSpec(stored, draft.spec) ? stored : await handIn(services, { ...draft, clusterId }, context);
    if ('issue' in record) skipped.push({ cluster_id: draft.clusterId ?? '', reason: `line ${line}: ${record.issue}` });
    else records.set(record.spec_id, record);
  }
  const kept = [...records.values()];
  await writeSpecs(options.out, kept);
  return { specIds: kept.map((record) => record.spec_id), proposed: kept.length, skipped };
}

/** The lines of the first clusters, however many specs each has. */
function firstClusters(lines: readonly Line<JsonObject>[], most = Number.POSITIVE_INFINITY): Line<JsonObject>[] {
  const seen = new Set<string>();
  return lines.filter(({ line, row }) => {
    const cluster = typeof row['cluster_id'] === 'string' ? row['cluster_id'] : `line ${line}`;
    if (seen.size < most) seen.add(cluster);
    return seen.has(cluster);
  });
}

interface Draft {
  readonly spec: JsonObject;
  readonly specId: string | undefined;
  readonly clusterId: string | undefined;
}

function draftsOf(lines: readonly Line<JsonObject>[], path: string): Line<Draft>[] {
  return lines.map(({ line, row }) => {
    const { cluster_id, spec_id, generator: _, ...spec } = row;
    const parsed = specSchema.safeParse(spec);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw refuserOf(path)(line, `it is no spec at ${issue?.path.join('.') || 'its top'}: ${issue?.message ?? ''}`);
    }
    const text = (value: JsonValue | undefined) => (typeof value === 'string' ? value : undefined);
    return { line, row: { spec, specId: text(spec_id), clusterId: text(cluster_id) } };
  });
}

/** Whole cluster ids by the short ones of the files in a folder. */
async function knownClusters(services: Services, folder: string): Promise<Map<string, string>> {
  const { clustering_id } = await readState(folder);
  const clusters = clustering_id ? await services.store.needs.clustersOf(clustering_id, 1_000_000) : [];
  return new Map(clusters.map(({ cluster_id }) => [shortClusterId(cluster_id), cluster_id]));
}

function sameSpec(record: SpecRecord, spec: JsonObject): boolean {
  const parsed = specSchema.safeParse(spec);
  return parsed.success && canonicalJson(parsed.data) === canonicalJson(record.spec);
}

async function handIn(
  services: Services,
  draft: Pick<Draft, 'spec' | 'clusterId'>,
  context: WorkContext,
): Promise<SpecRecord | { issue: string }> {
  const { spec, clusterId } = draft;
  const result = await services.specs.proposeSpec({ spec, ...(clusterId && { cluster_id: clusterId }) }, context);
  const [first] = result.specs;
  if (!first) {
    const reasons = [
      ...result.issues.map(({ code, message }) => `${code}: ${message}`),
      ...result.skipped.map(({ reason }) => reason),
    ];
    return { issue: reasons.join('; ') };
  }
  const record = await services.store.specs.getSpec(first.spec_id);
  if (!record) throw new FoundryError('internal', 'A spec that was just stored is gone.', 'Run the command again.');
  return record;
}
