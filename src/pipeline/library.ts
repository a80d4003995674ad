import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkContext } from '../context.js';
import { sha256 } from '../hash.js';
import type { CapabilityVersion } from '../library/model.js';
import type { Services } from '../services.js';
import type { GenerateResult } from '../specs/contract.js';
import { jsonLines, shortClusterId, writeWhole } from './files.js';
import type { PipelineOptions } from './options.js';

const batch = 100;

/** Generates code for specs, has the gate judge it, and writes the folder of what was admitted. */
export async function generate(
  services: Services,
  options: PipelineOptions,
  specIds: readonly string[],
  context: WorkContext,
): Promise<GenerateResult[]> {
  const results: GenerateResult[] = [];
  for (let at = 0; at < specIds.length; at += batch) {
    const part = await services.specs.generateAndGate(
      { spec_ids: specIds.slice(at, at + batch), generator: options.generator, retries: options.codegenRetries },
      context,
    );
    results.push(...part.results);
  }
  await writeLibrary(services, options.out, results);
  return results;
}

async function writeLibrary(services: Services, out: string, results: readonly GenerateResult[]): Promise<void> {
  await rm(join(out, 'library'), { recursive: true, force: true });
  const index: object[] = [];
  for (const { capability, spec_id } of results) {
    if (!capability) continue;
    const version = await services.store.library.get(capability.name, capability.version);
    if (!version) continue;
    const record = await services.store.specs.getSpec(spec_id);
    index.push(await writeCapability(out, version, record?.cluster_id ?? null));
  }
  await writeWhole(join(out, 'library_index.jsonl'), jsonLines(index));
}

async function writeCapability(out: string, version: CapabilityVersion, clusterId: string | null): Promise<object> {
  const folder = join('library', version.kind, version.name);
  const { tests, ...spec } = version.spec;
  const extension = version.language === 'python' ? 'py' : 'ts';
  const files = {
    spec_path: join(folder, 'spec.json'),
    code_path: join(folder, `code.${extension}`),
    tests_path: join(folder, 'tests.json'),
    report_path: join(folder, 'report.json'),
  };
  await writeWhole(join(out, files.spec_path), `${JSON.stringify(spec, null, 2)}\n`);
  await writeWhole(join(out, files.code_path), version.code);
  await writeWhole(join(out, files.tests_path), `${JSON.stringify(tests, null, 2)}\n`);
  await writeWhole(join(out, files.report_path), `${JSON.stringify(version.report, null, 2)}\n`);
  return {
    artifact_id: version.name,
    kind: version.kind,
    name: version.name,
    cluster_id: clusterId === null ? null : shortClusterId(clusterId),
    ...files,
    code_sha256: sha256(version.code),
  };
}
