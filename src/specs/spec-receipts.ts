import type { WorkContext } from '../context.js';
import { given, type Receipted, tallied } from '../receipts/receipted.js';
import type { GenerateInput, GenerateOutput, ProposeSpecInput, ProposeSpecOutput } from './contract.js';

type Said<T> = Omit<Receipted<T>, 'work'>;

/** The receipt of a proposal. A spec that was handed in stands in it by its name alone: its tests may be hidden. */
export function ofProposal(input: ProposeSpecInput, { via }: WorkContext): Said<ProposeSpecOutput> {
  const { spec, cluster_id, clustering_id, generator, template_mode, sample_size, max_tests, retries } = input;
  return {
    command: 'propose_spec',
    arguments: given({
      ...{ cluster_id, clustering_id, generator, template_mode, sample_size, max_tests, retries },
      spec: nameOf(spec),
    }),
    via,
    tell: ({ specs, skipped, issues, status }) => ({
      counts: { specs: specs.length, skipped: skipped.length, issues: issues.length },
      recordCounts: { in: specs.length + skipped.length, out: specs.length },
      validationPass: status !== 'invalid',
      warnings: issues.map(({ code, path }) => `${code} at ${path}`),
    }),
  };
}

/** The receipt of a judgement: what became of each spec, never code or tests. */
export function ofJudgement(input: GenerateInput, { via }: WorkContext): Said<GenerateOutput> {
  const { spec, spec_id, spec_ids, language, generator, retries, supersedes } = input;
  return {
    command: 'generate_and_gate_code',
    arguments: given({ spec_id, spec_ids, language, generator, retries, supersedes, spec: nameOf(spec) }),
    via,
    tell: ({ results, admitted, issues }) => ({
      counts: { specs: results.length, ...tallied(results.map((result) => result.status)) },
      recordCounts: { in: results.length, out: admitted },
      validationPass: issues === undefined || issues.length === 0,
      warnings: results.flatMap(({ name, status, failed_stage }) =>
        status === 'admitted' || status === 'brief'
          ? []
          : [`${name}: ${status}${failed_stage ? ` at ${failed_stage}` : ''}`],
      ),
    }),
  };
}

function nameOf(spec: unknown): string | undefined {
  if (typeof spec !== 'object' || spec === null) return undefined;
  return 'name' in spec && typeof spec.name === 'string' ? spec.name.slice(0, 64) : 'without a name';
}
