import type { Stage } from '../judgement.js';

export const propertiesStage: Stage = {
  code: 'properties',
  runsAfter: () => true,
  run: async ({ candidate }) => ({
    status: 'not_run',
    checked: 0,
    reasons: candidate.spec.properties.map((property) => `listed, not checked: ${property}`),
    evidence: {},
  }),
};

export const compositionStage: Stage = {
  code: 'composition',
  runsAfter: () => true,
  run: async ({ candidate }) => ({
    status: 'not_run',
    checked: 0,
    reasons: [
      candidate.spec.dependencies.capabilities.length === 0
        ? 'the code calls no other capability'
        : 'this version judges calls to capabilities by their recorded answers only',
    ],
    evidence: {},
  }),
};

export const noveltyStage: Stage = {
  code: 'novelty',
  runsAfter: () => true,
  run: async () => ({
    status: 'not_run',
    checked: 0,
    reasons: ['this version does not compare behaviour with the library'],
    evidence: {},
  }),
};
