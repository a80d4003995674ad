import type { JsonObject } from '../../json.js';
import type { ChatRequest } from '../../models/model.js';
import type { NeedCluster } from '../../needs/model.js';
import type { SpecIssue } from '../../specs/model.js';
import { codeRules, gateChecks, specRules } from '../brief.js';
import { dataNotice, quoteData } from './quote.js';

type Message = ChatRequest['messages'][number];

export interface SpecPrompt {
  readonly cluster: NeedCluster;
  readonly tools: readonly string[];
  readonly samples: readonly JsonObject[];
  readonly template: JsonObject | null;
  readonly maxTests: number;
  readonly schema: JsonObject;
}

/** The question for a spec. It depends on the cluster and the settings alone, so that asking again is answered from the cache. */
export function specMessages(prompt: SpecPrompt): Message[] {
  const system = [
    'You write the contract of a small piece of code that will be tested in a sandbox: a spec with tests, no code yet.',
    'Answer with one JSON object, the spec, or {"skip": "<reason>"} where no deterministic code can meet the need.',
    dataNotice,
    'The spec follows this JSON Schema:',
    JSON.stringify(prompt.schema),
    'Rules:',
    ...specRules.map((rule) => `- ${rule}`),
    `- At most ${prompt.maxTests} tests. dependencies.capabilities is empty; dependencies.tools names tools of the samples only.`,
    'The code that will be written for it:',
    ...codeRules.map((rule) => `- ${rule}`),
    gateChecks,
  ].join('\n');
  const user = [
    `A need cluster of ${prompt.cluster.size} acts.`,
    quoteData('cluster', { label: prompt.cluster.label, tools: [...prompt.tools] }),
    quoteData('samples', [...prompt.samples]),
    ...(prompt.template
      ? ['A template that specs of this collection follow:', quoteData('template', prompt.template)]
      : []),
    'Name the one operation that these acts share and write its spec.',
  ].join('\n\n');
  return [
    { role: 'system', content: system },
    { role: 'user', content: user },
  ];
}

/** The answer so far and what was wrong with it. */
export function specRepair(answer: string, issues: readonly SpecIssue[]): Message[] {
  const listed = issues.map(({ code, path, message }) => `- ${code}${path ? ` at ${path}` : ''}: ${message}`);
  return [
    { role: 'assistant', content: answer.slice(0, 20_000) },
    {
      role: 'user',
      content: ['The spec was refused:', ...listed, 'Answer with the whole corrected spec as one JSON object.'].join(
        '\n',
      ),
    },
  ];
}
