import { dirname } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { recordedCalls } from '../../../src/evidence/trace.js';
import { type Bench, createBench, jsonl, unaccounted } from './support.js';

const head = (session: string) => ({ mcp_recording: 1, session, at: '2026-01-02T03:04:05.000Z' });

function recording(session: string): object[] {
  const tool = { name: 'desk.find', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } };
  return [
    {
      ...head(session),
      kind: 'session',
      server: 'desk',
      server_info: { name: 'acme/desk', version: '1' },
      client: { name: 'agent', version: null },
      protocol: '2025-11-25',
      project: '/home/ada/shop',
    },
    { ...head(session), kind: 'tools', tools: [tool] },
    { ...head(session), kind: 'call', id: 'c1', name: 'desk.find', arguments: { name: 'Ada' } },
    { ...head(session), kind: 'call', id: 'c2', name: 'desk.find', arguments: 'no object' },
    {
      ...head(session),
      kind: 'result',
      id: 'c1',
      name: 'desk.find',
      content: { id: 'CU-7' },
      is_error: false,
      ms: 12.5,
    },
    { ...head(session), kind: 'result', id: 'c2', name: 'desk.find', content: 'what?', is_error: true, ms: 1 },
    { ...head(session), kind: 'end', calls: 2, results: 2 },
  ];
}

let bench: Bench;
beforeEach(() => {
  bench = createBench();
});
afterEach(() => bench.close());

test('a recorded session is a run: calls with their results, the client as agent, tools as they were listed', async () => {
  const path = bench.file('one.jsonl', jsonl(recording('session_1')));
  const output = await bench.import({ path });
  expect(output).toMatchObject({ format: 'mcp_recording', records_read: 6, imported: 4, ignored: 2, rejected: 0 });
  expect(output.ignored_kinds).toEqual({ session_begin: 1, session_end: 1 });
  const [trace] = await bench.traces();
  expect(trace?.run).toMatchObject({ agent: 'agent', project: '/home/ada/shop', native_id: 'session_1', calls: 2 });
  expect(
    recordedCalls(trace ?? expect.fail()).map(({ tool, args, result, failed }) => [tool, args, result, failed]),
  ).toEqual([
    ['desk.find', { name: 'Ada' }, { id: 'CU-7' }, false],
    ['desk.find', null, 'what?', true],
  ]);
  const [tool] = await bench.store.evidence.toolDefinitions();
  expect(await bench.store.evidence.toolNames()).toEqual(['desk.find']);
  expect(tool).toMatchObject({ name: 'desk.find', inferred: false, annotations: { readOnlyHint: true } });
});

test('the note beside a recording is no file that could not be recognized', async () => {
  const path = bench.file('session_00112233445566aa.jsonl', jsonl(recording('session_1')));
  bench.file('session_00112233445566aa.jsonl.stored', '900\n');
  const output = await bench.import({ path: dirname(path) });
  expect(output.ignored_kinds).toEqual({ session_begin: 1, session_end: 1, recording_note: 1 });
});

test('a recording that has grown adds what is new, in its run', async () => {
  const lines = recording('session_1');
  const path = bench.file('one.jsonl', jsonl(lines.slice(0, 4)));
  await bench.import({ path });
  bench.file('one.jsonl', jsonl(lines));
  expect(await bench.import({ path })).toMatchObject({ imported: 2, duplicates: 2 });
  const traces = await bench.traces();
  expect(traces.map((trace) => trace.records.length)).toEqual([4]);
  for (const record of traces[0]?.records ?? [])
    expect(await bench.service.verifyRecord(record.evidence_id)).toBeNull();
});

test('lines that are none are rejected, each by itself', async () => {
  const [begin, , call] = recording('s');
  const bad = [
    { ...head('s'), kind: 'call', id: 3, name: 'x', arguments: {} },
    { ...head('s'), kind: 'result', id: 'c1', name: 'x', is_error: 'no', ms: 1 },
    { ...head('s'), kind: 'song' },
    { mcp_recording: 2, session: 's', at: '', kind: 'end', calls: 0, results: 0 },
    [1],
  ];
  const text = `${jsonl([begin, call, ...bad])}{"mcp_recording":1,"session":"s","kind":"ca`;
  const output = await bench.import({ path: bench.file('bad.jsonl', text) });
  expect(output).toMatchObject({ imported: 1, ignored: 1, rejected: 6 });
  expect(unaccounted(output)).toBe(0);
});
