import type { WorkContext } from '../context.js';
import type { GenerateInput, GenerateOutput, ProposeSpecInput, ProposeSpecOutput } from './contract.js';

export interface SpecService {
  proposeSpec(input: ProposeSpecInput, context: WorkContext): Promise<ProposeSpecOutput>;
  generateAndGate(input: GenerateInput, context: WorkContext): Promise<GenerateOutput>;
  /** The same for a capability that was made elsewhere: the tools that it names need not be known here. */
  gateFromElsewhere(input: GenerateInput, context: WorkContext): Promise<GenerateOutput>;
}
