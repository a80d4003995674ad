import { describe, expect, test } from 'vitest';
import { summarizeScratchpad } from '../../../src/knowledge/scratchpad.js';
import { notedInText, pathsIn } from '../../../src/knowledge/scratchpad-text.js';
import { agent, call, result, reward, traceOf, user } from '../scoring/traces.js';

const todo = (id: string, ...todos: [string, string][]) =>
  agent('', call(id, 'TodoWrite', { todos: todos.map(([content, status]) => ({ content, status })) }));

test('items of a list are what the heading above them says, and headings are no steps', () => {
  const text = [
    '## Summary',
    '- Added error handling',
    '- The build ended without errors',
    '### Next Steps',
    'The remaining tasks are:',
    '- Trace the channel',
    '- Write the documentation',
    'All of it builds on the first part.',
    '- Rename the module',
  ].join('\n');
  expect(notedInText(text)).toEqual([
    { part: 'pending', text: 'Trace the channel' },
    { part: 'pending', text: 'Write the documentation' },
  ]);
});

describe('a scratchpad of planning tools', () => {
  const trace = traceOf(
    'run_1',
    [
      user('Make the parser faster'),
      todo('t1', ['Read src/parse.ts', 'in_progress'], ['Run the tests', 'pending']),
      result('t1', 'ok'),
      agent('', call('c1', 'Read', { file_path: 'src/parse.ts' })),
      result('c1', 'code'),
      todo('t2', ['Read src/parse.ts', 'completed'], ['Run the tests', 'in_progress'], ['Publish it', 'cancelled']),
      result('t2', 'ok'),
      agent('', call('c2', 'Bash', { command: 'npm test' })),
      result('c2', 'passed'),
    ],
    { outcomes: [reward(1)] },
  );
  const summary = summarizeScratchpad(trace);
  const texts = (facts: readonly { text: string }[] | undefined) => facts?.map((fact) => fact.text);

  test('tells of each step what was said last', () => {
    expect(texts(summary?.completed_steps)).toEqual(['Read src/parse.ts']);
    expect(texts(summary?.pending_steps)).toEqual(['Run the tests']);
    expect(texts(summary?.failed_steps)).toEqual(['Publish it']);
    expect(summary?.current_objective?.text).toBe('Run the tests');
  });

  test('names the call that followed the last entry, with its record', () => {
    expect(summary?.next_command).toEqual({
      text: 'npm test',
      count: 1,
      sources: [{ run_id: 'run_1', evidence_id: trace.records[7]?.evidence_id }],
    });
  });

  test('says what the outcomes say of the work, and the paths that matter', () => {
    expect(summary).toMatchObject({ validation_status: 'passed' });
    expect(summary?.validation_sources).toHaveLength(1);
    expect(summary?.important_paths[0]).toMatchObject({ text: 'src/parse.ts' });
  });

  test('every statement leads to records of the run', () => {
    const ids = new Set(trace.records.map((record) => record.evidence_id));
    const named = [...JSON.stringify(summary).matchAll(/"evidence_id":"(\w+)"/g)].map((match) => match[1] ?? '');
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((id) => !ids.has(id))).toEqual([]);
  });

  test('has one hash for the same entries', () => {
    expect(summarizeScratchpad(trace)?.source_scratchpad_hash).toBe(summary?.source_scratchpad_hash);
    expect(summary?.source_scratchpad_hash).toMatch(/^[0-9a-f]{64}$/);
  });
});

test('free thoughts are read sentence by sentence', () => {
  const thought =
    'The user wants a refund. Is the flight insured? The payment failed twice. I will cancel the booking. I need to check the policy.';
  const trace = traceOf('run_1', [user('Refund me'), agent('', call('c', 'think', { thought })), result('c', '')]);
  const summary = summarizeScratchpad(trace);
  expect(summary?.unresolved_questions.map((one) => one.text)).toEqual(['Is the flight insured?']);
  expect(summary?.failed_steps.map((one) => one.text)).toEqual(['The payment failed twice.']);
  expect(summary?.decisions.map((one) => one.text)).toEqual(['I will cancel the booking.']);
  expect(summary?.pending_steps.map((one) => one.text)).toEqual(['I need to check the policy.']);
  expect(summary).toMatchObject({
    current_objective: { text: 'Refund me' },
    next_command: null,
    validation_status: 'unknown',
  });
});

test('a plan in a message counts, talk does not', () => {
  const plan = agent('## Plan\n- [x] read docs/a.md\n- [ ] write it\nGoal: a shorter page');
  const summary = summarizeScratchpad(traceOf('run_1', [user('Shorten it'), plan]));
  expect(summary?.current_objective?.text).toBe('a shorter page');
  expect(summary?.completed_steps.map((one) => one.text)).toEqual(['read docs/a.md']);
  expect(summary?.important_paths.map((one) => one.text)).toEqual(['docs/a.md']);
  expect(summarizeScratchpad(traceOf('run_2', [user('Hi'), agent('I will look.')]))).toBeNull();
});

test('an outcome that a client handed in validates nothing', () => {
  const trace = traceOf('run_1', [user('Do it'), agent('', call('c', 'think', { thought: 'I will do it now.' }))], {
    outcomes: [reward(1)],
    run: { origin: 'client' },
  });
  expect(summarizeScratchpad(trace)?.validation_status).toBe('unknown');
});

test('paths are told from other words with slashes', () => {
  expect(pathsIn('see src/a/b.ts, ./run.sh and https://example.com/x or README.md; 1/2 and and/or')).toEqual(
    expect.arrayContaining(['src/a/b.ts', './run.sh', 'README.md']),
  );
  expect(pathsIn('1/2 of it')).toEqual([]);
});
