import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { everything } from './recordings/claude.js';
import { type Bench, conversation, createBench, jsonl, tauRun } from './support.js';

let bench: Bench;
beforeEach(() => {
  bench = createBench();
});
afterEach(() => bench.close());

const take = async (path: string) => {
  const { inventory, ...counts } = await bench.import({ path, dry_run: true });
  if (!inventory) throw new Error('no inventory');
  return { inventory, counts };
};

describe('an inventory', () => {
  it('says what a folder holds before anything is stored, and makes no store', async () => {
    bench.file('in/tau.json', JSON.stringify([tauRun(0, 0, 1), tauRun(0, 1, 0), tauRun(1, 0, 1)]));
    bench.file('in/s.jsonl', jsonl(everything().lines));
    const { inventory, counts } = await take(`${bench.logs}/in`);
    expect(existsSync(`${bench.home}/data`)).toBe(false);
    expect(counts).toMatchObject({ files: 2, runs: 5 });
    expect(counts).not.toHaveProperty('receipt_id');
    expect(inventory).toMatchObject({
      formats: { tau_bench: 1, claude_code: 1 },
      versions: { 'claude_code 2.1.0': 2 },
      runs: 5,
      tasks: 2,
      outcomes: { 'reward 1': 2, 'reward 0': 1 },
      usage: { input_tokens: 0, output_tokens: 0, records: 0 },
    });
    const calls = Object.fromEntries(inventory.tools.map((tool) => [tool.name, [tool.calls, tool.failures]]));
    expect(calls).toEqual({ find_order: [3, 0], Task: [1, 0], Grep: [1, 0] });
    expect(inventory.missing.map((one) => one.split(':')[0])).toEqual(['scores', 'filters', 'costs']);
  });

  it('has the needs that recur, with what all their occurrences took', async () => {
    const { inventory } = await take(
      bench.file('t.json', JSON.stringify([tauRun(0, 0, 1), tauRun(0, 1, 0), tauRun(1, 0, 1)])),
    );
    const result = Math.ceil('{"state":"shipped","days":2}'.length / 4);
    const call = Math.ceil('find_order'.length / 4) + Math.ceil('{"order":"A7"}'.length / 4);
    expect(inventory.tools[0]).toEqual({ name: 'find_order', calls: 3, failures: 0, tokens: 3 * (result + call) });
    expect(inventory.needs[0]).toMatchObject({ times: 3, runs: 3, calls: 3, tools: ['find_order'] });
    expect(inventory.needs[0]?.tokens).toBeGreaterThan(3 * (result + call));
  });

  it('counts once what a log of requests repeats', async () => {
    const requests = [3, 5].map((length) => ({ messages: conversation.slice(0, length) }));
    const { inventory, counts } = await take(bench.file('r.jsonl', jsonl(requests)));
    expect(counts).toMatchObject({ imported: 5, duplicates: 3 });
    expect(inventory.tools[0]).toMatchObject({ calls: 1 });
    expect(inventory.needs.map((need) => need.times)).toEqual([1]);
  });

  it('shows nothing that redaction takes out', async () => {
    const mail = 'ada.secret@corp.example.org';
    const lines = everything().says('u9', `Write to ${mail} that the build is green again`).answers('a9', mail).lines;
    const { inventory, counts } = await take(bench.file('p/s.jsonl', jsonl(lines)));
    expect(JSON.stringify([inventory, counts])).not.toContain(mail);
    expect(inventory.needs.some((need) => /green/.test(need.text))).toBe(true);
  });

  it('leaves the needs of an abandoned branch out', async () => {
    const session = everything().says('u8', 'Paint the shed in dark green').answers('a8', 'Painted.').backTo('a3');
    const { inventory } = await take(
      bench.file('p/s.jsonl', jsonl(session.says('u9', 'Close the issue about it').answers('a9', 'Closed.').lines)),
    );
    const texts = inventory.needs.map((need) => need.text).join('\n');
    expect(texts).toMatch(/Close the issue/);
    expect(texts).not.toMatch(/shed/);
  });
});
