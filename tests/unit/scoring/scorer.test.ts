import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../src/evidence/model.js';
import type { JsonValue } from '../../../src/json.js';
import { scoredRunSchema } from '../../../src/scoring/model.js';
import { defaultRules, scorerVersion } from '../../../src/scoring/rules.js';
import { scoreTrace } from '../../../src/scoring/scorer.js';
import { agent, call, result, reward, traceOf, user } from './traces.js';

const work = [
  user('Where is my order?'),
  agent('', call('1', 'find_order', { id: 7 })),
  result('1', { state: 'sent' }),
];
const done = [...work, agent('It was sent.')];
const failing = [...work, agent('', call('2', 'refund', {})), result('2', 'Error: not allowed')];

function outcome(kind: Outcome['kind'], value: JsonValue): Outcome {
  return { kind, value, grader: 'env' };
}
const categoryFor = (...outcomes: Outcome[]): string => scoreTrace(traceOf('r', done, { outcomes })).category;
const markers = (judged: ReturnType<typeof scoreTrace>): string[] => judged.reasons.map((reason) => reason.marker);

describe('a run with an outcome', () => {
  it.each([
    [1, 'accepted'],
    [1.5, 'accepted'],
    ['1.0', 'accepted'],
    [true, 'accepted'],
    [0, 'rejected'],
    [-1, 'rejected'],
    [false, 'rejected'],
    [0.99, 'partially_accepted'],
    [0.01, 'partially_accepted'],
  ])('with reward %j is %s', (value, category) => {
    expect(categoryFor(reward(value))).toBe(category);
  });

  it.each<[Outcome['kind'], JsonValue, string]>([
    ['tests', true, 'accepted'],
    ['tests', { passed: 3, failed: 0 }, 'accepted'],
    ['tests', { passed: 2, failed: 1 }, 'partially_accepted'],
    ['tests', { passed: 0, failed: 1 }, 'rejected'],
    ['exit', 0, 'accepted'],
    ['exit', 137, 'rejected'],
    ['human', 'thumbs-down', 'rejected'],
    ['status', 'Resolved', 'accepted'],
    ['status', 'timeout', 'rejected'],
    ['exit', 'max_steps', 'rejected'],
    ['status', 'partial', 'partially_accepted'],
  ])('of kind %s and value %j is %s', (kind, value, category) => {
    expect(categoryFor(outcome(kind, value))).toBe(category);
  });

  it.each<[Outcome['kind'], JsonValue]>([
    ['status', 'submitted (exit_cost)'],
    ['human', 4],
    ['human', 'done'],
    ['reward', null],
    ['reward', 'NaN'],
    ['reward', {}],
    ['tests', { passed: 0, failed: 0 }],
    ['status', 1],
  ])('of kind %s and unreadable value %j goes to a person', (kind, value) => {
    const judged = scoreTrace(traceOf('r', done, { outcomes: [outcome(kind, value)] }));
    expect(judged.category).toBe('needs_human_review');
    expect(markers(judged)).toContain('outcome_unclear');
  });

  it.each(['completed', 'user_stop'])('that says %s alone tells that the run ended, and not how', (value) => {
    const judged = scoreTrace(traceOf('r', done, { outcomes: [outcome('exit', value)] }));
    expect(judged.category).toBe('needs_human_review');
    expect([markers(judged)[0], markers(judged).at(-1)]).toEqual(['no_outcome', 'ended']);
    const rewarded = scoreTrace(traceOf('r', done, { outcomes: [outcome('exit', value), reward(1)] }));
    expect(markers(rewarded)).toEqual(['reward_full']);
  });

  it('stays accepted where calls failed or the agent handed over, and says so', () => {
    const handed = [...failing, agent('', call('3', 'transfer_to_human_agents')), result('3', 'Transfer successful')];
    const judged = scoreTrace(traceOf('r', handed, { outcomes: [reward(1)] }));
    expect(judged.category).toBe('accepted');
    expect(markers(judged)).toEqual(['reward_full', 'failed_calls', 'handed_over']);
    expect(judged.reasons.every((reason) => reason.severity === 'info')).toBe(true);
  });

  it('goes to a person where two outcomes contradict one another', () => {
    const judged = scoreTrace(traceOf('r', done, { outcomes: [reward(1), outcome('tests', false)] }));
    expect(judged.category).toBe('needs_human_review');
    expect(markers(judged)).toEqual(['outcomes_conflict', 'outcomes_conflict']);
  });

  it('points its reason at the record that the outcome stands in', () => {
    const trace = traceOf('r', done, { outcomes: [reward(0)] });
    expect(scoreTrace(trace).reasons[0]?.evidence_id).toBe(trace.records.at(-1)?.evidence_id);
  });
});

describe('a run without an outcome', () => {
  it('of a task of which nothing is known is never accepted, and the reasons name what is missing', () => {
    const judged = scoreTrace(traceOf('r', done));
    expect(judged.category).toBe('needs_human_review');
    expect(judged.reasons[0]?.message).toContain('No reward, test result, exit code');
  });

  it('is rejected where it ended on a failed call', () => {
    const judged = scoreTrace(traceOf('r', [...failing, agent('Sorry.')]));
    expect(judged).toMatchObject({ category: 'rejected', reasons: [{ marker: 'last_calls_failed' }, {}] });
  });

  it('is not rejected for a failed call that was mended', () => {
    const mended = [...failing, agent('', call('3', 'refund', { ok: 1 })), result('3', { ok: true })];
    const judged = scoreTrace(traceOf('r', mended));
    expect(judged.category).toBe('needs_human_review');
    expect(markers(judged)).toEqual(['no_outcome', 'no_final_answer', 'changes_confirmed', 'failed_calls']);
  });

  it('is rejected where the agent did nothing', () => {
    expect(scoreTrace(traceOf('r', [user('Hello?')]))).toMatchObject({ category: 'rejected' });
    expect(scoreTrace(traceOf('r', []))).toMatchObject({ category: 'rejected' });
  });
});

describe('an outcome that a client handed in', () => {
  const client = { run: { origin: 'client' as const }, outcomes: [reward(1)] };

  it('is not believed', () => {
    const judged = scoreTrace(traceOf('r', done, client));
    expect(judged.category).toBe('needs_human_review');
    expect(markers(judged)).toEqual(['client_outcome']);
  });

  it('is not believed either where it was slipped into a run that a file began', () => {
    const file = traceOf('r', done);
    const slipped = traceOf('r', done, { outcomes: [reward(1)], sourceFile: 'client:chat' });
    const mixed = { run: file.run, records: [...file.records, ...slipped.records.slice(-1)] };
    expect(scoreTrace(mixed).category).toBe('needs_human_review');
  });

  it('counts where the operator says so, under another version of the scorer', () => {
    const rules = { ...defaultRules, trust_client_outcomes: true };
    const trace = traceOf('r', done, client);
    expect(scoreTrace(trace, rules).category).toBe('accepted');
    expect(scoreTrace(trace, rules).input_hash).not.toBe(scoreTrace(trace).input_hash);
    expect(scorerVersion(rules)).not.toBe(scorerVersion(defaultRules));
  });
});

describe('the scorer', () => {
  const anyOutcome = fc.record({
    kind: fc.constantFrom<Outcome['kind']>('reward', 'tests', 'human', 'exit', 'status'),
    value: fc.oneof(fc.jsonValue(), fc.constantFrom('ok', 'fail', 'done', 0, 1, 0.5, true, false)),
    grader: fc.string(),
  });
  const anyMessage = fc.constantFrom(...failing, ...done, result(null, null, true), agent('hm'));

  it('gives the same valid judgement twice, with reasons, for any run', () => {
    fc.assert(
      fc.property(fc.array(anyMessage, { maxLength: 8 }), fc.array(anyOutcome, { maxLength: 3 }), (said, outcomes) => {
        const trace = traceOf('r', said, { outcomes: outcomes as Outcome[] });
        const judged = scoreTrace(trace);
        expect(scoreTrace(structuredClone(trace))).toEqual(judged);
        const stamped = { schema_version: 1, run_id: 'r', scorer_version: 'v', scored_at: 'now', via: 'cli' };
        expect(() => scoredRunSchema.parse({ ...judged, ...stamped })).not.toThrow();
        if (outcomes.length === 0) expect(judged.category).not.toMatch(/accepted/);
      }),
    );
  });
});
