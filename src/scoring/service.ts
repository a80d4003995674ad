import type { WorkContext } from '../context.js';
import type { RunTrace } from '../evidence/model.js';
import type { ScoreRunInput, ScoreRunOutput } from './contract.js';
import type { Category, Override, ScoredRun } from './model.js';

export interface Word {
  readonly category: Category;
  readonly reason: string;
}

export interface ScoringService {
  readonly version: string;
  scoreRuns(input: ScoreRunInput, context: WorkContext): Promise<ScoreRunOutput>;
  /** What counts for these runs now; runs without a score are scored (the function is pure) and stored. */
  scoresOf(traces: readonly RunTrace[], context: WorkContext): Promise<Map<string, ScoredRun>>;
  /** A person's word. @throws FoundryError invalid_input when `via` is `mcp`. */
  override(runId: string, category: Category, reason: string, context: WorkContext): Promise<void>;
  /** One word of a person on several runs: on all of them or on none. @throws as `override` */
  overrideAll(runIds: readonly string[], word: Word, context: WorkContext): Promise<readonly Override[]>;
  /** Takes back overrides that were just given. @throws FoundryError invalid_input when `via` is `mcp` */
  takeBack(overrides: readonly Override[], context: WorkContext): Promise<void>;
}
