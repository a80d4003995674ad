import { pythonCandidates } from '../python-candidates.js';
import { pythonBombs } from './py-bombs.js';
import { pythonForge } from './py-forge.js';
import { pythonReach } from './py-reach.js';
import type { PythonCandidate } from './python-kit.js';

/** Candidates whose end is not a question of time and memory alone: these go through the whole gate too. */
export const slyPython: readonly PythonCandidate[] = [...pythonCandidates, ...pythonReach, ...pythonForge];

/** Every hostile candidate in Python. */
export const pythonCorpus: readonly PythonCandidate[] = [...slyPython, ...pythonBombs];
