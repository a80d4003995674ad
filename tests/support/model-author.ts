import type { JsonObject, JsonValue } from '../../src/json.js';
import { type Answer, answerJson, type Recorded } from './fake-openai.js';

interface SampleCall {
  readonly name: string;
  readonly args: JsonObject;
  readonly result?: JsonValue;
}

interface Sample {
  readonly calls: readonly SampleCall[];
}

/** The messages of a request as one text. */
export function promptOf({ body }: Recorded): string {
  return (body['messages'] as { content: string }[]).map((message) => message.content).join('\n');
}

function quoted<T>(prompt: string, tag: string): T {
  const text = new RegExp(`<${tag}>\\n(.*?)\\n</${tag}>`, 's').exec(prompt)?.[1];
  if (text === undefined) throw new Error(`the prompt quotes no ${tag}`);
  return JSON.parse(text) as T;
}

export function stageOf(request: Recorded): 'template' | 'spec' | 'code' {
  const prompt = promptOf(request);
  if (prompt.includes('Write the template.')) return 'template';
  return prompt.includes('Write the module.') ? 'code' : 'spec';
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What the samples show of one tool: the most used one whose answers are objects. */
function usesOf(samples: readonly Sample[]): SampleCall[] {
  const byTool = new Map<string, Map<string, SampleCall>>();
  for (const call of samples.flatMap((sample) => sample.calls)) {
    if (!isObject(call.args) || !isObject(call.result)) continue;
    const uses = byTool.get(call.name) ?? new Map<string, SampleCall>();
    byTool.set(call.name, uses.set(JSON.stringify(call.args), call));
  }
  const [most] = [...byTool.values()].sort((a, b) => b.size - a.size);
  return most ? [...most.values()] : [];
}

function specFor(prompt: string): JsonObject {
  const uses = usesOf(quoted<Sample[]>(prompt, 'samples')).slice(0, 6);
  const [first] = uses;
  if (!first || uses.length < 3) return { skip: 'The samples show no operation often enough.' };
  const fields = Object.keys(first.args);
  return {
    name: `look_up_by_${first.name.split('.').at(-1)}`,
    kind: 'skill',
    summary: `Look up what ${first.name} tells.`,
    input_schema: {
      type: 'object',
      properties: Object.fromEntries(fields.map((field) => [field, {}])),
      required: fields,
    },
    output_schema: { type: 'object' },
    tests: uses.map(({ name, args, result }, index) => ({
      name: `use ${index + 1}`,
      input: args,
      calls: [{ name, args, result: result ?? null }],
      expected: { status: 'ok', payload: { found: result ?? null } },
    })),
    dependencies: { capabilities: [], tools: [first.name] },
  };
}

function codeFor(prompt: string): JsonObject {
  const { dependencies } = quoted<{ dependencies: { tools: string[] } }>(prompt, 'spec');
  const called = JSON.stringify(dependencies.tools[0]);
  // The first try forgets the field; what the gate says of it mends it.
  const payload = prompt.includes('was rejected') ? '{ found }' : 'found';
  return {
    code: `export async function execute(input, ctx) {\n  const found = await ctx.call(${called}, input);\n  return { status: 'ok', payload: ${payload}, prov: [] };\n}\n`,
  };
}

/** A model that writes sensible specs out of the samples of its prompt, and code that is right at the second try. */
export function modelAuthor(request: Recorded): Answer {
  const prompt = promptOf(request);
  const stage = stageOf(request);
  if (stage === 'template') {
    const { label } = quoted<{ label: string }[]>(prompt, 'clusters')[0] ?? { label: '' };
    return answerJson({ guidance: `One look-up each, as in ${label}.`, spec_template: {}, test_template: {} });
  }
  return answerJson(stage === 'code' ? codeFor(prompt) : specFor(prompt));
}
