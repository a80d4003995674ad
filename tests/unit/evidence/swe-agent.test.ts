import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parsePythonLiteral } from '../../../src/evidence/importers/python-literal.js';
import { recordedCalls } from '../../../src/evidence/trace.js';
import { oldTrajectory, stepsOnly, toolTrajectory } from './recordings/swe-agent.js';
import { type Bench, createBench, jsonl, unaccounted } from './support.js';

let bench: Bench;
beforeEach(() => {
  bench = createBench();
});
afterEach(() => bench.close());

async function imported(run: object) {
  const output = await bench.import({ path: bench.file('a.traj', JSON.stringify(run, null, 2)) });
  const [trace] = await bench.traces();
  if (!trace) throw new Error('no run');
  for (const { evidence_id } of trace.records) expect(await bench.service.verifyRecord(evidence_id)).toBeNull();
  expect(unaccounted(output)).toBe(0);
  const calls = recordedCalls(trace).map(({ tool, args, result }) => [tool, args, result]);
  return { output, trace, calls };
}

describe('SWE-agent trajectories', () => {
  it('give the messages of their history, with calls, results and how it ended', async () => {
    const { output, trace, calls } = await imported(toolTrajectory);
    expect(output).toMatchObject({
      format: 'swe_agent',
      imported: 7,
      rejected: 0,
      ignored_kinds: { demonstration: 1, trajectory_step: 1 },
    });
    expect(calls).toEqual([
      ['bash', { command: 'ls' }, 'a.py'],
      ['submit', { confirm: true, note: "it's \u00e9" }, 'Submitted.'],
    ]);
    expect(trace.run).toMatchObject({
      task_id: 'shop__a-1',
      agent: 'swe_agent',
      outcome: { kind: 'exit', value: 'submitted', grader: 'swe_agent' },
    });
    expect(trace.records.at(-1)?.usage).toEqual({ input_tokens: 900, output_tokens: 80, cost_usd: 0.12 });
    expect(trace.records.filter((one) => one.is_human).map((one) => one.text)).toEqual(['Fix a.py.']);
    expect(JSON.stringify(trace)).not.toContain('secret plan');
  });

  it('from before there were tool calls give what was typed as calls of bash', async () => {
    const { trace, calls } = await imported(oldTrajectory);
    expect(calls).toEqual([
      ['bash', { command: 'ls' }, 'a.py\nbash-$'],
      ['bash', { command: 'submit' }, 'Submitted.'],
    ]);
    expect(trace.records.filter((one) => one.is_human).map((one) => one.text)).toEqual(['Fix a.py.']);
  });

  it('without a history are read from their steps', async () => {
    const { trace, calls } = await imported(stepsOnly);
    expect(calls).toEqual([
      ['bash', { command: 'ls' }, 'a.py'],
      ['bash', { command: 'submit' }, 'Submitted.'],
    ]);
    expect(trace.records.map((one) => one.role)).toEqual(['system', 'user', 'assistant', 'tool', 'assistant', 'tool']);
    expect(trace.run.outcome).toBeNull();
  });

  it('are not judged by their exit status, one a line works as well, and a message that is none is rejected alone', async () => {
    const broken = { ...oldTrajectory, history: [...oldTrajectory.history, { role: 'wizard' }, 3] };
    const demo = { history: toolTrajectory.history.slice(0, 5) };
    const output = await bench.import({ path: bench.file('a.jsonl', jsonl([broken, demo])) });
    expect(output).toMatchObject({ format: 'swe_agent', runs: 2, imported: 10, rejected: 2 });
    expect(unaccounted(output)).toBe(0);
  });
});

describe('what Python prints for a value', () => {
  it('is read as the value, and anything but literals is not', () => {
    expect(parsePythonLiteral(`{'a': [1, -2.5, 1e3, True, None], "b": ('x', ), 'c': 'it\\'s\\n\\x41\\q'}`)).toEqual({
      a: [1, -2.5, 1000, true, null],
      b: ['x'],
      c: "it's\nA\\q",
    });
    expect(parsePythonLiteral('[12345678901234567890]')).toEqual(['12345678901234567890']);
    for (const text of [
      "{'a': f()}",
      '[1 2]',
      "{'a'}",
      "['x",
      '{1: 2}',
      '[nan]',
      `${'['.repeat(9_000)}`,
      'x',
      "['\\u12']",
    ]) {
      expect(parsePythonLiteral(text)).toBeUndefined();
    }
    expect(Object.keys(Object(parsePythonLiteral("{'__proto__': {'x': 1}}")))).toEqual(['__proto__']);
  });
});
