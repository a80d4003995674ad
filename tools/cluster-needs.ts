import { clusterNeedsInput, clusterNeedsOutput } from '../src/needs/contract.js';
import { plural } from '../src/plural.js';
import { longTool } from './define.js';
import { lines, more, quoted } from './text.js';

export const clusterNeeds = longTool({
  name: 'cluster_needs',
  title: 'Cluster needs',
  description:
    'Embed one need of each group of a mining and cluster the groups, so that each cluster calls for one capability. Needs the mining_id of mine_needs. Next comes propose_spec with the clustering_id or one cluster_id.',
  input: clusterNeedsInput,
  output: clusterNeedsOutput,
  hints: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  render: (result) =>
    lines(
      `${result.clusters.length} of ${plural(result.count, 'cluster')} shown; sizes ${result.sizes.min} to ${result.sizes.max}, median ${result.sizes.median}, mean ${result.sizes.mean.toFixed(1)}. Embedded with ${result.embedding.model} (${result.embedding.dimensions} dimensions).`,
      `clustering_id: ${result.clustering_id}`,
      result.clusters.map((cluster) => {
        const sample = cluster.samples[0];
        const tools = cluster.tools.length > 0 ? `; tools ${cluster.tools.join(', ')}` : '';
        const example = sample ? `; for example ${quoted(sample.intent, 120)}` : '';
        return `- ${cluster.cluster_id} ${quoted(cluster.label, 80)}: ${plural(cluster.size, 'act')}, ${plural(cluster.groups, 'group')}, ${plural(cluster.runs, 'run')}, cohesion ${cluster.cohesion.toFixed(2)}${tools}${example}`;
      }),
      more(result.next_cursor),
    ),
});
