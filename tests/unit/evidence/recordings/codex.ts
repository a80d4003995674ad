/** Lines of a small rollout of the Codex CLI: instructions, injected context, a call and its mirror, a patch, a search. */
export function codexLines(session = 'r1', more: object = {}): object[] {
  let second = 0;
  const line = (type: string, payload: object) => {
    second += 1;
    return { timestamp: `2026-02-03T04:05:${String(second).padStart(2, '0')}.000Z`, type, payload };
  };
  const item = (payload: object) => line('response_item', payload);
  const said = (role: string, type: string, text: string) => item({ type: 'message', role, content: [{ type, text }] });
  return [
    line('session_meta', {
      id: session,
      cwd: '/home/ada/shop',
      cli_version: '0.90.0',
      base_instructions: { text: 'You are a coding agent.' },
      ...more,
    }),
    said('developer', 'input_text', '<permissions instructions>ask first</permissions instructions>'),
    said('user', 'input_text', '<environment_context>\n  <cwd>/home/ada/shop</cwd>\n</environment_context>'),
    said('user', 'input_text', 'make the test pass'),
    line('event_msg', { type: 'user_message', message: 'make the test pass' }),
    line('turn_context', { cwd: '/home/ada/shop', model: 'm-codex' }),
    item({ type: 'reasoning', summary: [{ type: 'summary_text', text: 'I look first' }], encrypted_content: 'gAAA' }),
    item({ type: 'function_call', name: 'exec_command', call_id: 'c1', arguments: '{"cmd":"npm test"}' }),
    line('event_msg', {
      type: 'token_count',
      info: { last_token_usage: { input_tokens: 120, output_tokens: 7 }, total_token_usage: { input_tokens: 999 } },
    }),
    item({
      type: 'function_call_output',
      call_id: 'c1',
      output: 'Chunk ID: 1\nWall time: 1 s\nProcess exited with code 1\nOutput:\n1 failed',
    }),
    item({
      type: 'custom_tool_call',
      name: 'apply_patch',
      call_id: 'c2',
      status: 'completed',
      input: '*** Begin Patch',
    }),
    item({
      type: 'custom_tool_call_output',
      call_id: 'c2',
      output: '{"output":"Success","metadata":{"exit_code":0}}',
    }),
    item({ type: 'local_shell_call', call_id: 'c3', status: 'completed', action: { type: 'exec', command: ['ls'] } }),
    item({ type: 'function_call_output', call_id: 'c3', output: { content: 'a.ts', success: true } }),
    item({ type: 'web_search_call', id: 'ws1', status: 'completed', action: { type: 'search', query: 'vitest' } }),
    item({ type: 'function_call', name: 'exec_command', call_id: 'c1', arguments: '{"cmd": npm' }),
    item({ type: 'function_call_output', call_id: 'c1', output: 'ok' }),
    item({ type: 'function_call_output', call_id: 'lost', output: 'nobody asked' }),
    line('compacted', { message: 'what happened so far' }),
    item({ type: 'hologram', shape: 'cube' }),
    line('brand_new_line', { x: 1 }),
    said('assistant', 'output_text', 'The test passes.'),
    line('event_msg', { type: 'agent_message', message: 'The test passes.' }),
  ];
}

/** A rollout from before there were envelopes: a header, states, bare items. */
export function bareCodexLines(): object[] {
  const message = (role: string, type: string, text: string) => ({ type: 'message', role, content: [{ type, text }] });
  return [
    { id: 'old1', timestamp: '2025-05-01T10:00:00.000Z', instructions: null, git: {} },
    { record_type: 'state' },
    message(
      'user',
      'input_text',
      '<environment_context>\nCurrent working directory: /home/ada/old\n</environment_context>',
    ),
    message('user', 'input_text', 'list the files'),
    { record_type: 'state' },
    { type: 'function_call', id: 'fc1', name: 'shell', call_id: 'x1', arguments: '{"command":["ls"]}' },
    { type: 'function_call_output', call_id: 'x1', output: '{"output":"a.ts","metadata":{"exit_code":0}}' },
    message('assistant', 'output_text', 'There is a.ts.'),
  ];
}

export interface CodexTurn {
  readonly asks: string;
  readonly answers: string;
  /** hours after the turn before */
  readonly after?: number;
  /** so many turns, this one included, were taken back after it */
  readonly takenBack?: number;
}

/** A rollout of questions and answers. */
export function codexTurns(turns: readonly CodexTurn[], session = 'k1'): object[] {
  let at = Date.UTC(2026, 1, 3, 9);
  const line = (type: string, payload: object) => {
    at += 60_000;
    return { timestamp: new Date(at).toISOString(), type, payload };
  };
  const said = (role: string, type: string, text: string) =>
    line('response_item', { type: 'message', role, content: [{ type, text }] });
  return [
    line('session_meta', { id: session, cwd: '/home/ada/shop', cli_version: '0.95.0' }),
    ...turns.flatMap(({ asks, answers, after = 0, takenBack }) => {
      at += after * 3_600_000;
      const back = { type: 'thread_rolled_back', num_turns: takenBack };
      return [
        said('user', 'input_text', asks),
        said('assistant', 'output_text', answers),
        ...(takenBack === undefined ? [] : [line('event_msg', back)]),
      ];
    }),
  ];
}
