const user = (text: string) => ({ type: 'message', role: 'user', content: [{ type: 'input_text', text }] });
const answer = (text: string) => ({
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text, annotations: [] }],
});
const call = (id: string, order: string) => ({
  type: 'function_call',
  id: `fc_${id}`,
  call_id: `call_${id}`,
  name: 'find_order',
  arguments: JSON.stringify({ order }),
});
const output = (id: string, said: unknown) => ({ type: 'function_call_output', call_id: `call_${id}`, output: said });

/** One conversation with calls of our own, calls that the host ran, reasoning, and an item of an unknown type. */
export const responseItems: readonly object[] = [
  { role: 'developer', content: 'You look after orders.' },
  user('Where are A7 and B9?'),
  { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'two look-ups' }] },
  call('1', 'A7'),
  call('2', 'B9'),
  output('2', [{ type: 'input_text', text: '{"state":"lost"}' }]),
  output('1', '{"state":"shipped"}'),
  {
    type: 'mcp_list_tools',
    id: 'mcpl_1',
    server_label: 'shop',
    tools: [{ name: 'refund', input_schema: { type: 'object' } }],
  },
  {
    type: 'mcp_call',
    id: 'mcp_1',
    server_label: 'shop',
    name: 'refund',
    arguments: '{"order":"B9"}',
    output: '{"ok":true}',
  },
  {
    type: 'mcp_call',
    id: 'mcp_2',
    server_label: 'shop',
    name: 'refund',
    arguments: '{}',
    error: { message: 'which?' },
  },
  { type: 'code_interpreter_call', id: 'ci_1', code: '1+1', container_id: 'k', outputs: [{ type: 'logs', logs: '2' }] },
  { type: 'file_search_call', id: 'fs_1', queries: ['refunds'], results: null, status: 'completed' },
  { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'parcel B9' } },
  { type: 'telepathy_call', id: 'tp_1' },
  answer('A7 was shipped, B9 is refunded.'),
];

const tools = [{ type: 'function', name: 'find_order', description: 'd', parameters: { type: 'object' } }];
const usage = { input_tokens: 50, output_tokens: 5 };

/** Three requests of one conversation; each repeats the history. */
export const responseRequests: readonly object[] = [
  {
    request: { model: 'm-1', instructions: 'Be brief.', tools, input: 'Where is A7?' },
    response: {
      id: 'resp_1',
      object: 'response',
      model: 'm-1-x',
      created_at: 1767323045,
      output: [call('1', 'A7')],
      usage,
    },
  },
  {
    request: {
      model: 'm-1',
      instructions: 'Be brief.',
      tools,
      input: [{ role: 'user', content: 'Where is A7?' }, call('1', 'A7'), output('1', 'Error: no such order')],
    },
    response: { id: 'resp_2', object: 'response', model: 'm-1-x', output: [answer('There is no A7.')], usage },
  },
  {
    request: {
      model: 'm-1',
      instructions: 'Be brief.',
      input: [
        { role: 'user', content: 'Where is A7?' },
        call('1', 'A7'),
        output('1', 'Error: no such order'),
        answer('There is no A7.'),
        user('Thanks.'),
      ],
    },
    response: { id: 'resp_3', object: 'response', model: 'm-1-x', output: [answer('Gladly.')], usage },
    success: false,
  },
];

/** The same conversation where each request holds only what is new and names the response before it. */
export const linkedRequests: readonly object[] = [
  responseRequests[0] ?? {},
  {
    request: {
      previous_response_id: 'resp_1',
      instructions: 'Be brief.',
      input: [output('1', 'Error: no such order')],
    },
    response: { id: 'resp_2', object: 'response', model: 'm-1-x', output: [answer('There is no A7.')], usage },
  },
  {
    request: { previous_response_id: 'resp_2', input: [user('Thanks.')] },
    response: { id: 'resp_3', object: 'response', model: 'm-1-x', output: [answer('Gladly.')], usage },
    success: false,
  },
];
