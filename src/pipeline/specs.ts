import { join } from 'node:path';
import type { WorkContext } from '../context.js';
import { FoundryError } from '../errors.js';
import { canonicalJson, type JsonObject } from '../json.js';
import type { Services } from '../services.js';
import { type SpecRecord, specSchema } from '../specs/model.js';
import { jsonLines, readJsonLines, shortClusterId, writeWhole } from './files.js';
import type { PipelineOptions } from './options.js';

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
  // A spec has no way to ask for a package: the list says so to whoever installs it before code is generated.
  await writeWhole(join(out, 'package.json'), `${JSON.stringify({ private: true, dependencies: {} }, null, 2)}\n`);
}

/** The specs of a file: those that the store knows unchanged, and the others handed in as a person's own. */
export async function reuseSpecs(
  services: Services,
  options: PipelineOptions,
  context: WorkContext,
): Promise<SpecOutcome> {
  const path = options.specsIn ?? join(options.out, specsFile);
  const rows = await readJsonLines(path, 'pipeline --stage spec');
  const specIds: string[] = [];
  const skipped: { cluster_id: string; reason: string }[] = [];
  const records: SpecRecord[] = [];
  for (const row of rows.slice(0, options.maxClusters ?? rows.length)) {
    const { cluster_id, spec_id, generator: _, ...spec } = row;
    const stored = typeof spec_id === 'string' ? await services.store.specs.getSpec(spec_id) : undefined;
    const record = stored && sameSpec(stored, spec) ? stored : await handIn(services, spec, context);
    if ('issue' in record) skipped.push({ cluster_id: String(cluster_id), reason: record.issue });
    else {
      specIds.push(record.spec_id);
      records.push(record);
    }
  }
  await writeSpecs(options.out, records);
  return { specIds, proposed: specIds.length, skipped };
}

function sameSpec(record: SpecRecord, spec: JsonObject): boolean {
  const parsed = specSchema.safeParse(spec);
  return parsed.success && canonicalJson(parsed.data) === canonicalJson(record.spec);
}

async function handIn(
  services: Services,
  spec: JsonObject,
  context: WorkContext,
): Promise<SpecRecord | { issue: string }> {
  const result = await services.specs.proposeSpec({ spec }, context);
  const [first] = result.specs;
  if (!first) return { issue: result.issues.map((issue) => `${issue.code}: ${issue.message}`).join('; ') };
  const record = await services.store.specs.getSpec(first.spec_id);
  if (!record) throw new FoundryError('internal', 'A spec that was just stored is gone.', 'Run the command again.');
  return record;
}
