import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordedCalls } from '../../../src/evidence/trace.js';
import { linkedRequests, responseItems, responseRequests } from './recordings/responses.js';
import { type Bench, createBench, jsonl, unaccounted } from './support.js';

let bench: Bench;
beforeEach(() => {
  bench = createBench();
});
afterEach(() => bench.close());

describe('items of the Responses API', () => {
  it('are read from a list, pretty or not, a list a line, and an item a line', async () => {
    const ways = {
      'list.json': JSON.stringify(responseItems),
      'pretty.json': JSON.stringify(responseItems, null, 2),
      'lists.jsonl': jsonl([responseItems]),
      'items.jsonl': jsonl(responseItems),
    };
    for (const [name, text] of Object.entries(ways)) {
      const fresh = createBench();
      const output = await fresh.import({ path: fresh.file(name, text) });
      expect([name, output]).toMatchObject([
        name,
        {
          format: 'openai_responses',
          imported: 15,
          runs: 1,
          rejected: 0,
          ignored_kinds: { reasoning: 1, tool_definitions: 1, unknown_item: 1 },
        },
      ]);
      expect(unaccounted(output)).toBe(0);
      for (const trace of await fresh.traces()) {
        for (const { evidence_id } of trace.records) expect(await fresh.service.verifyRecord(evidence_id)).toBeNull();
      }
      await fresh.close();
    }
  });

  it('pair the output of a local shell, which names its call by id alone', async () => {
    const items = ['a', 'b'].map((id) => ({ type: 'local_shell_call', id: `ls_${id}`, call_id: id, action: { id } }));
    const outputs = ['b', 'a'].map((id) => ({ type: 'local_shell_call_output', id, output: `of ${id}` }));
    await bench.import({ path: bench.file('a.json', JSON.stringify([...items, ...outputs])) });
    const [trace] = await bench.traces();
    expect(trace ? recordedCalls(trace).map(({ result }) => result) : []).toEqual(['of a', 'of b']);
  });

  it('pair results with calls by call_id, and calls that the host ran with their own results', async () => {
    await bench.import({ path: bench.file('a.json', JSON.stringify(responseItems)) });
    const [trace] = await bench.traces();
    const calls = trace
      ? recordedCalls(trace).map(({ tool, args, result, failed }) => [tool, args, result, failed])
      : [];
    expect(calls).toEqual([
      ['find_order', { order: 'A7' }, { state: 'shipped' }, false],
      ['find_order', { order: 'B9' }, { state: 'lost' }, false],
      ['refund', { order: 'B9' }, { ok: true }, false],
      ['refund', {}, { message: 'which?' }, true],
      ['code_interpreter', { code: '1+1' }, [{ type: 'logs', logs: '2' }], false],
      ['file_search', { queries: ['refunds'] }, undefined, false],
      ['web_search', { type: 'search', query: 'parcel B9' }, undefined, false],
    ]);
    expect(JSON.stringify(trace)).not.toContain('two look-ups');
    expect((await bench.store.evidence.toolDefinitions('a.json')).find((one) => one.name === 'refund')?.inferred).toBe(
      false,
    );
  });

  it('that are no items are rejected alone', async () => {
    const log = jsonl([...responseItems.slice(0, 4), { type: 'function_call', call_id: 'x' }, 7, { nothing: 1 }]);
    const output = await bench.import({ path: bench.file('a.jsonl', `${log}{"type":"function_call","na`) });
    expect(output).toMatchObject({ imported: 3, rejected: 4 });
    expect(unaccounted(output)).toBe(0);
  });
});

describe('logs of Responses requests', () => {
  it('that repeat the history are one run, and the repeats count as duplicates', async () => {
    const path = bench.file('a.jsonl', jsonl(responseRequests));
    const output = await bench.import({ path });
    expect(output).toMatchObject({ format: 'openai_responses', imported: 8, duplicates: 8, rejected: 0, runs: 1 });
    const [trace] = await bench.traces();
    expect(trace?.run).toMatchObject({ models: ['m-1-x'], calls: 1, outcome: { kind: 'status', value: false } });
    expect(trace?.records.map((one) => one.text)).toEqual([
      ...['Be brief.', 'Where is A7?', null, 'Error: no such order', 'There is no A7.', 'Thanks.', 'Gladly.', null],
    ]);
    expect(trace && recordedCalls(trace)).toMatchObject([{ tool: 'find_order', failed: true }]);
    expect(trace?.records.filter((one) => one.usage)).toHaveLength(3);
    expect(await bench.import({ path })).toMatchObject({ imported: 0 });
  });

  it('that name the response before them go on in its run', async () => {
    const other = {
      request: { model: 'm', input: 'Hello?' },
      response: { id: 'resp_9', output: [responseItems.at(-1)] },
    };
    const mixed = [linkedRequests[0], other, ...linkedRequests.slice(1)];
    const output = await bench.import({ path: bench.file('a.jsonl', jsonl(mixed)) });
    expect(output).toMatchObject({ imported: 10, duplicates: 0, runs: 2 });
    const traces = await bench.traces();
    const linked = traces.find((one) => one.records.length === 8);
    expect(linked?.records.map((one) => one.text)).toContain('Gladly.');
    expect(linked && recordedCalls(linked)).toMatchObject([{ result: 'Error: no such order' }]);
  });

  it('of a batch are read with what was asked or what was answered', async () => {
    const body = { id: 'resp_5', object: 'response', output: [responseItems.at(-1)], model: 'm' };
    const asked = { custom_id: 'a', method: 'POST', url: '/v1/responses', body: { model: 'm', input: 'Hello?' } };
    const answered = { id: 'b1', custom_id: 'a', response: { status_code: 200, body }, error: null };
    const output = await bench.import({ path: bench.file('a.jsonl', jsonl([asked, answered])) });
    expect(output).toMatchObject({ format: 'openai_responses', imported: 2, rejected: 0 });
  });
});
