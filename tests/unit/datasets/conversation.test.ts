import { describe, expect, it } from 'vitest';
import { conversationOf, flatten } from '../../../src/datasets/conversation.js';
import { openaiFormat, openaiRowSchema } from '../../../src/datasets/formats/openai.js';
import { trlFormat, trlRowSchema } from '../../../src/datasets/formats/trl.js';
import { createToolCatalog } from '../../../src/datasets/tool-schemas.js';
import type { RunTrace, ToolDefinition } from '../../../src/evidence/model.js';
import type { JsonObject } from '../../../src/json.js';
import { agent, call, result, type Said, traceOf, user } from '../scoring/traces.js';

const tool = (name: string): ToolDefinition => ({
  name,
  description: `Does ${name}`,
  input_schema: { type: 'object', properties: {} },
  inferred: false,
  annotations: null,
});

function flatOf(trace: RunTrace): ReturnType<typeof flatten> {
  const conversation = conversationOf(trace);
  if (typeof conversation === 'string') throw new Error(conversation);
  return flatten(conversation);
}
const render = (
  format: typeof trlFormat,
  messages: readonly Said[],
  tools: readonly string[],
  mask = true,
): JsonObject => format.render(flatOf(traceOf('r', messages)), { tools: tools.map(tool), maskFailedSteps: mask });

const system: Said = { role: 'system', text: 'Help.' };
const weather = [
  system,
  user('Weather in Oslo?'),
  agent('', call('c1', 'get_weather', { city: 'Oslo' })),
  result('c1', { t: 4 }),
  agent('4 °C.'),
  user('Thanks!'),
];

describe('a run told as a row', () => {
  it('has the shape that TRL documents', () => {
    const row = render(trlFormat, weather, ['get_weather']);
    expect(row).toEqual({
      messages: [
        { role: 'system', content: 'Help.' },
        { role: 'user', content: 'Weather in Oslo?' },
        {
          role: 'assistant',
          content: '',
          tool_calls: [{ type: 'function', function: { name: 'get_weather', arguments: { city: 'Oslo' } } }],
        },
        { role: 'tool', name: 'get_weather', content: '{"t":4}' },
        { role: 'assistant', content: '4 °C.' },
      ],
      tools: [
        {
          type: 'function',
          function: {
            name: 'get_weather',
            description: 'Does get_weather',
            parameters: { type: 'object', properties: {} },
          },
        },
      ],
    });
    expect(trlFormat.problem(row)).toBeNull();
  });

  it('has the shape that OpenAI documents', () => {
    const row = render(openaiFormat, weather, ['get_weather']);
    expect(row['messages']).toEqual([
      { role: 'system', content: 'Help.' },
      { role: 'user', content: 'Weather in Oslo?' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: '{"t":4}' },
      { role: 'assistant', content: '4 °C.' },
    ]);
    expect(openaiFormat.problem(row)).toBeNull();
  });

  it('gets ids of its own for OpenAI where the log repeats or lacks them', () => {
    const twice = [
      user('Both?'),
      agent('', call('x', 'look', { n: 1 })),
      result('x', 'one'),
      agent('', call('x', 'look', { n: 2 }), call(null, 'look', { n: 3 })),
      result(null, 'three'),
      result('x', 'two'),
      agent('Done.'),
    ];
    const row = openaiRowSchema.parse(render(openaiFormat, twice, ['look']));
    const answers = row.messages.flatMap((one) => (one.role === 'tool' ? [[one.tool_call_id, one.content]] : []));
    expect(answers[0]).toEqual(['call_1', 'one']);
    expect(new Set(answers.map(([id]) => id)).size).toBe(3);
  });

  it('keeps a failed call out of the loss for OpenAI, and as mere context for TRL', () => {
    const failing = [
      user('Go'),
      agent('', call('1', 'look', {})),
      result('1', 'Error: no'),
      agent('', call('2', 'look', { n: 1 })),
      result('2', 'yes'),
      agent('Done.'),
    ];
    const weights = (mask: boolean): unknown[] =>
      openaiRowSchema
        .parse(render(openaiFormat, failing, ['look'], mask))
        .messages.flatMap((one) => (one.role === 'assistant' ? [one.weight] : []));
    expect(weights(true)).toEqual([0, undefined, undefined]);
    expect(weights(false)).toEqual([undefined, undefined, undefined]);
    expect(trlRowSchema.parse(render(trlFormat, failing, ['look'])).messages).toHaveLength(6);
    expect(flatOf(traceOf('r', failing)).map((one) => one.kind === 'said' && one.failed)).toEqual([
      false,
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it('joins the pieces of one message of the agent, and leaves side threads out', () => {
    const pieces = [
      user('Go'),
      agent('I will look.'),
      agent('', call('1', 'look', {})),
      { ...agent('aside'), sidechain: true },
      agent('', call('2', 'look', {})),
      result('2', 'b'),
      result('1', 'a'),
      agent('Done.'),
    ];
    const row = trlRowSchema.parse(render(trlFormat, pieces, ['look']));
    expect(row.messages.map((one) => [one.role, one.content])).toEqual([
      ['user', 'Go'],
      ['assistant', 'I will look.'],
      ['tool', 'a'],
      ['tool', 'b'],
      ['assistant', 'Done.'],
    ]);
  });

  it('ends on what the agent did', () => {
    const trace = traceOf('r', [user('Go'), agent('Bye', call('1', 'hang_up', {})), result('1', 'ok'), user('hm')]);
    expect(flatOf(trace)).toHaveLength(2);
    expect(conversationOf(trace)).toMatchObject({ trimmed: 2 });
  });

  it.each<[string, Said[]]>([
    ['no_assistant_turn', [system, user('Hello?')]],
    ['no_assistant_turn', []],
    ['orphan_tool_result', [user('Go'), agent('hm'), result('9', 'x'), agent('Done')]],
    ['orphan_tool_result', [result(null, 'x'), agent('Done')]],
    ['unanswered_call', [user('Go'), agent('', call('1', 'look')), user('and?'), agent('Done')]],
    ['unparsed_arguments', [user('Go'), agent('', call('1', 'look', null)), result('1', 'x'), agent('Done')]],
    ['sidechain', [{ ...agent('aside'), sidechain: true }]],
  ])('is refused for the reason %s', (reason, messages) => {
    expect(conversationOf(traceOf('r', messages))).toBe(reason);
  });
});

describe('the check of a row', () => {
  it('finds what would break a trainer', () => {
    const row = render(openaiFormat, weather, ['get_weather']);
    const messages = row['messages'] as JsonObject[];
    expect(openaiFormat.problem({ ...row, tools: undefined })).toContain('not declared');
    expect(openaiFormat.problem({ ...row, messages: messages.slice(0, 4) })).toContain('last message');
    expect(openaiFormat.problem({ ...row, messages: messages.filter((one) => one['role'] !== 'tool') })).toContain(
      'no result',
    );
    expect(trlFormat.problem(row)).not.toBeNull();
    expect(openaiFormat.problem(render(trlFormat, weather, ['get_weather']))).not.toBeNull();
  });
});

describe('inferred tool schemas', () => {
  it('hold what was seen, and require what every call had', () => {
    const catalog = createToolCatalog();
    catalog.observe('s', { name: 'book', args: { id: 1, tags: ['a'], who: { name: 'x' } }, failed: false });
    catalog.observe('s', { name: 'book', args: { id: 1.5, note: null, who: { name: 'y', age: 3 } }, failed: false });
    catalog.observe('s', { name: 'book', args: { wrong: true }, failed: true });
    catalog.observe('other', { name: 'cancel', args: {}, failed: false });
    const { tools, inferred } = catalog.toolsOf('s', []);
    expect(inferred).toEqual(['book']);
    expect(tools[0]).toMatchObject({ name: 'book', inferred: true });
    expect(tools[0]?.input_schema).toEqual({
      type: 'object',
      properties: {
        id: { type: 'number' },
        note: { type: 'null' },
        tags: { type: 'array', items: { type: 'string' } },
        who: {
          type: 'object',
          properties: { age: { type: 'integer' }, name: { type: 'string' } },
          required: ['name'],
        },
      },
      required: ['id', 'who'],
    });
  });

  it('give way to a definition of the log', () => {
    const catalog = createToolCatalog();
    catalog.observe('s', { name: 'book', args: { id: 1 }, failed: false });
    const listed = catalog.toolsOf('s', [tool('book'), tool('another')]);
    expect(listed).toEqual({ tools: [tool('another'), tool('book')], inferred: [] });
  });
});
