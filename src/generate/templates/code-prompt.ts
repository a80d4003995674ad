import type { JsonObject } from '../../json.js';
import type { ChatRequest } from '../../models/model.js';
import type { Spec } from '../../specs/model.js';
import { codeRules, gateChecks } from '../brief.js';
import { dataNotice, quoteData } from './quote.js';

export const codeSchema: JsonObject = {
  type: 'object',
  properties: { code: { type: 'string', description: 'The whole module' } },
  required: ['code'],
};

/** The question for code, with what the gate said of the attempt before. `attempt` counts from 1. */
export function codeMessages(
  spec: Spec,
  attempt: number,
  last: { readonly code: string | null; readonly failure: string } | null,
): ChatRequest['messages'] {
  const { tests, ...contract } = spec;
  const system = [
    'You write a small TypeScript module to a spec. It will be judged by tests in a sandbox, some of them hidden.',
    'Answer with one JSON object {"code": "<the whole module>"}.',
    dataNotice,
    ...codeRules.map((rule) => `- ${rule}`),
    gateChecks,
  ].join('\n');
  const first: ChatRequest['messages'] = [
    { role: 'system', content: system },
    {
      role: 'user',
      content: [quoteData('spec', contract), quoteData('tests', tests), 'Write the module.'].join('\n\n'),
    },
  ];
  if (!last) return first;
  return [
    ...first,
    ...(last.code === null ? [] : [{ role: 'assistant' as const, content: JSON.stringify({ code: last.code }) }]),
    {
      role: 'user',
      content: [
        last.code === null ? `Answer ${attempt - 1} could not be read:` : `Attempt ${attempt - 1} was rejected:`,
        quoteData('gate', last.failure),
        'Find the cause and answer with the whole corrected module.',
      ].join('\n\n'),
    },
  ];
}
