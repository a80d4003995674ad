import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../src/knowledge/digest.js';
import { playbooksOf } from '../../../src/knowledge/playbooks.js';
import { stepOf } from '../../../src/knowledge/steps.js';
import { taskTypeOf } from '../../../src/knowledge/task-type.js';
import { agent, call, result, reward, traceOf, user } from '../scoring/traces.js';
import { orderRun, scored } from './logs.js';

const at = '2026-01-01T00:00:00.000Z';
const retried = [agent('', call('c9', 'cancel_order', { order: 'A' })), result('c9', 'Error: no such order')];
const good = [orderRun('run_1', true), orderRun('run_2', true, retried), orderRun('run_3', true)];
const bad = orderRun('run_4', false);
const digests = [
  ...good.map((trace) => digestOf(trace, scored(trace, 'accepted'))),
  digestOf(bad, scored(bad, 'rejected')),
];

test('a path that only a failed call names leads to the call, in which it stands', () => {
  const runs = ['run_1', 'run_2'].map((id) => {
    const said = [
      user('Read the plan'),
      agent('', call('c1', 'Read', { file_path: 'plan.md' })),
      result('c1', 'Error: no such file'),
      agent('', call('c2', 'Glob', { pattern: '*' })),
      result('c2', 'PLAN.md'),
    ];
    return traceOf(id, said, { outcomes: [reward(1)], run: { task_id: `plan-${id.slice(-1)}` } });
  });
  const [found] = playbooksOf(
    runs.map((trace) => digestOf(trace, scored(trace, 'accepted'))),
    2,
    '2026-01-01T00:00:00.000Z',
  );
  expect(found?.important_paths[0]).toEqual({
    text: 'plan.md',
    count: 2,
    sources: runs.map(({ run, records }) => ({ run_id: run.run_id, evidence_id: records[1]?.evidence_id })),
  });
});

describe('a playbook', () => {
  const [playbook, ...others] = playbooksOf(digests, 2, at);
  const texts = (facts: readonly { text: string }[] | undefined) => facts?.map((fact) => fact.text);

  test('holds the steps that accepted runs of a task type share, in order, with their arguments', () => {
    expect(others).toEqual([]);
    expect(playbook).toMatchObject({ task_type: 'orders', support: 3, source_run_ids: ['run_1', 'run_2', 'run_3'] });
    expect(playbook?.steps.map((step) => [step.position, step.step, step.arguments])).toEqual([
      [1, 'find_order', ['order']],
      [2, 'cancel_order', ['order', 'reason']],
    ]);
  });

  test('knows what rejected runs did, and what helped after a failure', () => {
    expect(texts(playbook?.known_failure_modes)).toEqual([
      'cancel_order failed: Error: not allowed',
      'made_rejected: As the test says.',
    ]);
    expect(texts(playbook?.recovery_strategy)).toEqual(['after cancel_order failed: the same with other arguments']);
    expect(playbook?.escalation_threshold?.failed_calls).toBe(2);
    expect(texts(playbook?.commands_failed)).toEqual(['cancel_order']);
  });

  test('says why its runs were accepted and what their requests share', () => {
    expect(playbook?.acceptance_criteria).toMatchObject([{ text: 'made_accepted: As the test says.', count: 3 }]);
    expect(texts(playbook?.problem_pattern)).toEqual(expect.arrayContaining(['cancel', 'order']));
  });

  test('leads from every statement to records that are there', () => {
    const ids = new Set([...good, bad].flatMap((trace) => trace.records.map((record) => record.evidence_id)));
    const lists = Object.values(playbook ?? {})
      .filter(Array.isArray)
      .flat();
    const sources = lists.flatMap((one) =>
      typeof one === 'object' && one !== null && 'sources' in one ? one.sources : [],
    );
    expect(sources.length).toBeGreaterThan(10);
    expect(sources.filter((source) => source.evidence_id === null || !ids.has(source.evidence_id))).toEqual([]);
  });

  test('is the same for the same runs, whenever it is made', () => {
    const later = playbooksOf(digests, 2, '2027-01-01T00:00:00.000Z')[0];
    expect(later?.playbook_id).toBe(playbook?.playbook_id);
  });
});

test('nothing recurs in fewer accepted runs than are asked for', () => {
  expect(playbooksOf(digests, 4, at)).toEqual([]);
  const onlyBad = digests.map((one) => ({ ...one, accepted: false }));
  expect(playbooksOf(onlyBad, 1, at)).toEqual([]);
});

test('a step of a shell is its program and the word that follows', () => {
  const step = (command: string) => stepOf({ tool: 'Bash', args: { command } });
  expect(step('cd app && npm test -- --watch=false')).toBe('Bash: npm test');
  expect(step('ls -la')).toBe('Bash: ls');
  expect(stepOf({ tool: 'find_order', args: {} })).toBe('find_order');
});

test('the type of a task is what the log declares of it', () => {
  const actions = (...names: string[]) => names.map((name) => ({ name, arguments: {} }));
  const declared = (...names: string[]) => ({ instruction: null, expected_actions: actions(...names) });
  expect(taskTypeOf({ source: 'a', task_id: '7', task: declared('get_user', 'book_flight', 'book_flight') })).toBe(
    'book_flight',
  );
  expect(taskTypeOf({ source: 'a', task_id: '7', task: declared('get_user') })).toBe('no_change');
  expect(taskTypeOf({ source: 'a', task_id: 'django__django-123', task: null })).toBe('django__django');
  expect(taskTypeOf({ source: 'a', task_id: '7', task: null })).toBe('a');
  expect(taskTypeOf({ source: 'a', task_id: null, task: null })).toBe('a');
});
