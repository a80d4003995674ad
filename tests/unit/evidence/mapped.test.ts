import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plainContext } from '../../../src/context.js';
import { recordedCalls } from '../../../src/evidence/trace.js';
import { defaultRules } from '../../../src/scoring/rules.js';
import { scoreTrace } from '../../../src/scoring/scorer.js';
import { helpdeskLines, helpdeskMapping } from './recordings/mapped.js';
import { type Bench, createBench, jsonl, unaccounted } from './support.js';

let bench: Bench;
beforeEach(() => {
  bench = createBench();
});
afterEach(() => bench.close());

const mappingFile = (content: unknown = helpdeskMapping): string =>
  bench.file('desk.mapping.json', typeof content === 'string' ? content : JSON.stringify(content));

describe('a log in a form of its own', () => {
  it('is read by a mapping: messages, calls, results, an outcome, and what counts as ignored', async () => {
    const path = bench.file('desk.jsonl', jsonl(helpdeskLines));
    const output = await bench.import({ path, mapping: mappingFile() });
    expect(output).toMatchObject({
      format: 'mapped',
      imported: 6,
      rejected: 0,
      ignored_kinds: { heartbeat: 1, unmapped: 2 },
    });
    expect(unaccounted(output)).toBe(0);
    const [trace] = await bench.traces();
    expect(trace?.run).toMatchObject({
      native_id: 'T1',
      agent: 'desk bot',
      origin: 'file',
      outcome: { kind: 'reward', value: 0.5, grader: 'customer' },
    });
    expect(trace && recordedCalls(trace)).toMatchObject([
      { tool: 'find_order', args: { order: 'A7' }, result: { state: 'shipped' }, failed: false },
      { tool: 'find_rules', args: { topic: 'late' }, result: 'no rules', failed: true },
    ]);
    expect(trace?.records[0]).toMatchObject({ role: 'user', is_human: true, timestamp: '2026-01-02T03:04:05.000Z' });
    for (const { evidence_id } of trace?.records ?? [])
      expect(await bench.service.verifyRecord(evidence_id)).toBeNull();
    const [source] = await bench.store.evidence.listSources();
    expect(source?.importer).toMatch(/^mapped@1:helpdesk:[0-9a-f]{16}$/);
    expect(await bench.import({ path, mapping: mappingFile() })).toMatchObject({ imported: 0, duplicates: 6 });
  });

  it('may hold a whole conversation in a value', async () => {
    const mapping = {
      mapping_version: 1,
      name: 'talks',
      rules: [
        {
          each: '/turns',
          task_id: '/task',
          tools: '/tools',
          records: [{ role: '/by', text: '/say' }],
        },
      ],
    };
    const talks = [
      {
        task: 't1',
        turns: [
          { by: 'user', say: 'Hi' },
          { by: 'assistant', say: 'Hello' },
          { by: 'ghost', say: 'boo' },
        ],
      },
      { task: 't2', turns: [] },
      { task: 't3', turns: 'none' },
    ];
    const path = bench.file('talks.json', JSON.stringify(talks, null, 2));
    const output = await bench.import({ path, mapping: mappingFile(mapping) });
    expect(output).toMatchObject({ imported: 2, rejected: 2, ignored_kinds: { empty_run: 1 }, runs: 1 });
    const [trace] = await bench.traces();
    expect(trace?.run.task_id).toBe('t1');
    expect(trace?.records[1]?.provenance.pointer).toBe('/0/turns/1');
  });

  it('keeps consent and redaction', async () => {
    await bench.close();
    bench = createBench({ consent: { deny: ['/desk'] } });
    const key = ['AKIA', 'Q7MZ4XW2LD9KTBVC'].join('');
    const lines = [...helpdeskLines, { event: 'said', ticket: { id: 'T1' }, who: 'bot', body: `It is ${key}.` }];
    const output = await bench.import({ path: bench.file('a.jsonl', jsonl(lines)), mapping: mappingFile() });
    expect(output.ignored_kinds).toMatchObject({ no_consent: 1 });
    expect(output.redacted).toMatchObject({ AWS_KEY: 1 });
    expect(JSON.stringify(await bench.traces())).not.toContain(key);
  });

  it('read by a mapping that a client chose brings no outcome that is believed', async () => {
    const path = bench.file('a.jsonl', jsonl(helpdeskLines));
    const input = { path, mapping: mappingFile() };
    await bench.service.importEvidence(input, plainContext('mcp'));
    const [trace] = await bench.traces();
    expect(trace?.run.origin).toBe('client');
    expect(trace && scoreTrace(trace, defaultRules).category).toBe('needs_human_review');
    // What the operator then imports from the same file is not forestalled by it.
    expect(await bench.import(input)).toMatchObject({ imported: 6, duplicates: 0 });
  });
});

describe('a mapping', () => {
  it('outside of the granted folders is refused to a client', async () => {
    const path = bench.file('a.jsonl', jsonl(helpdeskLines));
    const asked = bench.service.importEvidence({ path, mapping: '/etc/hostname' }, plainContext('mcp'));
    await expect(asked).rejects.toMatchObject({ code: 'path_not_allowed' });
  });

  it('that is wrong is refused with the place that is', async () => {
    const path = bench.file('a.jsonl', jsonl(helpdeskLines));
    const [heartbeat, desk] = helpdeskMapping.rules;
    const key = ['AKIA', 'Q7MZ4XW2LD9KTBVC'].join('');
    const wrong: [unknown, RegExp][] = [
      ['{"mapping', /not JSON/],
      [{ ...helpdeskMapping, mapping_version: 2 }, /mapping_version/],
      [{ ...helpdeskMapping, rules: [{ ...desk, run: 'ticket.id' }] }, /rules\/0\/run/],
      [{ ...helpdeskMapping, rules: [{ ...heartbeat, code: 'x => x' }] }, /rules\/0/],
      [{ ...helpdeskMapping, rules: [{ records: [] }] }, /rules\/0: it needs/],
      [{ ...helpdeskMapping, rules: [{ ...desk, agent: { const: key } }] }, /secret/],
      [
        {
          ...helpdeskMapping,
          rules: [{ run: '/x', records: [{ outcome: { kind: 'reward', value: { const: 1 }, grader: 'me' } }] }],
        },
        /outcome\/value/,
      ],
    ];
    for (const [content, message] of wrong) {
      const asked = bench.import({ path, mapping: mappingFile(content) });
      await expect(asked).rejects.toMatchObject({ code: 'invalid_input', message: expect.stringMatching(message) });
    }
  });

  it('goes with no other format, and its format not without it', async () => {
    const path = bench.file('a.jsonl', jsonl(helpdeskLines));
    await expect(bench.import({ path, mapping: mappingFile(), format: 'codex' })).rejects.toMatchObject({
      code: 'invalid_input',
    });
    await expect(bench.import({ path, format: 'mapped' })).rejects.toMatchObject({ code: 'invalid_input' });
  });
});
