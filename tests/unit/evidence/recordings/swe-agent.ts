const info = {
  exit_status: 'submitted',
  submission: 'diff --git a/a.py b/a.py',
  model_stats: { instance_cost: 0.12, tokens_sent: 900, tokens_received: 80, api_calls: 3 },
};
const bash = (id: string, command: string) => ({
  function: { name: 'bash', arguments: JSON.stringify({ command }) },
  id,
  type: 'function',
});

/** A run with tool calls; its last tool calls are text as Python prints a list, and the last action is answered in its step. */
export const toolTrajectory = {
  environment: 'swe_main',
  trajectory: [
    { action: 'ls', observation: 'a.py', response: 'I look.', thought: 'I look.', state: {}, execution_time: 0.1 },
    {
      action: 'submit',
      observation: 'Submitted.',
      response: 'Done.',
      thought: 'Done.',
      state: {},
      execution_time: 0.1,
    },
  ],
  history: [
    { role: 'system', content: 'You are a programmer.', agent: 'main', message_type: 'system_prompt' },
    { role: 'user', content: 'Here is a demonstration.', agent: 'main', is_demo: true, message_type: 'demonstration' },
    { role: 'user', content: [{ type: 'text', text: 'Fix a.py.' }], agent: 'main', message_type: 'observation' },
    {
      role: 'assistant',
      content: 'I look.',
      thought: 'I look.',
      action: 'ls',
      tool_calls: [bash('t1', 'ls')],
      agent: 'main',
      message_type: 'action',
      thinking_blocks: [{ type: 'thinking', thinking: 'secret plan' }],
    },
    { role: 'tool', content: 'a.py', tool_call_ids: ['t1'], agent: 'main', message_type: 'observation' },
    {
      role: 'assistant',
      content: 'Done.',
      thought: 'Done.',
      action: 'submit',
      tool_calls:
        "[{'function': {'name': 'submit', 'arguments': \"{'confirm': True, 'note': 'it\\\\'s \\\\u00e9'}\"}, 'id': 't2', 'type': 'function'}]",
      agent: 'main',
      message_type: 'action',
    },
  ],
  info,
  replay_config: JSON.stringify({ env: { problem_statement: { id: 'shop__a-1', type: 'text' } } }),
};

/** A run from before there were tool calls: actions are text, and answers stand in the user's place. */
export const oldTrajectory = {
  environment: 'swe_main',
  trajectory: [
    { action: 'ls\n', observation: 'a.py', response: 'I look.\n```\nls\n```', state: '{}', thought: 'I look.' },
    {
      action: 'submit\n',
      observation: 'Submitted.',
      response: 'Done.\n```\nsubmit\n```',
      state: '{}',
      thought: 'Done.',
    },
  ],
  history: [
    { role: 'system', content: 'You are a programmer.', agent: 'primary' },
    { role: 'user', content: 'Fix a.py.', agent: 'primary' },
    { role: 'assistant', content: 'I look.\n```\nls\n```', thought: 'I look.', action: 'ls\n', agent: 'primary' },
    { role: 'user', content: 'a.py\nbash-$', agent: 'primary' },
    { role: 'assistant', content: 'Done.\n```\nsubmit\n```', thought: 'Done.', action: 'submit\n', agent: 'primary' },
  ],
  info,
};

/** Steps alone, the first of which kept its request. */
export const stepsOnly = {
  environment: 'swe_main',
  trajectory: oldTrajectory.trajectory.map((step, index) => ({
    ...step,
    query: oldTrajectory.history.slice(0, 2 + 2 * index),
  })),
  info: { exit_status: null },
};
