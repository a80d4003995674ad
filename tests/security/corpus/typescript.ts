import { hostileCandidates } from '../hostile-candidates.js';
import type { HostileCandidate } from './kit.js';
import { bombs } from './ts-bombs.js';
import { calls } from './ts-calls.js';
import { pollution } from './ts-pollution.js';
import { results } from './ts-results.js';
import { syntax } from './ts-syntax.js';

/** Every hostile candidate in TypeScript. */
export const typescriptCorpus: readonly HostileCandidate[] = [
  ...hostileCandidates,
  ...pollution,
  ...results,
  ...calls,
  ...syntax,
  ...bombs,
];
