import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunTrace } from '../../../src/evidence/model.js';
import { recordedCalls } from '../../../src/evidence/trace.js';
import { scoreTrace } from '../../../src/scoring/scorer.js';
import { everything, parallel, rewound, Session } from './recordings/claude.js';
import { type Bench, createBench, jsonl, unaccounted } from './support.js';

let bench: Bench;
beforeEach(() => {
  bench = createBench();
});
afterEach(() => bench.close());

const load = (session: Session, name = `${session.id}.jsonl`) =>
  bench.import({ path: bench.file(`p/${name}`, jsonl(session.lines)) });

const textsOf = (trace: RunTrace | undefined) => trace?.records.map((record) => record.text ?? '').filter((one) => one);

const byNative = (traces: readonly RunTrace[], native: string) => traces.find((one) => one.run.native_id === native);

async function provable(): Promise<void> {
  for (const { run } of await bench.traces()) {
    for (const { evidence_id } of (await bench.store.evidence.getTrace(run.run_id, 'all'))?.records ?? []) {
      expect(await bench.service.verifyRecord(evidence_id)).toBeNull();
    }
  }
}

describe('a session in which a person went back', () => {
  it('is a run of the way that was kept; the branch that was left is kept beside it and marked', async () => {
    expect(await load(rewound())).toMatchObject({ imported: 10, rejected: 0, runs: 1 });
    const [trace] = await bench.traces();
    expect(textsOf(trace)).toEqual([
      'Add a retry to the client',
      'Where shall it go?',
      'Put it into the client itself',
      'edited',
      'The client retries now.',
    ]);
    expect(trace && recordedCalls(trace).map((call) => call.args)).toEqual([{ file_path: 'client.ts' }]);
    expect(trace?.run).toMatchObject({ records: 10, calls: 1 });
    const all = (await bench.store.evidence.getTrace(trace?.run.run_id ?? '', 'all'))?.records ?? [];
    expect(all.filter((record) => record.is_abandoned).map((record) => record.native_id)).toEqual([
      'u2',
      'a2',
      'u3',
      'a3',
    ]);
    const { results } = await bench.service.search({ query: 'callers client' });
    expect(results.find((one) => one.snippet === 'All callers retry now.')?.is_abandoned).toBe(true);
    expect(results.find((one) => one.snippet === 'The client retries now.')).not.toHaveProperty('is_abandoned');
    await provable();
  });

  it('is the same whether it was imported before or after the person went back', async () => {
    const session = rewound();
    const path = bench.file('p/s.jsonl', jsonl(session.lines.slice(0, 6)));
    await bench.import({ path });
    expect((await bench.traces())[0]?.records).toHaveLength(6);
    bench.file('p/s.jsonl', jsonl(session.lines));
    expect(await bench.import({ path })).toMatchObject({ imported: 4, duplicates: 6 });
    const grown = await bench.traces();
    await bench.close();
    bench = createBench();
    await load(rewound());
    expect(grown.map(textsOf)).toEqual((await bench.traces()).map(textsOf));
  });

  it('takes the branch in again when the person returns to it', async () => {
    const session = rewound().backTo('a3').says('u6', 'I liked the callers better').answers('a6', 'Kept.');
    await load(session);
    expect(textsOf((await bench.traces())[0])?.slice(2)).toEqual([
      'Put it into every caller',
      'edited',
      'All callers retry now.',
      'I liked the callers better',
      'Kept.',
    ]);
  });

  it('keeps what a compaction took the place of: that was summed up, not left', async () => {
    const session = new Session('k1')
      .says('u1', 'Add a retry')
      .answers('a1', 'Added.')
      .says('u2', 'Log it')
      .answers('a2', 'Logged.');
    const boundary = { subtype: 'compact_boundary', logicalParentUuid: 'a1' };
    session.backTo(null).line('system', 'b1', boundary).says('u3', 'Summed up: it logs.', { isCompactSummary: true });
    await load(session.says('u4', 'Count it').answers('a4', 'Counted.'));
    expect((await bench.traces())[0]?.records).toHaveLength(7);
  });

  it('loses no answer of a parallel call, and has the lines of one message together', async () => {
    await load(parallel());
    const [trace] = await bench.traces();
    expect(trace?.records.map((record) => record.native_id)).toEqual(['u1', 'a1', 'a2', 'u2', 'u3', 'a3']);
    expect(trace && recordedCalls(trace).map((call) => call.result)).toEqual(['one', 'two']);
  });
});

describe('a session that holds several tasks', () => {
  const first = () => new Session('t1').says('u1', 'Add a retry to the client').answers('a1', 'It retries now.');
  const natives = async () => (await bench.traces()).map((trace) => trace.run.native_id).sort();

  it('is cut where the person cleared the conversation', async () => {
    const cleared = first().backTo(null).says('c1', '<command-name>/clear</command-name>');
    await load(cleared.says('u2', 'Now write the changelog entry').answers('a2', 'Written.'));
    expect(await natives()).toEqual(['t1', 't1#c1']);
    const traces = await bench.traces();
    expect(textsOf(byNative(traces, 't1'))).toEqual(['Add a retry to the client', 'It retries now.']);
    expect(new Set(traces.map((trace) => trace.run.session_id))).toEqual(new Set(['t1']));
    await provable();
  });

  it('is cut where another conversation begins in the same file', async () => {
    await load(first().says('u2', 'And log it').answers('a2', 'Done.').backTo(null).says('u3', 'Rename the table'));
    expect(await natives()).toEqual(['t1', 't1#u3']);
  });

  it('is cut where something new is asked long after the last answer', async () => {
    await load(first().pause(5).says('u2', 'Translate the README into German').answers('a2', 'Translated.'));
    expect(await natives()).toEqual(['t1', 't1#u2']);
  });

  it('is not cut by a short pause, by a message that goes on, or while the agent is at work', async () => {
    await load(first().pause(1).says('u2', 'Translate the README into German'));
    await load(new Session('t2').says('u1', 'Add a retry').answers('a1', 'Where?').pause(9).says('u2', 'continue'));
    const busy = new Session('t3').says('u1', 'Run it').calls('a1', { id: 'c', name: 'Bash', input: { command: 'x' } });
    await load(busy.pause(9).says('u2', 'Translate the README into German'));
    expect(await natives()).toEqual(['t1', 't2', 't3']);
  });

  it('is not cut by a compaction, which is counted by its name', async () => {
    const output = await load(everything());
    expect(output.ignored_kinds['compaction']).toBe(1);
    const traces = await bench.traces();
    expect(textsOf(byNative(traces, 'e1'))?.slice(-3)).toEqual([
      'This session is being continued.',
      'Fix it then',
      'It is fixed.',
    ]);
  });

  it('has the same runs when it is imported while it grows', async () => {
    const session = first().pause(5).says('u2', 'Translate the README into German').answers('a2', 'Translated.');
    const path = bench.file('p/t.jsonl', jsonl(session.lines.slice(0, 2)));
    await bench.import({ path });
    bench.file('p/t.jsonl', jsonl(session.lines));
    expect(await bench.import({ path })).toMatchObject({ imported: 2, duplicates: 2 });
    expect(await natives()).toEqual(['t1', 't1#u2']);
  });
});

describe('a session that repeats another one', () => {
  it('leaves the history where it was written, and says what it was forked from', async () => {
    const original = rewound('orig');
    const kept = original.lines.filter((line) => !['u2', 'a2', 'u3', 'a3'].includes(String(line['uuid'])));
    const copied = kept.map((line) => ({
      ...line,
      sessionId: 'fork',
      forkedFrom: { sessionId: 'orig', messageUuid: line['uuid'] },
    }));
    const fork = new Session('fork').backTo('a5').says('f1', 'Document it as well').answers('f2', 'Documented.');
    bench.file('p/a-fork.jsonl', jsonl([...copied, ...fork.lines]));
    bench.file('p/b-orig.jsonl', jsonl(original.lines));
    const output = await bench.import({ path: `${bench.logs}/p` });
    expect(output).toMatchObject({ imported: 12, duplicates: 6, runs: 2 });
    const traces = await bench.traces();
    const [orig, forked] = [byNative(traces, 'orig'), byNative(traces, 'fork')];
    expect(orig?.records).toHaveLength(6);
    expect(textsOf(forked)).toEqual(['Document it as well', 'Documented.']);
    expect(forked?.run.parent).toEqual({ relation: 'fork', run_id: orig?.run.run_id, call_id: null });
  });

  it('counts once what was written under a new session id, in whatever order the files are named', async () => {
    const original = new Session('one').says('u1', 'Add a retry').answers('a1', 'Added.');
    const resumed = [
      ...original.lines.map((line) => ({ ...line, sessionId: 'two' })),
      ...new Session('two').backTo('a1').says('u2', 'And log it').answers('a2', 'Logged.').lines,
    ];
    bench.file('p/a.jsonl', jsonl(resumed));
    bench.file('p/b.jsonl', jsonl(original.lines));
    expect(await bench.import({ path: `${bench.logs}/p` })).toMatchObject({ imported: 4, duplicates: 2 });
    const traces = await bench.traces();
    expect(byNative(traces, 'one')?.records).toHaveLength(2);
    expect(textsOf(byNative(traces, 'two'))).toEqual(['And log it', 'Logged.']);
  });
});

describe('sub-agents', () => {
  it('in the file of their session are runs of their own, linked to the call that started them', async () => {
    expect(unaccounted(await load(everything()))).toBe(0);
    const traces = await bench.traces();
    const main = byNative(traces, 'e1');
    const agent = byNative(traces, 'e1/s1');
    expect(textsOf(agent)).toEqual(['Look for the flaky test', 'retry.test.ts', 'It is retry.test.ts.']);
    expect(agent?.records.every((record) => record.is_sidechain && !record.is_human)).toBe(true);
    expect(agent?.run.parent).toEqual({ relation: 'sub_agent', run_id: main?.run.run_id, call_id: 't1' });
    expect(main && recordedCalls(main).map((call) => call.tool)).toEqual(['Task']);
    await provable();
  });

  it('are forgotten with the run that started them', async () => {
    await load(everything());
    const main = byNative(await bench.traces(), 'e1');
    await bench.store.forgetting.forget({ by: 'run', runId: main?.run.run_id ?? '' }, false);
    expect(await bench.traces()).toEqual([]);
  });

  it('in files of their own are linked once the session says which call they answer', async () => {
    const session = new Session('m1')
      .says('u1', 'Find the flaky test')
      .calls('a1', { id: 't1', name: 'Task', input: { prompt: 'look' } })
      .result('u2', 't1', 'found', { toolUseResult: { status: 'completed', agentId: 'ag7' } });
    const agent = new Session('m1', { isSidechain: true, agentId: 'ag7' }).says('g1', 'look').answers('g2', 'found');
    bench.file('p/m1.jsonl', jsonl(session.lines));
    bench.file('p/m1/subagents/agent-ag7.jsonl', jsonl(agent.lines));
    bench.file('p/m1/subagents/agent-ag7.meta.json', '{"agentType":"Explore","toolUseId":"t1"}');
    const output = await bench.import({ path: `${bench.logs}/p` });
    expect(output).toMatchObject({ files: 3, runs: 2, ignored_kinds: { sub_agent_note: 1 } });
    expect(unaccounted(output)).toBe(0);
    const traces = await bench.traces();
    const main = byNative(traces, 'm1');
    const own = byNative(traces, 'm1/ag7');
    expect(own?.run.parent).toEqual({ relation: 'sub_agent', run_id: main?.run.run_id, call_id: 't1' });
    expect(own && scoreTrace(own).reasons.map((reason) => reason.marker)).toEqual(['no_outcome']);
  });
});

describe('what stands beside the messages', () => {
  it('is read where it is a message: what was typed meanwhile, the system prompt, the tools', async () => {
    await load(everything());
    const main = byNative(await bench.traces(), 'e1');
    expect(main?.records[0]).toMatchObject({ role: 'system', text: 'Be brief.' });
    const typed = main?.records.filter((record) => record.is_human).map((record) => record.text);
    expect(typed).toEqual(['Find out why the build is red', 'Only look at unit tests', 'Fix it then']);
    expect((await bench.store.evidence.toolDefinitions()).find((tool) => tool.name === 'Read')?.inferred).toBe(false);
  });

  it('stands where the agent got to see it', async () => {
    const session = new Session('q1')
      .says('u1', 'Show both files')
      .calls('a1', { id: 't1', name: 'Read', input: { file_path: 'x' } })
      .result('u2', 't1', 'one')
      .line('attachment', 'q1', { attachment: { type: 'queued_command', prompt: 'Only the second' } })
      .answers('a2', 'Only the second, then.');
    await load(session);
    expect(textsOf((await bench.traces())[0])).toEqual([
      'Show both files',
      'one',
      'Only the second',
      'Only the second, then.',
    ]);
  });

  it('is known by the role of its message where a line has no type', async () => {
    const lines = rewound().lines.map(({ type: _unsaid, ...line }) => line);
    const output = await bench.import({ path: bench.file('p/untyped.jsonl', jsonl(lines)) });
    expect(output).toMatchObject({ format: 'claude_code', imported: 10, rejected: 0 });
    const used = { sessionId: 's', message: { role: 'assistant', usage: { input_tokens: 1, output_tokens: 2 } } };
    const usage = await bench.import({ path: bench.file('p/usage.jsonl', jsonl([used, used])) });
    expect(usage).toMatchObject({ format: 'claude_code', ignored_kinds: { empty_message: 2 } });
  });

  it('is a session without an id where its lines name none', async () => {
    const lines = rewound().lines.map(({ sessionId: _unsaid, ...line }) => line);
    const output = await bench.import({ path: bench.file('p/none.jsonl', jsonl(lines)) });
    expect(output).toMatchObject({ format: 'claude_code', imported: 10, rejected: 0, runs: 1 });
  });
});

describe('a result that was spilled into a file', () => {
  const whole = `first line\n${'x'.repeat(5000)}\nmail to spilled-secret@corp.example.org\nlast line`;
  const note = (path: string) =>
    `<persisted-output>\nOutput too large (5KB). Full output saved to: ${path}\n\nPreview (first 2KB):\nfirst line\n...\n</persisted-output>`;
  const session = (path: string) =>
    new Session('sp1')
      .says('u1', 'Show the log')
      .calls('a1', { id: 't1', name: 'Bash', input: { command: 'cat log' } })
      .result('u2', 't1', note(path))
      .answers('a2', 'There it is.');
  const resultOf = async () => {
    const [trace] = await bench.traces();
    return trace && recordedCalls(trace)[0]?.result;
  };

  it('is put back from beside the log, redacted, and can be proved as long as the file is there', async () => {
    bench.file('p/sp1.jsonl', jsonl(session('/home/ada/.claude/projects/-x/sp1/tool-results/b1.txt').lines));
    const spilled = bench.file('p/sp1/tool-results/b1.txt', whole);
    const output = await bench.import({ path: `${bench.logs}/p` });
    expect(output).toMatchObject({ files: 2, imported: 4, ignored_kinds: { spilled_result: 1 } });
    expect(await resultOf()).toBe(whole.replace('spilled-secret@corp.example.org', '[EMAIL_1]'));
    await provable();
    rmSync(spilled);
    const id = (await bench.traces())[0]?.records[2]?.evidence_id ?? '';
    expect(await bench.service.verifyRecord(id)).toMatch(/whole result is no longer there/);
  });

  it('is taken from the line itself where that holds it, and the file is not there', async () => {
    const lines = session('/home/ada/.claude/projects/-x/sp1/tool-results/b1.txt').lines;
    const held = lines.map((line) => (line['uuid'] === 'u2' ? { ...line, toolUseResult: { stdout: whole } } : line));
    await bench.import({ path: bench.file('p/sp1.jsonl', jsonl(held)) });
    expect(await resultOf()).toBe(whole.replace('spilled-secret@corp.example.org', '[EMAIL_1]'));
    await provable();
  });

  it('is never read from where the log says, and a log in such a file is no log', async () => {
    const elsewhere = bench.file('other/sp9/tool-results/b1.txt', whole);
    await load(session(elsewhere));
    expect(await resultOf()).toContain('Preview (first 2KB)');
    bench.file('q/sp2.jsonl', jsonl(new Session('sp2').says('u1', 'cat the session').lines));
    bench.file('q/sp2/tool-results/b2.txt', jsonl(rewound().lines));
    expect(await bench.import({ path: `${bench.logs}/q` })).toMatchObject({ imported: 1, runs: 1 });
  });
});
