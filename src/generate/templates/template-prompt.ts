import type { JsonObject } from '../../json.js';
import type { ChatRequest } from '../../models/model.js';
import type { NeedCluster } from '../../needs/model.js';
import { specRules } from '../brief.js';
import { dataNotice, quoteData } from './quote.js';

const mostClusters = 40;

export const templateSchema: JsonObject = {
  type: 'object',
  properties: {
    guidance: { type: 'string', description: 'How specs of this collection are cut and named' },
    spec_template: { type: 'object', description: 'A spec with placeholders' },
    test_template: { type: 'object', description: 'A test with placeholders, and what kinds of tests there should be' },
  },
  required: ['guidance', 'spec_template', 'test_template'],
};

/** The question for a template: for a whole clustering, or for one cluster with its samples. */
export function templateMessages(
  clusters: readonly NeedCluster[],
  samples: readonly JsonObject[],
): ChatRequest['messages'] {
  const shown = clusters.slice(0, mostClusters).map(({ label, size, tools }) => ({ label, size, tools: [...tools] }));
  return [
    {
      role: 'system',
      content: [
        'You prepare the writing of specs with tests for small pieces of code that meet recurring needs of agents.',
        'Write a template for them: guidance, spec_template and test_template, as one JSON object.',
        dataNotice,
        'Rules of a spec:',
        ...specRules.map((rule) => `- ${rule}`),
      ].join('\n'),
    },
    {
      role: 'user',
      content: [
        quoteData('clusters', shown),
        ...(samples.length > 0 ? [quoteData('samples', [...samples])] : []),
        'Write the template.',
      ].join('\n\n'),
    },
  ];
}
