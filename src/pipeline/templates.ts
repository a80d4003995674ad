import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProposeSpecOutput } from '../specs/contract.js';
import { jsonLines, shortClusterId, writeWhole } from './files.js';
import type { PipelineOptions } from './options.js';

const globalFile = 'spec_test_template.json';
const perClusterFile = 'spec_test_template.jsonl';

/**
 * Writes the template that a model wrote for all specs, or one line per cluster; the file of the other mode, of an earlier run,
 * goes. Where the model gave none that could be read there is no file, or no line.
 */
export async function writeTemplates(
  out: string,
  mode: PipelineOptions['templateMode'],
  templates: NonNullable<ProposeSpecOutput['templates']>,
): Promise<void> {
  for (const name of [globalFile, perClusterFile]) await rm(join(out, name), { force: true });
  if (mode === 'global') {
    const [shared] = templates;
    if (shared) await writeWhole(join(out, globalFile), `${JSON.stringify(shared.template, null, 2)}\n`);
  } else if (mode === 'per_cluster') {
    const rows = templates.map(({ cluster_id, template }) => ({
      cluster_id: shortClusterId(cluster_id ?? ''),
      template,
    }));
    await writeWhole(join(out, perClusterFile), jsonLines(rows));
  }
}
