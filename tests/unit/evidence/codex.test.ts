import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordedCalls } from '../../../src/evidence/trace.js';
import { bareCodexLines, codexLines, codexTurns } from './recordings/codex.js';
import { type Bench, createBench, jsonl, unaccounted } from './support.js';

let bench: Bench;
beforeEach(() => {
  bench = createBench();
});
afterEach(() => bench.close());

async function imported(lines: readonly object[]) {
  const output = await bench.import({ path: bench.file('rollout.jsonl', jsonl(lines)) });
  const [trace] = await bench.traces();
  if (!trace) throw new Error('no run');
  return { output, trace };
}

describe('Codex rollouts', () => {
  it('give each item once, though the screen log repeats it, and account for every line', async () => {
    const { output, trace } = await imported(codexLines());
    expect(output).toMatchObject({
      format: 'codex',
      records_read: 23,
      imported: 15,
      rejected: 0,
      ignored_kinds: { event_msg: 3, turn_context: 1, reasoning: 1, compacted: 1, unknown_item: 1, unknown_type: 1 },
    });
    expect(unaccounted(output)).toBe(0);
    expect(trace.run).toMatchObject({
      native_id: 'r1',
      project: '/home/ada/shop',
      agent: 'codex',
      models: ['m-codex'],
    });
    expect(trace.records.map((one) => one.role)).toEqual([
      ...['system', 'system', 'user', 'user', 'assistant', 'tool', 'assistant', 'tool', 'assistant', 'tool'],
      ...['assistant', 'assistant', 'tool', 'tool', 'assistant'],
    ]);
    expect(trace.records.at(-1)?.text).toBe('The test passes.');
    expect(JSON.stringify(trace)).not.toMatch(/I look first|gAAA/);
  });

  it('take only what a person typed for a human word', async () => {
    const { trace } = await imported(codexLines());
    expect(trace.records.filter((one) => one.is_human).map((one) => one.text)).toEqual(['make the test pass']);
    await bench.close();
    bench = createBench();
    const source = { subagent: { thread_spawn: { parent_thread_id: 'r1', depth: 1 } } };
    await imported(codexLines('r1'));
    const [parent] = await bench.traces();
    await bench.import({ path: bench.file('sub.jsonl', jsonl(codexLines('r2', { source }))) });
    const sub = { trace: (await bench.traces()).find((one) => one.run.native_id === 'r2') ?? trace };
    expect(sub.trace.run.parent).toEqual({ relation: 'sub_agent', run_id: parent?.run.run_id, call_id: null });
    expect(sub.trace.records.some((one) => one.is_human)).toBe(false);
    expect(sub.trace.records.find((one) => one.tool_calls.length > 0)?.is_sidechain).toBe(true);
  });

  it('pair results with calls by call_id, also a repeated one, and read exit codes', async () => {
    const { trace } = await imported(codexLines());
    const calls = recordedCalls(trace).map(({ tool, args, result, failed }) => ({ tool, args, result, failed }));
    expect(calls).toEqual([
      { tool: 'exec_command', args: { cmd: 'npm test' }, result: expect.stringContaining('1 failed'), failed: true },
      {
        tool: 'apply_patch',
        args: { input: '*** Begin Patch' },
        result: { output: 'Success', metadata: { exit_code: 0 } },
        failed: false,
      },
      { tool: 'local_shell', args: { type: 'exec', command: ['ls'] }, result: 'a.ts', failed: false },
      { tool: 'web_search', args: { type: 'search', query: 'vitest' }, result: undefined, failed: false },
      { tool: 'exec_command', args: null, result: 'ok', failed: false },
    ]);
    const broken = trace.records.flatMap((one) => one.tool_calls).find((one) => one.arguments === null);
    expect(broken?.raw_arguments).toBe('{"cmd": npm');
    expect(trace.records.filter((one) => one.usage).map((one) => one.usage?.input_tokens)).toEqual([120]);
  });

  it('that forked repeat the history of another session, which counts once', async () => {
    const original = codexLines('r1');
    const fork = codexLines('r2', { forked_from_id: 'r1' }).slice(0, 1);
    const went = [
      ...fork,
      ...original,
      ...codexLines('r2')
        .slice(-2)
        .map((line) => ({ ...line, timestamp: 0 })),
    ];
    await bench.import({ path: bench.file('a.jsonl', jsonl(original)) });
    const output = await bench.import({ path: bench.file('b.jsonl', jsonl(went)) });
    // The fork has the same instructions again, the whole history, and one new answer.
    expect(output).toMatchObject({ imported: 1, duplicates: 16 });
    const traces = await bench.traces();
    expect(traces.map((one) => [one.run.native_id, one.records.length]).sort()).toEqual([
      ['r1', 15],
      ['r2', 1],
    ]);
    for (const { records } of traces) {
      for (const record of records) expect(await bench.service.verifyRecord(record.evidence_id)).toBeNull();
    }
  });

  it('from before there were envelopes are known by their header', async () => {
    const { output, trace } = await imported(bareCodexLines());
    expect(output).toMatchObject({
      format: 'codex',
      imported: 5,
      rejected: 0,
      ignored_kinds: { session_meta: 1, state: 2 },
    });
    expect(trace.run).toMatchObject({ native_id: 'old1', project: '/home/ada/old' });
    expect(recordedCalls(trace)).toMatchObject([{ tool: 'shell', args: { command: ['ls'] }, failed: false }]);
    expect(trace.records.filter((one) => one.is_human).map((one) => one.text)).toEqual(['list the files']);
  });

  it('without their first line are still read, and a damaged line is rejected alone', async () => {
    const lines = jsonl(codexLines().slice(3));
    const broken = lines.replace('"call_id":"c2","status"', '"call_id":"c2" "status"');
    const path = bench.file('torn.jsonl', broken.slice(0, -40));
    const output = await bench.import({ path });
    expect(output).toMatchObject({ format: 'codex', rejected: 2, imported: 11 });
    expect(unaccounted(output)).toBe(0);
    expect(await bench.import({ path })).toMatchObject({ imported: 0, duplicates: 11 });
  });

  it('of a denied folder are kept out', async () => {
    await bench.close();
    bench = createBench({ consent: { deny: ['/home/ada/shop'] } });
    const output = await bench.import({ path: bench.file('a.jsonl', jsonl(codexLines())) });
    expect(output).toMatchObject({ imported: 0, ignored_kinds: { no_consent: 15 } });
  });
});

describe('rollouts whose lines have no times', () => {
  it('are known by their envelopes all the same', async () => {
    const lines = codexLines().map((line) =>
      Object.fromEntries(Object.entries(line).filter(([k]) => k !== 'timestamp')),
    );
    const output = await bench.import({ path: bench.file('r.jsonl', jsonl(lines.slice(1))) });
    expect(output).toMatchObject({ format: 'codex', rejected: 0 });
  });
});

describe('a rollout with several turns', () => {
  it('leaves out the turns that were taken back, and keeps them marked', async () => {
    const lines = codexTurns([
      { asks: 'Add a retry', answers: 'Added.' },
      { asks: 'Log it too', answers: 'Logged.' },
      { asks: 'Log it twice', answers: 'Logged twice.', takenBack: 2 },
      { asks: 'Count it instead', answers: 'Counted.' },
    ]);
    const { trace } = await imported(lines);
    expect(trace.records.map((one) => one.text)).toEqual(['Add a retry', 'Added.', 'Count it instead', 'Counted.']);
    const all = await bench.store.evidence.getTrace(trace.run.run_id, 'all');
    expect(all?.records.filter((one) => one.is_abandoned).map((one) => one.text)).toEqual([
      'Log it too',
      'Logged.',
      'Log it twice',
      'Logged twice.',
    ]);
    for (const { evidence_id } of all?.records ?? []) expect(await bench.service.verifyRecord(evidence_id)).toBeNull();
  });

  it('is cut where something new is asked hours after the last answer', async () => {
    await imported(
      codexTurns([
        { asks: 'Add a retry to the client', answers: 'Added.' },
        { asks: 'also log it in there', answers: 'Logged.', after: 9 },
        { asks: 'Translate the README into German', answers: 'Translated.', after: 5 },
      ]),
    );
    const traces = await bench.traces();
    expect(traces.map(({ run, records }) => [run.native_id, run.session_id, records.length]).sort()).toEqual([
      ['k1#4', 'k1', 2],
      ['k1', 'k1', 4],
    ]);
  });
});
