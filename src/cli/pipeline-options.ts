import { parseArgs } from 'node:util';
import { type PipelineOptions, stages } from '../pipeline/options.js';
import { oneOf, UsageError, wholeNumber } from './io.js';

export const pipelineUsage = `capability-foundry pipeline --in PATH --stage cluster|spec|codegen|all --out DIR
  [--reuse-clusters [--clusters-in F]] [--reuse-specs [--specs-in F]]
  [--target-cluster-size 40] [--max-clusters N] [--spec-template-mode none|llm-global|llm-per-cluster]
  [--spec-retries N] [--codegen-retries N] [--generator auto|openai|induction]
  [--llm-model M] [--embed-model M] [--llm-debug-dir DIR] [--limit-acts N] [--sample-acts N] [--seed 42] [--json]`;

const templateModes = { none: 'none', 'llm-global': 'global', 'llm-per-cluster': 'per_cluster' } as const;
const many = { min: 1, max: 10_000_000 };
const few = { min: 0, max: 10 };

/** @throws UsageError, or the parser's error for an unknown option */
export function parsePipelineOptions(args: readonly string[]): PipelineOptions {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      in: text,
      out: text,
      stage: text,
      'reuse-clusters': flag,
      'clusters-in': text,
      'reuse-specs': flag,
      'specs-in': text,
      'target-cluster-size': text,
      'max-clusters': text,
      'spec-template-mode': text,
      'spec-retries': text,
      'codegen-retries': text,
      generator: text,
      'llm-model': text,
      'embed-model': text,
      'llm-debug-dir': text,
      'limit-acts': text,
      'sample-acts': text,
      seed: text,
      json: flag,
    },
  });
  if (!values.out) throw new UsageError('--out names the folder to write to.');
  const mode = oneOf(
    values['spec-template-mode'],
    'spec-template-mode',
    Object.keys(templateModes) as (keyof typeof templateModes)[],
  );
  const options: PipelineOptions = {
    input: values.in,
    out: values.out,
    stage: oneOf(values.stage, 'stage', stages) ?? 'all',
    reuseClusters: values['reuse-clusters'] === true || values['clusters-in'] !== undefined,
    clustersIn: values['clusters-in'],
    reuseSpecs: values['reuse-specs'] === true || values['specs-in'] !== undefined,
    specsIn: values['specs-in'],
    targetClusterSize:
      wholeNumber(values['target-cluster-size'], 'target-cluster-size', { min: 1, max: 100_000 }) ?? 40,
    maxClusters: wholeNumber(values['max-clusters'], 'max-clusters', { min: 1, max: 10_000 }),
    templateMode: templateModes[mode ?? 'none'],
    specRetries: wholeNumber(values['spec-retries'], 'spec-retries', few),
    codegenRetries: wholeNumber(values['codegen-retries'], 'codegen-retries', few),
    generator: oneOf(values.generator, 'generator', ['auto', 'openai', 'induction']),
    llmModel: values['llm-model'],
    embedModel: values['embed-model'],
    llmDebugDir: values['llm-debug-dir'],
    limitActs: wholeNumber(values['limit-acts'], 'limit-acts', many),
    sampleActs: wholeNumber(values['sample-acts'], 'sample-acts', many),
    seed: wholeNumber(values.seed, 'seed', { min: 0, max: 4_294_967_295 }) ?? 42,
    json: values.json === true,
  };
  if (options.reuseSpecs && (options.stage === 'cluster' || options.stage === 'spec')) {
    throw new UsageError('--reuse-specs goes with --stage codegen or all.');
  }
  if (options.reuseClusters && options.stage === 'cluster')
    throw new UsageError('--reuse-clusters goes with --stage spec, codegen or all.');
  return options;
}
