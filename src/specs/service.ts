import type { WorkContext } from '../context.js';
import type { GenerateInput, GenerateOutput, ProposeSpecInput, ProposeSpecOutput } from './contract.js';

export interface SpecService {
  proposeSpec(input: ProposeSpecInput, context: WorkContext): Promise<ProposeSpecOutput>;
  generateAndGate(input: GenerateInput, context: WorkContext): Promise<GenerateOutput>;
}
