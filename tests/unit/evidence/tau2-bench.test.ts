import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordedCalls } from '../../../src/evidence/trace.js';
import { tau2Results } from './recordings/tau2.js';
import { type Bench, createBench, jsonl, unaccounted } from './support.js';

let bench: Bench;
beforeEach(() => {
  bench = createBench();
});
afterEach(() => bench.close());

describe('tau2-bench results', () => {
  it('are a run a simulation, with task, trial, ending and reward', async () => {
    const output = await bench.import({ path: bench.file('results.json', JSON.stringify(tau2Results, null, 2)) });
    expect(output).toMatchObject({
      format: 'tau2_bench',
      imported: 22,
      rejected: 0,
      runs: 2,
      ignored_kinds: { user_tool_call: 4, user_tool_result: 4, voice_simulation: 1, empty_run: 1 },
    });
    expect(unaccounted(output)).toBe(0);
    const traces = await bench.traces();
    expect(traces.find((one) => one.run.trial === '0')?.run).toMatchObject({
      native_id: 'sim-1',
      task_id: '[mobile]airplane',
      task: {
        instruction: '{"domain":"telecom","reason_for_call":"No signal."}',
        expected_actions: [{ name: 'get_line', arguments: { line_id: 'L1' } }],
      },
      outcome: { kind: 'reward', value: 1, grader: 'tau2_bench' },
    });
    for (const { records } of traces) {
      expect(records.at(-2)?.outcome).toEqual({ kind: 'exit', value: 'user_stop', grader: 'tau2_bench' });
      expect(records.at(-1)?.provenance.pointer).toMatch(/^\/simulations\/[01]\/reward_info\/reward$/);
      for (const { evidence_id } of records) expect(await bench.service.verifyRecord(evidence_id)).toBeNull();
    }
    expect((await bench.store.evidence.toolDefinitions('results.json')).map((one) => [one.name, one.inferred])).toEqual(
      [
        ['close_ticket', true],
        ['get_line', false],
      ],
    );
  });

  it('hold no calls of the simulated user, but keep what it said beside them', async () => {
    await bench.import({ path: bench.file('results.json', JSON.stringify(tau2Results)) });
    const [trace] = await bench.traces();
    expect(trace && recordedCalls(trace)).toMatchObject([
      { tool: 'get_line', args: { line_id: 'L1' }, result: { line_id: 'L1', status: 'active' }, failed: false },
      { tool: 'close_ticket', args: { ticket: 'T1' }, result: 'No such ticket', failed: true },
    ]);
    expect(trace?.records.filter((one) => one.role === 'user').map((one) => one.text)).toEqual([
      'My phone has no signal.',
      'Done, look:',
    ]);
    expect(trace?.records.find((one) => one.usage)?.usage).toEqual({
      input_tokens: 200,
      output_tokens: 20,
      cost_usd: 0.002,
    });
  });

  it('name the model of the agent for all simulations, and their times in UTC', async () => {
    await bench.import({ path: bench.file('results.json', JSON.stringify(tau2Results)) });
    const [trace] = await bench.traces();
    expect(trace?.run).toMatchObject({ models: ['small-1'], started_at: '2026-03-01T10:00:00.500Z' });
    expect(trace?.records.filter((one) => one.model !== null).every((one) => one.role === 'assistant')).toBe(true);
    const [first] = tau2Results.simulations;
    await bench.import({ path: bench.file('sim.json', JSON.stringify({ ...first, id: 'alone' })) });
    const alone = (await bench.traces()).find((one) => one.run.native_id === 'alone');
    expect(alone?.run.models).toEqual(['small-1-dated']);
  });

  it('are read one simulation a file or a line as well, and count once', async () => {
    const [first, second] = tau2Results.simulations;
    await bench.import({ path: bench.file('sims/1.json', JSON.stringify(first)) });
    const output = await bench.import({
      path: bench.file('sims.jsonl', jsonl([first, second, { task_id: 1, messages: 3 }])),
    });
    expect(output).toMatchObject({ format: 'tau2_bench', imported: 11, duplicates: 11, rejected: 1 });
    const index = { ...tau2Results, simulations: [] };
    expect(await bench.import({ path: bench.file('results.json', JSON.stringify(index)) })).toMatchObject({
      ignored_kinds: { no_simulations: 1 },
    });
  });
});
