import { expect, test } from 'vitest';
import { collectRun, type Streams } from '../../../src/records/collect.js';
import { orderRun, scored } from '../knowledge/logs.js';

const trace = orderRun('run_1', true);
const streams: Streams = {
  trace,
  score: scored(trace, 'accepted', 'reward_full'),
  override: { run_id: 'run_1', category: 'accepted', reason: 'Looked at it.', at: '2026-01-02', via: 'cli' },
  suggestions: [{ run_id: 'run_1', category: 'rejected', reason: 'Slow.', at: '2026-01-02', via: 'mcp' }],
  shownFile: () => 'made-up.jsonl',
};

test('what the streams say of a run is one record', () => {
  const record = collectRun(streams);
  expect(record).toMatchObject({
    kind: 'run',
    task_id: 'orders-1',
    task_type: 'orders',
    source_files: ['made-up.jsonl'],
    commands_run: [
      { command: 'find_order {"order":"A7"}', failed: false },
      { command: 'cancel_order {"order":"A7","reason":"asked"}', failed: false },
    ],
    retrieved_context: [{ text: 'find_order {"order":"A7"}' }],
    observer_notes: [{ text: 'rejected: Slow.', via: 'mcp' }],
    success_markers: [{ marker: 'reward_full' }],
    failure_markers: [],
    validation_results: [{ kind: 'reward', value: 1 }],
    human_override: { category: 'accepted' },
    scratchpad_summary: null,
  });
  expect(record.records).toHaveLength(trace.records.length);
});

test('the same streams give the same record, and another override another one', () => {
  const record = collectRun(streams);
  expect(collectRun(streams)).toEqual(record);
  const other = collectRun({ ...streams, override: undefined });
  expect(other.evidence_id).not.toBe(record.evidence_id);
  expect([other.input_hash, other.output_hash]).toEqual([record.input_hash, record.output_hash]);
});

test('what made a run without a verdict accepted is a success marker, and a note that is neither is none', () => {
  const marked = (marker: string, severity: 'info' | 'warn') => ({ marker, severity, message: '.', evidence_id: null });
  const reasons = [
    marked('expected_actions_done', 'info'),
    marked('failed_calls', 'info'),
    marked('loop', 'warn'),
    marked('override', 'info'),
  ];
  const record = collectRun({ ...streams, score: { ...scored(trace, 'rejected'), reasons } });
  expect(record.success_markers.map((one) => one.marker)).toEqual(['expected_actions_done']);
  expect(record.failure_markers.map((one) => one.marker)).toEqual(['loop', 'override']);
});

test('what stood in the log before redaction leaves no hash', () => {
  expect(JSON.stringify(collectRun(streams))).not.toContain('sig_hash');
});
