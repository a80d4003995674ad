import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordedCalls } from '../../../src/evidence/trace.js';
import {
  agentTrace,
  chatTrace,
  detailsLog,
  eventTrace,
  flatTrace,
  loggedTrace,
  otlp,
  structuredTrace,
  toolTrace,
} from './recordings/otel.js';
import { type Bench, createBench, jsonl, unaccounted } from './support.js';

let bench: Bench;
beforeEach(() => {
  bench = createBench();
});
afterEach(() => bench.close());

async function imported(text: string) {
  const output = await bench.import({ path: bench.file('spans.jsonl', text) });
  const [trace] = await bench.traces();
  if (!trace) throw new Error('no run');
  expect(unaccounted(output)).toBe(0);
  for (const { evidence_id } of trace.records) expect(await bench.service.verifyRecord(evidence_id)).toBeNull();
  const calls = recordedCalls(trace).map(({ tool, args, result, failed }) => [tool, args, result, failed]);
  return { output, trace, calls };
}

const both = [
  ['find_order', { order: 'A7' }, { state: 'shipped' }, false],
  ['find_rules', { topic: 'late' }, { rules: [] }, false],
];

describe('OpenTelemetry spans of generative AI', () => {
  it('become one run a conversation, of its last request, and every span is accounted for', async () => {
    const { output, trace, calls } = await imported(JSON.stringify(otlp(chatTrace), null, 1));
    expect(output).toMatchObject({
      format: 'otel_genai',
      imported: 7,
      duplicates: 0,
      rejected: 0,
      runs: 1,
      ignored_kinds: { repeated_history: 1, repeated_tool_span: 1, other_span: 1, other_operation: 1, no_content: 1 },
    });
    expect(calls).toEqual(both);
    expect(trace.run).toMatchObject({
      native_id: 'conv-1',
      agent: 'desk',
      models: ['m', 'm-1'],
      outcome: { kind: 'status', value: 'pass', grader: 'helpful' },
    });
    expect(trace.records.map((one) => one.role)).toEqual([
      'system',
      'user',
      'assistant',
      'tool',
      'tool',
      'assistant',
      null,
    ]);
    const told = trace.records.map((one) => [one.usage?.input_tokens ?? 0, one.timestamp !== null]);
    expect(told.slice(0, 6)).toEqual([
      [0, false],
      [0, true],
      [30, true],
      [0, false],
      [0, true],
      [70, true],
    ]);
    expect(JSON.stringify(trace)).not.toContain('I should look');
    expect((await bench.store.evidence.toolDefinitions('spans.jsonl')).map((one) => [one.name, one.inferred])).toEqual([
      ['find_order', false],
      ['find_rules', true],
    ]);
  });

  it('are joined over the lines of a file, in order of time', async () => {
    const lines = [...chatTrace].reverse().map((span) => otlp([span]));
    const { output, calls } = await imported(jsonl(lines));
    expect(output).toMatchObject({ imported: 7, runs: 1 });
    expect(calls).toEqual(both);
  });

  it('are read with structured content, each message in its own place', async () => {
    const { trace, calls } = await imported(jsonl([otlp(structuredTrace)]));
    expect(calls).toEqual(both);
    expect(new Set(trace.records.map((one) => one.provenance.byte_offset)).size).toBe(4);
  });

  it('of tools alone are calls with results', async () => {
    const { trace, calls } = await imported(jsonl([otlp(toolTrace)]));
    expect(calls).toEqual([
      ['find_order', { order: 'A7' }, { state: 'lost' }, false],
      ['find_order', {}, 'too late', true],
    ]);
    expect(trace.run.native_id).toBe('5b8efff798038103d269b633813fc60c');
  });

  it('with messages as events or as flat attributes are read as well', async () => {
    for (const spans of [eventTrace, flatTrace]) {
      const { trace, calls } = await imported(jsonl([otlp(spans)]));
      expect(calls).toEqual(both.slice(0, 1));
      expect(trace.records.map((one) => one.role)).toEqual(['system', 'user', 'assistant', 'tool', 'assistant']);
      expect(trace.records.at(-1)?.text).toBe('It was shipped.');
      await bench.close();
      bench = createBench();
    }
  });

  it('of an agent in bare text have its tools before its answer, with lists as they came back', async () => {
    const { trace, calls } = await imported(jsonl([otlp(agentTrace)]));
    const rows = [
      { id: 'A7', type: 'parcel' },
      { id: 'B8', type: 'letter' },
    ];
    expect(calls).toEqual([['find_order', { order: 'all' }, rows, false]]);
    expect(trace.records.map((one) => one.role)).toEqual(['user', 'assistant', 'tool', 'assistant']);
    expect(trace.records.at(-1)?.text).toBe('Both were shipped.');
  });

  it('with messages in log records beside them are read as well, once', async () => {
    const { output, trace, calls } = await imported(jsonl(loggedTrace()));
    expect(output).toMatchObject({ imported: 5, ignored: 0 });
    expect(calls).toEqual(both.slice(0, 1));
    expect(trace.records.map((one) => one.role)).toEqual(['system', 'user', 'assistant', 'tool', 'assistant']);
    expect(trace.run).toMatchObject({ native_id: 'conv-1', models: ['m-1'] });
    await bench.import({ path: bench.file('details.jsonl', jsonl([detailsLog])) });
    const texts = (await bench.traces()).map((one) => one.records.map((record) => record.text));
    expect(texts).toContainEqual(['Where is A7?', 'It was shipped.']);
  });

  it('keep a secret out that stands in JSON within their text', async () => {
    const secret = ['AKIA', 'Q7MZ4XW2LD9KTBVC'].join('');
    const { output, trace, calls } = await imported(JSON.stringify(otlp(chatTrace)).replaceAll('A7', `A7 ${secret}`));
    expect(output.redacted['AWS_KEY']).toBeGreaterThan(0);
    expect(JSON.stringify(trace)).not.toContain(secret);
    expect(calls[0]?.[1]).toEqual({ order: 'A7 [AWS_KEY_1]' });
  });

  it('that are damaged are rejected alone', async () => {
    const bad = otlp([{ spanId: '1', name: 'chat' }, 7, ...chatTrace.slice(0, 1)]);
    const logs = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: 'hello' } }] }] }] };
    const path = bench.file('a.jsonl', jsonl([bad, logs, otlp([]), { resourceSpans: 'none' }]));
    const output = await bench.import({ path });
    expect(output).toMatchObject({ imported: 3, rejected: 3, ignored_kinds: { log_record: 1, empty_document: 1 } });
    expect(unaccounted(output)).toBe(0);
  });
});
