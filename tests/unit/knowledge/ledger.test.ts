import { describe, expect, test } from 'vitest';
import { createLedger, providerOf } from '../../../src/knowledge/ledger.js';
import { agent, call, result, traceOf, user } from '../scoring/traces.js';
import { orderRun, scored, timed } from './logs.js';

const marks = (model: string, ...seconds: string[]) => seconds.map((second) => [model, second] as const);

describe('the model ledger', () => {
  const good = timed(orderRun('run_1', true), marks('claude-x', '00', '02', '03', '07', '08', '09', '09'));
  const bad = timed(orderRun('run_2', false), marks('claude-x', '00', '04', '05', '06', '07', '08', '08'));
  const open = timed(orderRun('run_3', true), marks('claude-x', '00', '01', '02', '03', '04', '05', '05'));
  const ledger = createLedger({ 'claude-x': 200_000 });
  ledger.add(good, scored(good, 'accepted'));
  ledger.add(bad, scored(bad, 'rejected'));
  ledger.add(open, scored(open, 'needs_human_review'));
  const [all, typed] = ledger.entries();

  test('has a row for all task types and one for each', () => {
    expect([all?.task_type, typed?.task_type]).toEqual(['*', 'orders']);
  });

  test('counts a success rate over judged runs with the Wilson interval and the runs of both sides', () => {
    expect(all?.success_rate).toMatchObject({ value: 0.5, accepted_run_ids: ['run_1'], other_run_ids: ['run_2'] });
    expect(all?.success_rate?.low).toBeCloseTo(0.0945, 3);
    expect(all?.success_rate?.high).toBeCloseTo(0.9055, 3);
  });

  test('counts what waits for a person as a sample and not as a failure', () => {
    expect(all).toMatchObject({ sample_count: 3, source_run_ids: ['run_1', 'run_2', 'run_3'] });
  });

  test('takes the times of answers from the records, each percentile with the very record', () => {
    // Nine answers: 2, 4, 1 s; 4, 1, 1 s; 1, 1, 1 s.
    expect(all?.latency_p50).toEqual({ ms: 1000, source: expect.objectContaining({ run_id: expect.any(String) }) });
    expect(all?.latency_p95?.ms).toBe(4000);
    const named = [...good.records, ...bad.records].find(
      (one) => one.evidence_id === all?.latency_p95?.source.evidence_id,
    );
    expect(named?.role).toBe('assistant');
  });

  test('names failure modes with the records that show them', () => {
    const failed = all?.failure_modes.find((one) => one.text === 'cancel_order failed');
    expect(failed?.sources).toEqual([{ run_id: 'run_2', evidence_id: bad.records[4]?.evidence_id }]);
    expect(all?.failure_modes.map((one) => one.text)).toContain('marker made_rejected');
  });

  test('tells provider, role, window and when the newest record was recorded', () => {
    expect(all).toMatchObject({
      model_provider: 'anthropic',
      model_role: 'agent',
      escalation_role: 'alone',
      context_window: 200_000,
      best_partner_model: null,
      cost: null,
      last_updated: '2026-01-01T00:00:00.000Z',
    });
  });

  test('is the same for the same runs', () => {
    const again = createLedger({ 'claude-x': 200_000 });
    for (const trace of [good, bad, open]) {
      again.add(trace, scored(trace, trace === good ? 'accepted' : trace === bad ? 'rejected' : 'needs_human_review'));
    }
    expect(again.entries()).toEqual(ledger.entries());
  });
});

test('a run whose log names no model counts for the model `unknown`, with the times of its answers', () => {
  const trace = timed(
    orderRun('run_1', true),
    ['00', '02', '03', '07', '08', '09'].map((second) => [null, second] as const),
  );
  const ledger = createLedger();
  ledger.add(trace, scored(trace, 'accepted'));
  expect(ledger.entries()[0]).toMatchObject({
    model_name: 'unknown',
    model_role: 'agent',
    latency_p50: { ms: 2000 },
    latency_p95: { ms: 4000 },
  });
});

test('a model that takes over from another has that role and its best partner', () => {
  const trace = timed(
    traceOf('run_9', [user('Do it'), agent('', call('c', 'look')), result('c', 'x'), agent('Done.')]),
    [
      [null, null],
      ['small', null],
      [null, null],
      ['large', null],
    ],
  );
  const ledger = createLedger();
  ledger.add(trace, scored(trace, 'accepted'));
  const rows = ledger.entries().filter((one) => one.task_type === '*');
  expect(rows.map((one) => [one.model_name, one.escalation_role, one.best_partner_model?.model_name])).toEqual([
    ['large', 'takes_over', 'small'],
    ['small', 'starts', 'large'],
  ]);
});

test('usage is summed with the runs that it was read from', () => {
  const plain = timed(orderRun('run_1', true), [
    [null, null],
    ['m', null],
  ]);
  const records = plain.records.map((record, at) =>
    at === 1 ? { ...record, usage: { input_tokens: 10, output_tokens: 5, cost_usd: 0.01 } } : record,
  );
  const ledger = createLedger();
  ledger.add({ ...plain, records }, undefined);
  expect(ledger.entries()[0]).toMatchObject({
    success_rate: null,
    cost: { usd: 0.01, input_tokens: 10, output_tokens: 5, run_ids: ['run_1'] },
  });
});

test('the provider is what the name tells, else nothing', () => {
  expect(['acme/m-1', 'gpt-4o', 'o3-mini', 'gemini-2.5', 'house-model'].map(providerOf)).toEqual([
    'acme',
    'openai',
    'openai',
    'google',
    null,
  ]);
});
