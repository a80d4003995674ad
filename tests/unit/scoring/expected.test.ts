import { describe, expect, it } from 'vitest';
import type { Run } from '../../../src/evidence/model.js';
import { scoreTrace } from '../../../src/scoring/scorer.js';
import { agent, call, result, reward, type Said, traceOf, user } from './traces.js';

const shell = (command: string, output: string): Said[] => [
  agent('', call('s', 'Bash', { command })),
  result('s', { stdout: output, exit_code: null }),
];

type Task = NonNullable<Run['task']>;

const ask = user('Please refund order 7.');
const lookUp = [agent('', call('1', 'get_order', { id: 7 })), result('1', { total: 1234 })];
const refund = [agent('', call('2', 'refund_order', { id: 7 })), result('2', { state: 'refunded' })];
const end = [agent('Order 7 is refunded: 1,234 dollars.'), user('Thank you!')];
const toRefund: Task = {
  instruction: 'refund 7',
  expected_actions: [
    { name: 'get_order', arguments: { id: 7 } },
    { name: 'refund_order', arguments: { id: 7 } },
  ],
};
const toLook: Task = { instruction: 'look', expected_actions: [{ name: 'get_order', arguments: { id: 7 } }] };

const judged = (task: Task, said: readonly Said[], origin: Run['origin'] = 'file') =>
  scoreTrace(traceOf('r', said, { run: { task, origin } }));
const markers = (task: Task, said: readonly Said[]): [string, string[]] => {
  const { category, reasons } = judged(task, said);
  return [category, reasons.map((reason) => reason.marker)];
};

describe('a run without an outcome, of a task with expected actions', () => {
  it('is accepted where exactly the changes that the task calls for were made', () => {
    expect(markers(toRefund, [ask, ...lookUp, ...refund, ...end])).toEqual([
      'accepted',
      ['expected_actions_done', 'changes_confirmed', 'user_thanked'],
    ]);
  });

  it('need not have looked up what the task looks up, for that leaves no trace', () => {
    expect(judged(toRefund, [ask, ...refund, ...end]).category).toBe('accepted');
  });

  it.each<[string, readonly Said[], string]>([
    ['a change is missing', [ask, ...lookUp, ...end], 'expected_action_missing'],
    [
      'a change was made with other arguments',
      [ask, agent('', call('2', 'refund_order', { id: 8 })), result('2', {}), ...end],
      'expected_action_missing',
    ],
    ['a change was made twice', [ask, ...refund, ...refund, ...end], 'unexpected_change'],
    [
      'a tool of unknown effect was called besides',
      [ask, ...refund, agent('', call('3', 'frobnicate')), result('3', {}), ...end],
      'unexpected_change',
    ],
    [
      'the change failed',
      [ask, agent('', call('2', 'refund_order', { id: 7 })), result('2', 'Error: no'), ...lookUp, ...end],
      'expected_action_missing',
    ],
    [
      'the change has no answer in the log',
      [ask, ...lookUp, agent('', call('2', 'refund_order', { id: 7 })), ...end],
      'expected_action_missing',
    ],
    ['the log stops before an answer', [ask, ...lookUp, ...refund], 'no_final_answer'],
    ['the user objects', [ask, ...refund, agent('Done.'), user("That's not what I asked for.")], 'user_objected'],
  ])('waits for a person where %s', (_, said, marker) => {
    const [category, found] = markers(toRefund, said);
    expect(category).toBe('needs_human_review');
    expect(found).toContain(marker);
  });

  it('must have said what was to be said, as whole words', () => {
    const telling = (text: string): Task => ({ ...toRefund, expected_outputs: [text] });
    const said = [ask, ...lookUp, ...refund, ...end];
    expect(judged(telling('1234'), said).category).toBe('accepted');
    expect(markers(telling('4'), said)).toEqual([
      'needs_human_review',
      expect.arrayContaining(['expected_output_missing']),
    ]);
  });

  it('that calls for look-ups alone is accepted only where they were made and nothing was changed', () => {
    expect(judged(toLook, [ask, ...lookUp, agent('It costs 1234.')]).category).toBe('accepted');
    expect(judged(toLook, [ask, ...lookUp, ...refund, agent('Done.')]).category).toBe('needs_human_review');
    expect(judged(toLook, [ask, agent('I do not know.')]).category).toBe('needs_human_review');
  });

  it('waits for a person where it then ended on a failed call', () => {
    const failing = [agent('', call('9', 'get_order', { id: 9 })), result('9', 'Error: unknown')];
    expect(judged(toRefund, [ask, ...refund, ...failing, agent('Hm.')]).category).toBe('needs_human_review');
  });

  it('is not believed about its task where a client handed it in', () => {
    expect(judged(toRefund, [ask, ...lookUp, ...refund, ...end], 'client').category).toBe('needs_human_review');
  });

  it("does not outrank an environment's verdict", () => {
    const trace = traceOf('r', [ask, ...refund, ...end], { run: { task: toRefund }, outcomes: [reward(0)] });
    expect(scoreTrace(trace).category).toBe('rejected');
  });
});

describe('the markers of a run of which nothing is known', () => {
  const nothing = (said: readonly Said[]): string[] =>
    scoreTrace(traceOf('r', said)).reasons.map((reason) => reason.marker);

  it.each<[string, readonly Said[]]>([
    ['loop', [ask, ...lookUp, ...lookUp, ...lookUp, agent('Hm.')]],
    ['handed_over', [ask, agent('', call('1', 'transfer_to_human_agents')), result('1', 'ok'), agent('Bye.')]],
    ['user_objected', [ask, ...refund, agent('Done.'), user('You forgot the shipping costs.')]],
    ['request_declined', [ask, ...lookUp, agent('I am sorry, I cannot help with refunds.')]],
    ['claim_without_call', [ask, ...lookUp, agent('I have refunded order 7.')]],
    ['left_unanswered', [ask, ...lookUp, agent('Shall I?'), user('Yes, go on with it now')]],
    ['failure_left', [ask, agent('', call('1', 'refund_order')), result('1', 'Error: no'), ...lookUp, agent('Hm.')]],
    ['checks_failed', [ask, ...shell('npm test', 'Tests  2 failed | 5 passed'), agent('Done.')]],
    ['checks_failed', [ask, ...shell('pytest -q', '1 failed, 4 passed in 0.1s'), agent('Done.')]],
    ['checks_passed', [ask, ...shell('go test ./...', 'ok  \texample.org/x\t0.2s'), agent('Done.')]],
    ['checks_passed', [ask, ...shell('pytest', '===== 5 passed in 0.1s ====='), agent('Done.')]],
    ['changes_confirmed', [ask, ...refund, agent('Done.')]],
    ['user_thanked', [ask, ...refund, agent('Done.'), user('Thanks a lot.')]],
  ])('include %s, resting on a record', (marker, said) => {
    expect(nothing(said)).toContain(marker);
    const trace = traceOf('r', said);
    const ids = new Set(trace.records.map((record) => record.evidence_id));
    for (const reason of scoreTrace(trace).reasons) expect(ids.has(reason.evidence_id ?? '')).toBe(true);
  });

  it('say nothing of a check after which something was changed, or of which the words are not known', () => {
    const edited = [agent('', call('e', 'Edit', { file_path: 'a.ts' })), result('e', 'ok')];
    const checks = (said: readonly Said[]) => nothing(said).filter((marker) => marker.startsWith('checks'));
    expect(checks([ask, ...shell('npm test', '5 passed'), ...edited, agent('Done.')])).toEqual([]);
    expect(checks([ask, ...shell('make check', 'done'), agent('Done.')])).toEqual([]);
    expect(checks([ask, ...shell('echo "5 passed"', '5 passed'), agent('Done.')])).toEqual([]);
  });

  it('are found in texts of whatever length', () => {
    const long = 'a'.repeat(1_000_000);
    const digits = `${'9'.repeat(500_000)}x`;
    expect(nothing([ask, ...shell('pytest', digits), agent(`I cannot ${long}`), user(long)])).toContain('no_outcome');
  });

  it('find nothing in an ordinary run but that no outcome stands in the log', () => {
    expect(nothing([ask, ...lookUp, agent('It costs 1234.')])).toEqual(['no_outcome']);
  });
});
