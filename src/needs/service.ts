import type { WorkContext } from '../context.js';
import type { ClusterNeedsInput, ClusterNeedsOutput, MineNeedsInput, MineNeedsOutput } from './contract.js';

export interface NeedsService {
  mineNeeds(input: MineNeedsInput, context: WorkContext): Promise<MineNeedsOutput>;
  clusterNeeds(input: ClusterNeedsInput, context: WorkContext): Promise<ClusterNeedsOutput>;
}
