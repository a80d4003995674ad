import type * as z from 'zod';
import { searchCapabilitiesInput, searchCapabilitiesOutput } from '../src/library/contract.js';
import { plural } from '../src/plural.js';
import { defineTool } from './define.js';
import { lines, more } from './text.js';

type Hit = z.infer<typeof searchCapabilitiesOutput>['results'][number];

const percent = (share: number): number => Math.round(share * 100);

function useText({ executions, success_rate, success_interval }: Hit): string {
  const rate = success_rate === undefined ? '' : `, ${percent(success_rate)}% ok`;
  const interval = (success_interval ?? []).map(percent).join(' to ');
  return `${plural(executions, 'execution')}${rate}${interval && ` (95% interval ${interval}%)`}`;
}

function hitText(hit: Hit): string {
  const flags = [
    hit.destructive ? 'changes things: try dry_run first' : undefined,
    hit.missing_tools.length > 0 ? `not ready, missing tools: ${hit.missing_tools.join(', ')}` : undefined,
    hit.not_granted ? `not ready, not granted by the operator: ${hit.not_granted.join(', ')}` : undefined,
    hit.executions > 0 ? useText(hit) : undefined,
  ].filter((flag) => flag !== undefined);
  return lines(
    `- ${hit.name} v${hit.version} (${hit.kind}, ${hit.state}): ${hit.summary}`,
    flags.length > 0 && `  ${flags.join('; ')}`,
    `  input ${JSON.stringify(hit.input_schema)}`,
    `  example ${JSON.stringify(hit.example)}`,
  );
}

export const searchCapabilities = defineTool({
  name: 'search_capabilities',
  title: 'Search capabilities',
  description:
    'Find tested capabilities by what they do, before solving a task by hand. Each result has the input schema, an example and whether it is ready to call. Call it with call_capability; nothing fitting is said in note.',
  input: searchCapabilitiesInput,
  output: searchCapabilitiesOutput,
  hints: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  async run(input, { services }) {
    const data = await services.library.search({ limit: 10, ...input });
    const text = lines(
      `${data.results.length} of ${data.searched} searched capabilities.`,
      data.results.map(hitText),
      data.note,
      more(data.next_cursor),
    );
    return { data, text };
  },
});
