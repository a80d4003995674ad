const messages = [
  {
    role: 'assistant',
    content: 'Hi! How can I help?',
    tool_calls: null,
    turn_idx: 0,
    timestamp: '2026-03-01T10:00:00.5',
  },
  { role: 'user', content: 'My phone has no signal.', tool_calls: null, turn_idx: 1 },
  {
    role: 'assistant',
    content: null,
    tool_calls: [{ id: 'c1', name: 'get_line', arguments: { line_id: 'L1' }, requestor: 'assistant' }],
    cost: 0.002,
    usage: { prompt_tokens: 200, completion_tokens: 20 },
    raw_data: { model: 'small-1-dated' },
  },
  { id: 'c1', role: 'tool', content: '{"line_id":"L1","status":"active"}', requestor: 'assistant', error: false },
  { role: 'assistant', content: 'Please switch airplane mode off.', tool_calls: null },
  {
    role: 'user',
    content: null,
    tool_calls: [{ id: 'u1', name: 'toggle_airplane_mode', arguments: {}, requestor: 'user' }],
  },
  { id: 'u1', role: 'tool', content: 'Airplane mode is off.', requestor: 'user', error: false },
  {
    role: 'user',
    content: 'Done, look:',
    tool_calls: [{ id: 'u2', name: 'check_status_bar', arguments: {}, requestor: 'user' }],
  },
  { id: 'u2', role: 'tool', content: 'Signal: good', requestor: 'user', error: false },
  {
    role: 'assistant',
    content: '',
    tool_calls: [{ id: 'c2', name: 'close_ticket', arguments: '{"ticket":"T1"}', requestor: 'assistant' }],
  },
  {
    role: 'tool',
    tool_messages: [{ id: 'c2', role: 'tool', content: 'No such ticket', requestor: 'assistant', error: true }],
  },
  { role: 'assistant', content: 'Good, bye.', tool_calls: null },
];

const simulation = (id: string, trial: number, reward: number) => ({
  id,
  task_id: '[mobile]airplane',
  trial,
  seed: 7,
  termination_reason: 'user_stop',
  duration: 3.5,
  agent_cost: 0.01,
  reward_info: { reward, db_check: null, action_checks: [], reward_basis: ['ENV_ASSERTION'] },
  messages,
});

/** Two trials of one task with a simulated user that has tools of its own, one simulation by voice, one without messages. */
export const tau2Results = {
  timestamp: '2026-03-01T10:00:00',
  info: {
    num_trials: 2,
    agent_info: { implementation: 'llm_agent', llm: 'small-1' },
    environment_info: {
      domain_name: 'telecom',
      policy: 'Be kind.',
      tool_defs: [
        { type: 'function', function: { name: 'get_line', description: 'd', parameters: { type: 'object' } } },
      ],
    },
  },
  tasks: [
    {
      id: '[mobile]airplane',
      user_scenario: { persona: null, instructions: { domain: 'telecom', reason_for_call: 'No signal.' } },
      evaluation_criteria: {
        actions: [
          { action_id: 'a', requestor: 'user', name: 'toggle_airplane_mode', arguments: {} },
          { action_id: 'b', requestor: 'assistant', name: 'get_line', arguments: { line_id: 'L1' } },
        ],
      },
    },
  ],
  simulations: [
    simulation('sim-1', 0, 1),
    simulation('sim-2', 1, 0),
    { id: 'sim-3', task_id: 'x', trial: 0, mode: 'full_duplex', termination_reason: 'user_stop', ticks: [] },
    { ...simulation('sim-4', 2, 0), messages: [] },
  ],
};
