/** A log in a form that no importer knows: a help desk's own events. */
export const helpdeskLines: readonly object[] = [
  { event: 'heartbeat', at: 1 },
  {
    event: 'said',
    id: 'e1',
    ticket: { id: 'T1' },
    cwd: '/desk',
    who: 'customer',
    body: 'Where is A7?',
    at: 1767323045,
  },
  {
    event: 'said',
    id: 'e2',
    ticket: { id: 'T1' },
    who: 'bot',
    body: null,
    actions: [
      { ref: 1, tool: 'find_order', with: { order: 'A7' } },
      { ref: 2, tool: 'find_rules', with: '{"topic":"late"}' },
    ],
  },
  { event: 'answered', ticket: { id: 'T1' }, ref: 2, data: 'no rules', failed: true },
  { event: 'answered', ticket: { id: 'T1' }, ref: 1, data: { state: 'shipped' }, failed: false },
  { event: 'said', id: 'e3', ticket: { id: 'T1' }, who: 'bot', body: 'It was shipped.', cost: { in: 40, out: 4 } },
  { event: 'closed', ticket: { id: 'T1' }, stars: 0.5 },
  { event: 'escalated', ticket: { id: 'T1' } },
  { something: 'else' },
];

export const helpdeskMapping = {
  mapping_version: 1,
  name: 'helpdesk',
  rules: [
    { when: { '/event': ['heartbeat', 'ping'] }, ignore: 'heartbeat' },
    {
      has: ['/ticket/id'],
      run: '/ticket/id',
      project: '/cwd',
      agent: { const: 'desk bot' },
      records: [
        {
          when: { '/event': 'said' },
          id: '/id',
          role: { at: '/who', values: { customer: 'user', bot: 'assistant' } },
          text: '/body',
          timestamp: '/at',
          calls: { each: '/actions', id: '/ref', name: '/tool', arguments: '/with' },
          usage: { input_tokens: '/cost/in', output_tokens: '/cost/out' },
        },
        {
          when: { '/event': 'answered' },
          role: { const: 'tool' },
          result: { call_id: '/ref', content: '/data', is_error: '/failed' },
        },
        { when: { '/event': 'closed' }, outcome: { kind: 'reward', value: '/stars', grader: 'customer' } },
      ],
    },
  ],
};
