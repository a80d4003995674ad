export const stages = ['cluster', 'spec', 'codegen', 'all'] as const;
export type Stage = (typeof stages)[number];

export interface PipelineOptions {
  /** Logs to read; absent where the folder of a reused stage tells what was mined. */
  readonly input: string | undefined;
  readonly out: string;
  readonly stage: Stage;
  readonly reuseClusters: boolean;
  readonly clustersIn: string | undefined;
  readonly reuseSpecs: boolean;
  readonly specsIn: string | undefined;
  readonly targetClusterSize: number;
  readonly maxClusters: number | undefined;
  readonly templateMode: 'none' | 'global' | 'per_cluster';
  readonly specRetries: number | undefined;
  readonly codegenRetries: number | undefined;
  readonly generator: 'auto' | 'openai' | 'induction' | undefined;
  readonly llmModel: string | undefined;
  readonly embedModel: string | undefined;
  readonly llmDebugDir: string | undefined;
  readonly limitActs: number | undefined;
  readonly sampleActs: number | undefined;
  readonly seed: number;
  readonly json: boolean;
}
