type Attributes = Readonly<Record<string, unknown>>;

function wrap(value: unknown): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(wrap) } };
  return { kvlistValue: { values: listed(value as Attributes) } };
}

function listed(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: wrap(value) }));
}

let made = 0;
function span(name: string, attributes: Attributes, more: object = {}): object {
  made += 1;
  return {
    traceId: '5b8efff798038103d269b633813fc60c',
    spanId: String(made).padStart(16, '0'),
    name,
    startTimeUnixNano: String(1_767_323_045_000_000_000n + BigInt(made) * 1_000_000_000n),
    endTimeUnixNano: String(1_767_323_045_500_000_000n + BigInt(made) * 1_000_000_000n),
    attributes: listed(attributes),
    ...more,
  };
}

export function otlp(spans: readonly unknown[]): object {
  return { resourceSpans: [{ resource: {}, scopeSpans: [{ scope: { name: 'x' }, spans }] }] };
}

/** A span of the trace that all of these belong to. */
export const traceOf = (attributes: Attributes): object => span('x', attributes);

const text = (role: string, content: string) => ({ role, parts: [{ type: 'text', content }] });
const called = {
  role: 'assistant',
  parts: [
    { type: 'reasoning', content: 'I should look' },
    { type: 'tool_call', id: 'k1', name: 'find_order', arguments: { order: 'A7' } },
    { type: 'tool_call', id: 'k2', name: 'find_rules', arguments: '{"topic":"late"}' },
  ],
};
const answers = {
  role: 'tool',
  parts: [
    { type: 'tool_call_response', id: 'k1', response: '{"state":"shipped"}' },
    { type: 'tool_call_response', id: 'k2', result: { rules: [] } },
  ],
};
const chat = { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'x', 'gen_ai.conversation.id': 'conv-1' };
const tool = { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'find_order', 'gen_ai.tool.call.id': 'k1' };
const instructions = {
  'gen_ai.system_instructions': JSON.stringify([{ type: 'text', content: 'You look after orders.' }]),
};
const evaluation = {
  name: 'gen_ai.evaluation.result',
  timeUnixNano: '1767323047000000000',
  attributes: listed({
    'gen_ai.evaluation.name': 'helpful',
    'gen_ai.evaluation.score.label': 'pass',
    'gen_ai.evaluation.score.value': 4,
  }),
};

/** One conversation with content as JSON text: two requests, the tools between them, a request to somewhere else. */
export const chatTrace: readonly object[] = [
  span('chat m', {
    ...chat,
    ...instructions,
    'gen_ai.request.model': 'm',
    'gen_ai.usage.input_tokens': 30,
    'gen_ai.tool.definitions': JSON.stringify([
      { type: 'function', name: 'find_order', parameters: { type: 'object' } },
    ]),
    'gen_ai.input.messages': JSON.stringify([text('user', 'Where is A7?')]),
    'gen_ai.output.messages': JSON.stringify([{ ...called, finish_reason: 'tool_call' }]),
  }),
  span('GET', { 'http.request.method': 'GET' }),
  span('execute_tool find_order', {
    ...tool,
    'gen_ai.tool.call.arguments': '{"order":"A7"}',
    'gen_ai.tool.call.result': '{}',
  }),
  span(
    'chat m',
    {
      ...chat,
      ...instructions,
      'gen_ai.response.model': 'm-1',
      'gen_ai.usage.input_tokens': 70,
      'gen_ai.usage.output_tokens': 9,
      'gen_ai.input.messages': JSON.stringify([text('user', 'Where is A7?'), called, answers]),
      'gen_ai.output.messages': JSON.stringify([{ ...text('assistant', 'It was shipped.'), finish_reason: 'stop' }]),
    },
    { events: [evaluation] },
  ),
  span('invoke_agent desk', { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'desk' }),
  span('embeddings', { 'gen_ai.operation.name': 'embeddings' }),
];

/** The same content as structured attributes. */
export const structuredTrace: readonly object[] = [
  span('chat m', {
    ...chat,
    'gen_ai.input.messages': [text('user', 'Where is A7?'), called, answers],
    'gen_ai.output.messages': [text('assistant', 'It was shipped.')],
  }),
];

/** Tool spans alone; one failed. */
export const toolTrace: readonly object[] = [
  span('execute_tool', {
    ...tool,
    'gen_ai.tool.call.arguments': { order: 'A7' },
    'gen_ai.tool.call.result': { state: 'lost' },
  }),
  span(
    'execute_tool',
    { ...tool, 'gen_ai.tool.call.id': 'k9', 'error.type': 'timeout' },
    { status: { code: 2, message: 'too late' } },
  ),
];

/** Messages as events, as they were up to 1.36. */
export const eventTrace: readonly object[] = [
  span(
    'chat m',
    { 'gen_ai.system': 'x', 'gen_ai.request.model': 'm' },
    {
      events: [
        { name: 'gen_ai.system.message', attributes: listed({ content: 'Be brief.' }) },
        { name: 'gen_ai.user.message', attributes: listed({ 'gen_ai.event.content': '{"content":"Where is A7?"}' }) },
        {
          name: 'gen_ai.assistant.message',
          attributes: listed({
            tool_calls: [{ id: 'k1', type: 'function', function: { name: 'find_order', arguments: '{"order":"A7"}' } }],
          }),
        },
        { name: 'gen_ai.tool.message', attributes: listed({ id: 'k1', content: '{"state":"shipped"}' }) },
        {
          name: 'gen_ai.choice',
          attributes: listed({ index: 0, finish_reason: 'stop', message: { content: 'It was shipped.' } }),
        },
      ],
    },
  ),
];

/** Messages as flat attributes. */
export const flatTrace: readonly object[] = [
  span('openai.chat', {
    'llm.request.type': 'chat',
    'gen_ai.prompt.0.role': 'system',
    'gen_ai.prompt.0.content': 'Be brief.',
    'gen_ai.prompt.1.role': 'user',
    'gen_ai.prompt.1.content': 'Where is A7?',
    'gen_ai.prompt.2.role': 'assistant',
    'gen_ai.prompt.2.tool_calls.0.id': 'k1',
    'gen_ai.prompt.2.tool_calls.0.name': 'find_order',
    'gen_ai.prompt.2.tool_calls.0.arguments': '{"order":"A7"}',
    'gen_ai.prompt.3.role': 'tool',
    'gen_ai.prompt.3.content': '{"state":"shipped"}',
    'gen_ai.prompt.3.tool_call_id': 'k1',
    'gen_ai.completion.0.role': 'assistant',
    'gen_ai.completion.0.content': 'It was shipped.',
    'gen_ai.completion.0.finish_reason': 'stop',
  }),
];

/** An agent whose span says what it was given and gave back in bare text, and a tool that it called meanwhile. */
export const agentTrace: readonly object[] = [
  span(
    'invoke_agent desk',
    {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.input.messages': 'Where are my orders?',
      'gen_ai.output.messages': 'Both were shipped.',
    },
    { endTimeUnixNano: '1767999999000000000' },
  ),
  span('execute_tool', {
    ...tool,
    'gen_ai.tool.call.arguments': '{"order":"all"}',
    'gen_ai.tool.call.result': '[{"id":"A7","type":"parcel"},{"id":"B8","type":"letter"}]',
  }),
];

/** A request without content, whose messages are log records beside it. */
export function loggedTrace(): object[] {
  const request = span('chat m', { ...chat, 'gen_ai.response.model': 'm-1' });
  const { traceId, spanId } = Object(request);
  const said = (name: string, body: object, at: number) => ({
    eventName: name,
    timeUnixNano: String(1_767_323_045_000_000_000n + BigInt(at)),
    body: wrap(body),
    attributes: [],
    traceId,
    spanId,
  });
  const calls = [{ id: 'k1', type: 'function', function: { name: 'find_order', arguments: '{"order":"A7"}' } }];
  const logRecords = [
    said('gen_ai.system.message', { content: 'Be brief.' }, 1),
    said('gen_ai.user.message', { content: 'Where is A7?' }, 2),
    said('gen_ai.assistant.message', { tool_calls: calls }, 3),
    said('gen_ai.tool.message', { id: 'k1', content: '{"state":"shipped"}' }, 4),
    said('gen_ai.choice', { index: 0, finish_reason: 'stop', message: { content: 'It was shipped.' } }, 5),
  ];
  return [{ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }, otlp([request])];
}

/** A whole request in one log record. */
export const detailsLog: object = {
  resourceLogs: [
    {
      scopeLogs: [
        {
          logRecords: [
            {
              eventName: 'gen_ai.client.inference.operation.details',
              timeUnixNano: '1767323045000000000',
              traceId: '6b8efff798038103d269b633813fc60c',
              spanId: '00000000000000aa',
              attributes: listed({
                'gen_ai.input.messages': [text('user', 'Where is A7?')],
                'gen_ai.output.messages': JSON.stringify([text('assistant', 'It was shipped.')]),
              }),
            },
          ],
        },
      ],
    },
  ],
};
