import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConfigFile } from '../../../src/config.js';
import { plainContext } from '../../../src/context.js';
import { recordedCalls } from '../../../src/evidence/trace.js';
import { canonicalJson } from '../../../src/json.js';
import { type Bench, claudeLines, conversation, createBench, jsonl, lookUp, tauRun, unaccounted } from './support.js';

let bench: Bench;
beforeEach(() => {
  bench = createBench();
});
afterEach(() => bench.close());

const act = (n: number, thread = 'f1') => ({
  act_id: `${thread}#${n}`,
  role: 'Reviewer',
  intent: 'Check',
  action: `Compare figure ${n}`,
  grounding_ref: 'Sec 4',
  source_seg_ids: ['s1'],
  latent_tool_calls: [{ tool_category: 'Read', operation: 'Compare' }],
});

describe('tau-bench result files', () => {
  it('give every message and the reward its own bytes, pointer and hashes', async () => {
    for (const [name, indent] of [
      ['flat.json', undefined],
      ['pretty.json', 2],
    ] as const) {
      const runs = [tauRun(0, 0, 1), tauRun(1, 0, 0)];
      const path = bench.file(name, JSON.stringify(runs, null, indent));
      const output = await bench.import({ path });
      expect(output).toMatchObject({ format: 'tau_bench', records_read: 12, rejected: 0, runs: 2 });
      const bytes = readFileSync(path);
      for (const { records } of await bench.traces()) {
        for (const record of records) {
          const at = record.provenance;
          if (at.source_file !== path) continue;
          const span = bytes.subarray(at.byte_offset, at.byte_offset + at.byte_length);
          const named = (at.pointer ?? '').split('/').slice(1);
          const logged = named.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], runs);
          expect(JSON.parse(span.toString())).toEqual(logged);
          expect(at.sig_hash).toBe(createHash('sha256').update(span).digest('hex'));
          expect(at.redacted_hash).toBe(createHash('sha256').update(canonicalJson(logged)).digest('hex'));
          expect(await bench.service.verifyRecord(record.evidence_id)).toBeNull();
        }
      }
    }
  });

  it('carry the task, its expected actions and the outcome on the run', async () => {
    await bench.import({ path: bench.file('a.json', JSON.stringify([tauRun(3, 1, 0.5)])) });
    const [trace] = await bench.traces();
    expect(trace?.run).toMatchObject({
      task_id: '3',
      trial: '1',
      task: { instruction: 'Ask for order 3.', expected_actions: [{ name: 'find_order', arguments: { order: 'A3' } }] },
      outcome: { kind: 'reward', value: 0.5, grader: 'tau_bench' },
      records: 6,
      calls: 1,
    });
    expect(trace?.records.at(-1)).toMatchObject({ kind: 'outcome', provenance: { pointer: '/0/reward' } });
    expect(trace && recordedCalls(trace)[0]).toMatchObject({
      tool: 'find_order',
      result: { state: 'shipped', days: 2 },
    });
  });
});

describe('importing again', () => {
  it('changes nothing, for the same file and for a renamed copy', async () => {
    const text = JSON.stringify([tauRun(0, 0, 1), tauRun(0, 1, 0)]);
    const path = bench.file('a.json', text);
    expect(await bench.import({ path })).toMatchObject({ imported: 12, duplicates: 0 });
    const before = await bench.traces();
    expect(await bench.import({ path })).toMatchObject({ imported: 0, duplicates: 12 });
    expect(await bench.import({ path: bench.file('b.json', text) })).toMatchObject({ imported: 0, duplicates: 12 });
    expect(await bench.traces()).toEqual(before);
  });

  it('adds what a grown session has gained to its run', async () => {
    const lines = claudeLines();
    const path = bench.file('s.jsonl', jsonl(lines.slice(0, 5)));
    await bench.import({ path });
    bench.file('s.jsonl', jsonl(lines));
    const output = await bench.import({ path });
    expect(output.imported).toBeGreaterThan(0);
    expect(output.duplicates).toBeGreaterThan(0);
    const traces = await bench.traces();
    expect(traces).toHaveLength(1);
    expect(traces[0]?.run).toMatchObject({ records: traces[0]?.records.length, calls: 2 });
  });

  it('finds the run of a conversation that grew, and keeps apart one that forked from it', async () => {
    const part = conversation.slice(0, 3);
    const forked = [...conversation.slice(0, 3), { role: 'tool', tool_call_id: 'c1', content: 'other' }];
    await bench.import({ path: bench.file('1.jsonl', jsonl([{ messages: part }])) });
    const grown = await bench.import({ path: bench.file('2.jsonl', jsonl([{ messages: conversation }])) });
    expect(grown).toMatchObject({ imported: 2, duplicates: 3 });
    const path = bench.file('3.jsonl', jsonl([{ messages: conversation }, { messages: forked }]));
    expect(await bench.import({ path })).toMatchObject({ imported: 4, duplicates: 5 });
    expect(await bench.import({ path })).toMatchObject({ imported: 0, duplicates: 9 });
    expect((await bench.traces()).map((trace) => trace.records.length).sort()).toEqual([4, 5]);
  });
});

describe('OpenAI chat logs', () => {
  it('are read as one conversation a line, with tools, task and outcome', async () => {
    const tools = [
      { type: 'function', function: { name: 'find_order', description: 'd', parameters: { type: 'object' } } },
    ];
    const log = [{ id: 'x', messages: conversation, tools, success: true, metadata: { task_id: 't9' } }];
    const output = await bench.import({ path: bench.file('a.jsonl', jsonl(log)) });
    expect(output).toMatchObject({ format: 'openai_chat', imported: 6, runs: 1 });
    const [trace] = await bench.traces();
    expect(trace?.run).toMatchObject({ task_id: 't9', outcome: { kind: 'status', value: true, grader: 'log' } });
    expect(await bench.store.evidence.toolDefinitions('a.jsonl')).toEqual([
      { name: 'find_order', description: 'd', input_schema: { type: 'object' }, inferred: false, annotations: null },
    ]);
  });

  it('are read from an array, a single pretty object, a bare array of messages and bare messages a line', async () => {
    const ways = {
      'array.json': JSON.stringify([{ messages: conversation }], null, 1),
      'object.json': JSON.stringify({ messages: conversation }, null, 2),
      'bare.json': JSON.stringify(conversation),
      'lines.jsonl': jsonl(conversation),
    };
    for (const [name, text] of Object.entries(ways)) {
      const fresh = createBench();
      const output = await fresh.import({ path: fresh.file(name, text) });
      expect([name, output.format, output.imported, output.rejected]).toEqual([name, 'openai_chat', 5, 0]);
      const [trace] = await fresh.traces();
      expect(trace && recordedCalls(trace)[0]?.args).toEqual({ order: 'A7' });
      await fresh.close();
    }
  });

  it('of requests that repeat the history are one run, without repeats', async () => {
    const turn = (until: number) => ({
      request: { model: 'm', messages: conversation.slice(0, until) },
      response: {
        model: 'm-2',
        created: 1767323045,
        choices: [{ message: { ...conversation[until], refusal: null } }],
        usage: { prompt_tokens: 9, completion_tokens: 2 },
      },
    });
    const output = await bench.import({ path: bench.file('r.jsonl', jsonl([turn(2), turn(4)])) });
    expect(output).toMatchObject({ records_read: 8, imported: 5, duplicates: 3, runs: 1 });
    const [trace] = await bench.traces();
    expect(trace?.run).toMatchObject({ models: ['m-2'], started_at: '2026-01-02T03:04:05.000Z' });
    expect(trace?.records[2]).toMatchObject({ usage: { input_tokens: 9, output_tokens: 2 }, provenance: { line: 1 } });
    expect(trace?.records.map((record) => record.role)).toEqual(['system', 'user', 'assistant', 'tool', 'assistant']);
  });

  it('count an answer that was logged as the chunks of its stream', async () => {
    const chunks = [{ object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content: 'He' } }] }];
    const line = { request: { messages: conversation.slice(0, 2) }, response: chunks };
    const output = await bench.import({ path: bench.file('s.jsonl', jsonl([line])) });
    expect(output).toMatchObject({ records_read: 3, imported: 2, ignored_kinds: { streamed_response: 1 } });
  });

  it('take arguments as text or object, the legacy call, and keep text that is no JSON', async () => {
    const call = (args: unknown) => ({
      role: 'assistant',
      tool_calls: [{ id: '1', function: { name: 'f', arguments: args } }],
    });
    const messages = [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'look' },
          { type: 'image_url', image_url: {} },
        ],
      },
      call({ a: 1 }),
      call('{"n":12345678901234567890}'),
      call('{broken'),
      call(''),
      { role: 'assistant', content: null, function_call: { name: 'old', arguments: '{"b":2}' } },
      { role: 'function', name: 'old', content: '[1,2]' },
      { role: 'assistant', content: '', tool_calls: '[{"name": "g", "arguments": "{}"}]' },
    ];
    await bench.import({ path: bench.file('a.json', JSON.stringify(messages)) });
    const [trace] = await bench.traces();
    expect(trace?.records[0]?.text).toBe('look\n[image_url]');
    expect(trace?.records.flatMap((record) => record.tool_calls)).toEqual([
      { id: '1', name: 'f', arguments: { a: 1 }, raw_arguments: null },
      { id: '1', name: 'f', arguments: { n: '12345678901234567890' }, raw_arguments: null },
      { id: '1', name: 'f', arguments: null, raw_arguments: '{broken' },
      { id: '1', name: 'f', arguments: {}, raw_arguments: null },
      { id: null, name: 'old', arguments: { b: 2 }, raw_arguments: null },
      { id: null, name: 'g', arguments: {}, raw_arguments: null },
    ]);
    expect(trace && recordedCalls(trace).at(-2)?.result).toEqual([1, 2]);
  });
});

describe('Claude Code sessions', () => {
  it('become runs whose calls meet their results; everything else is counted by kind', async () => {
    const output = await bench.import({ path: bench.file('s.jsonl', jsonl(claudeLines())) });
    expect(output).toMatchObject({
      format: 'claude_code',
      imported: 7,
      rejected: 0,
      ignored_kinds: { summary: 1, thinking: 1, unknown_type: 1 },
    });
    const [trace] = await bench.traces();
    expect(trace?.run).toMatchObject({ session_id: 's1', project: '/home/ada/shop', models: ['m-1'], calls: 2 });
    expect(trace?.records.filter((record) => record.is_human).map((record) => record.text)).toEqual(['fix the test']);
    expect(trace && recordedCalls(trace).map((call) => [call.args?.['file_path'], call.result, call.failed])).toEqual([
      ['x.py', 'print(1)', false],
      ['y.py', 'no such file', true],
    ]);
    for (const record of trace?.records ?? []) expect(await bench.service.verifyRecord(record.evidence_id)).toBeNull();
  });

  it('count the usage of a message once and replayed lines as duplicates', async () => {
    const path = bench.file('p/s.jsonl', jsonl(claudeLines()));
    const replayed = claudeLines().map((line) => ({ ...line, sessionId: 's2' }));
    bench.file(
      'p/t.jsonl',
      jsonl([...replayed, { ...replayed[2], uuid: 'new', message: { role: 'user', content: 'and now' } }]),
    );
    const output = await bench.import({ path: path.replace('/s.jsonl', '') });
    expect(output).toMatchObject({ files: 2, imported: 8, duplicates: 7 });
    const traces = await bench.traces();
    const used = traces.flatMap((trace) => trace.records).filter((record) => record.usage !== null);
    expect(used.map((record) => record.usage?.output_tokens)).toEqual([5]);
  });

  it('keep attached tools and the system prompt, and sidechains as runs of their own agent', async () => {
    const attachment = {
      systemPrompt: ['Be brief.'],
      tools: [{ name: 'Read', description: 'reads', schema: { name: 'Read', input_schema: { type: 'object' } } }],
    };
    const lines = [
      { type: 'attachment', uuid: 'x', sessionId: 's1', attachment },
      ...claudeLines(),
      { ...claudeLines()[2], uuid: 'side', isSidechain: true, agentId: 'ag1' },
    ];
    await bench.import({ path: bench.file('s.jsonl', jsonl(lines)) });
    const traces = await bench.traces();
    expect(traces).toHaveLength(2);
    const side = traces.find((trace) => trace.run.native_id === 's1/ag1');
    expect(side?.records[0]).toMatchObject({ is_sidechain: true, is_human: false });
    const main = traces.find((trace) => trace.run.native_id === 's1');
    expect(main?.records[0]).toMatchObject({ role: 'system', text: 'Be brief.' });
    expect((await bench.store.evidence.toolDefinitions()).map((tool) => [tool.name, tool.inferred])).toEqual([
      ['Read', false],
    ]);
  });
});

describe('semantic acts', () => {
  it('are read as lines, as a pretty array and as pretty objects one after the other', async () => {
    const acts = [act(0), act(1), act(0, 'f2')];
    const ways = {
      'a.jsonl': jsonl(acts),
      'b.json': JSON.stringify(acts, null, 2),
      'c.json': acts.map((one) => JSON.stringify(one, null, 2)).join('\n'),
    };
    for (const [index, [name, text]] of Object.entries(ways).entries()) {
      const output = await bench.import({ path: bench.file(name, text) });
      expect([output.format, output.imported, output.duplicates]).toEqual([
        'semantic_acts',
        ...(index ? [0, 3] : [3, 0]),
      ]);
    }
    const traces = await bench.traces();
    expect(traces.map((trace) => trace.run.native_id).sort()).toEqual(['f1', 'f2']);
    expect(traces[0]?.records[0]?.act).toMatchObject({ intent: 'Check', latent_calls: [{ operation: 'Compare' }] });
  });
});

describe('a folder', () => {
  it('of mixed formats is read in one call, whatever the files are called', async () => {
    bench.file('in/one.txt', JSON.stringify([tauRun(0, 0, 1)]));
    bench.file('in/sub/two', jsonl(claudeLines()));
    bench.file('in/three.log', jsonl([act(0)]));
    bench.file('in/four.json', JSON.stringify({ messages: conversation }));
    bench.file('in/README.md', '# not a log\n');
    bench.file('in/empty.jsonl', '');
    const output = await bench.import({ path: `${bench.logs}/in` });
    expect(output).toMatchObject({ format: 'mixed', files: 6, runs: 4, rejected: 0, source: 'in' });
    expect(output.ignored_kinds['unrecognized_file']).toBe(2);
    expect(unaccounted(output)).toBe(0);
  });
});

describe('bad input', () => {
  it('is rejected with file, line and reason, and the rest is imported', async () => {
    const lines = [
      JSON.stringify({ messages: conversation }),
      '{"messages": [',
      '42',
      JSON.stringify({ messages: [lookUp, { role: 'x' }] }),
    ];
    const path = bench.file('a.jsonl', `${lines.join('\n')}\n`);
    const output = await bench.import({ path });
    expect(output).toMatchObject({ imported: 6, rejected: 3 });
    const second = `not JSON (byte ${(lines[0]?.length ?? 0) + 1})`;
    expect(output.rejections).toEqual([
      { file: expect.stringMatching(/a\.jsonl$/), line: 2, reason: second },
      { file: expect.any(String), line: 3, reason: expect.stringMatching(/^neither a conversation nor a message/) },
      { file: expect.any(String), line: 4, reason: expect.stringMatching(/^message has no known role/) },
    ]);
  });

  it('counts in the last report of progress too, as in the result', async () => {
    const path = bench.file('a.jsonl', `${JSON.stringify({ messages: conversation })}\n{broken\n`);
    const told: string[] = [];
    const progress = (done: number, total: number | undefined, message: string): void => {
      told.push(`${message}, ${done === total ? 'all' : 'not all'} bytes`);
    };
    const output = await bench.service.importEvidence({ path }, { ...plainContext('cli'), progress });
    expect(output.records_read).toBe(6);
    expect(told.at(-1)).toBe('6 records read, all bytes');
  });

  it('of another program is not taken for a conversation because messages stand within its lines', async () => {
    const line = (message: object): object => ({ type: 'message', id: 'x', message });
    const lines = [{ type: 'session', id: 's' }, ...conversation.map(line)];
    const other = { sessionId: 's', messages: [{ type: 'user', content: 'hello' }] };
    for (const text of [jsonl(lines), JSON.stringify(other)]) {
      const path = bench.file('other.jsonl', text);
      await expect(bench.import({ path })).rejects.toMatchObject({ code: 'unsupported_format' });
    }
  });

  it('that no importer knows, lies outside the granted folders, or is missing is an error', async () => {
    const path = bench.file('a.txt', 'hello\nworld\n');
    await expect(bench.import({ path })).rejects.toMatchObject({ code: 'unsupported_format' });
    await expect(bench.import({ path: `${path}x` })).rejects.toMatchObject({ code: 'not_found' });
    await expect(bench.import({})).rejects.toMatchObject({ code: 'invalid_input' });
    const asClient = bench.service.importEvidence({ path: '/etc/hostname' }, plainContext('mcp'));
    await expect(asClient).rejects.toMatchObject({ code: 'path_not_allowed' });
  });
});

describe('content that a client hands in', () => {
  it('is kept apart from what stands in files, and says that it cannot be verified', async () => {
    const text = JSON.stringify([tauRun(0, 0, 1)]);
    const context = plainContext('mcp');
    const handed = await bench.service.importEvidence({ content: text, source: 'pasted' }, context);
    expect(handed).toMatchObject({ imported: 6, source: 'pasted' });
    expect(await bench.import({ path: bench.file('a.json', text) })).toMatchObject({ imported: 6, duplicates: 0 });
    const traces = await bench.traces();
    expect(traces.map((trace) => trace.run.origin).sort()).toEqual(['client', 'file']);
    const record = traces.find((trace) => trace.run.origin === 'client')?.records[0];
    expect(record?.provenance.source_file).toBe('client:pasted');
    expect(await bench.service.verifyRecord(record?.evidence_id ?? '')).toMatch(/not a file/);
  });
});

describe('an import', () => {
  it('that is dry gives the inventory and makes no store', async () => {
    const path = bench.file('a.json', JSON.stringify([tauRun(0, 0, 1), tauRun(1, 0, 0)]));
    const output = await bench.import({ path, dry_run: true });
    expect(output.inventory).toMatchObject({
      formats: { tau_bench: 1 },
      runs: 2,
      tasks: 2,
      tools: [{ name: 'find_order', calls: 2, failures: 0 }],
      outcomes: { 'reward 1': 1, 'reward 0': 1 },
    });
    expect(output.receipt_id).toBeUndefined();
    expect(bench.store.exists()).toBe(false);
  });

  it('leaves a receipt with the hash of what was read and the counts', async () => {
    const path = bench.file('a.json', JSON.stringify([tauRun(0, 0, 1)]));
    const { receipt_id } = await bench.import({ path });
    const receipt = await bench.store.receipts.getReceipt(receipt_id ?? '');
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
    expect(receipt).toMatchObject({
      command: 'import_evidence',
      counts: { records_read: 6, imported: 6 },
      record_counts: { in: 6, out: 6 },
      via: 'cli',
    });
    expect(receipt?.inputs).toMatchObject([{ sha256 }]);
  });

  it('stops when it is cancelled and can be done again', async () => {
    const path = bench.file('a.json', JSON.stringify([tauRun(0, 0, 1)]));
    const stopped = plainContext('cli', AbortSignal.abort());
    await expect(bench.service.importEvidence({ path }, stopped)).rejects.toMatchObject({ code: 'cancelled' });
    expect(await bench.import({ path })).toMatchObject({ records_read: 6, rejected: 0 });
  });
});

describe('consent', () => {
  it('keeps out projects that are denied, and all but the allowed ones, and accounts for them', async () => {
    const cases: [NonNullable<ConfigFile['consent']>, number][] = [
      [{ deny: ['/home/ada'] }, 0],
      [{ deny: ['/home/ad'] }, 7],
      [{ allow: ['/home/ada/shop'] }, 7],
      [{ allow: ['/home/eve'], unlisted: 'deny' }, 0],
      [{ allow: ['/home/eve'], unlisted: 'allow' }, 7],
    ];
    for (const [consent, imported] of cases) {
      const strict = createBench({ consent });
      const output = await strict.import({ path: strict.file('s.jsonl', jsonl(claudeLines())) });
      expect([output.imported, output.ignored_kinds['no_consent'] ?? 0]).toEqual([imported, 7 - imported]);
      expect(unaccounted(output)).toBe(0);
      await strict.close();
    }
  });
});

describe('verification', () => {
  it('notices bytes that changed and files that went away', async () => {
    const path = bench.file('a.json', JSON.stringify([tauRun(0, 0, 1)]));
    await bench.import({ path });
    const id = (await bench.traces())[0]?.records[1]?.evidence_id ?? '';
    bench.file('a.json', readFileSync(path, 'utf8').replaceAll('order A7', 'order B7'));
    expect(await bench.service.verifyRecord(id)).toMatch(/bytes/);
    bench.file('a.json', '[]');
    expect(await bench.service.verifyRecord(id)).toMatch(/shorter/);
    await expect(bench.service.verifyRecord('f'.repeat(64))).rejects.toMatchObject({ code: 'not_found' });
  });
});
