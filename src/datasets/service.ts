import type { WorkContext } from '../context.js';
import type { BuildSftInput, BuildSftOutput } from './contract.js';

export interface DatasetService {
  buildSft(input: BuildSftInput, context: WorkContext): Promise<BuildSftOutput>;
  /**
   * Checks an exported folder: every row against its provenance, every provenance against its source.
   * @returns what does not hold, empty where all does
   */
  verify(dir: string): Promise<{ rows: number; problems: string[] }>;
}
