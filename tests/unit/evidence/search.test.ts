import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Connection } from '../../../db/sqlite/connection.js';
import { queryTerms, snippetOf } from '../../../src/evidence/text.js';
import { type Bench, createBench, jsonl, tauRun } from './support.js';

let bench: Bench;
beforeEach(() => {
  bench = createBench();
});
afterEach(() => bench.close());

function talk(id: string, text: string, more: object = {}): object {
  return { id, messages: [{ role: 'user', content: text }], ...more };
}

async function talks(): Promise<void> {
  const log = [
    talk('1', 'Please refund the broken lamp', { metadata: { task_id: 'refunds' } }),
    talk('2', 'Please tell me about the Café menu'),
    talk('3', 'Please, please: where is the lamp shop'),
  ];
  await bench.import({ path: bench.file('a.jsonl', jsonl(log)), source: 'shop' });
}

describe('evidence search', () => {
  it('takes a task type where no run has such a task, within the other filters', async () => {
    const numbered = ['a-1', 'a-2', 'b-1'].map((id) => talk(id, `A lamp for ${id}`, { metadata: { task_id: id } }));
    await bench.import({ path: bench.file('b.jsonl', jsonl(numbered)), source: 'lamps' });
    const found = async (more: object) =>
      (await bench.service.search({ query: 'lamp', ...more })).results.map((one) => one.snippet).sort();
    expect(await found({ task_type: 'a' })).toEqual(['A lamp for a-1', 'A lamp for a-2']);
    expect(await found({ task_type: 'a-1' })).toEqual(['A lamp for a-1']);
    expect(await found({ task_type: 'a', source: 'elsewhere' })).toEqual([]);
  });

  it('finds records by their rare words, best first, with a snippet and public provenance', async () => {
    await talks();
    const found = await bench.service.search({ query: 'please refund lamp' });
    expect(found.searched).toBe(3);
    expect(found.results[0]).toMatchObject({
      snippet: 'Please refund the broken lamp',
      provenance: { source_file: 'a.jsonl', line: 1, pointer: '/messages/0' },
    });
    expect(found.results[0]?.provenance).not.toHaveProperty('sig_hash');
    expect(found.results.map((one) => one.score)).toEqual(
      [...found.results.map((one) => one.score)].sort((a, b) => b - a),
    );
    const [cafe] = (await bench.service.search({ query: 'cafe' })).results;
    expect(cafe?.snippet).toContain('Café');
  });

  it('looks into arguments and results but not at the names of their fields', async () => {
    await bench.import({ path: bench.file('t.json', JSON.stringify([tauRun(0, 0, 1)])) });
    expect((await bench.service.search({ query: 'shipped' })).results).toHaveLength(2);
    expect((await bench.service.search({ query: 'find_order' })).results.length).toBeGreaterThan(0);
    expect((await bench.service.search({ query: 'tool_call_id arguments' })).results).toHaveLength(0);
  });

  it('keeps to its filters and says what it looked at', async () => {
    await talks();
    const by = async (filter: object) => {
      const { results, searched, note } = await bench.service.search({ query: 'please', ...filter });
      return [results.length, searched, note !== undefined];
    };
    expect(await by({})).toEqual([3, 3, false]);
    expect(await by({ source: 'shop', task_type: 'refunds' })).toEqual([1, 1, false]);
    expect(await by({ source: 'other' })).toEqual([0, 0, true]);
    expect(await by({ category: 'accepted' })).toEqual([0, 0, true]);
    expect(await by({ since: '2026-01-01', until: '2026-01-01' })).toEqual([3, 3, false]);
    expect(await by({ since: '2026-01-02' })).toEqual([0, 0, true]);
    const [run] = await bench.store.evidence.listRuns({}, 1);
    expect(await by({ run_id: run?.run_id })).toEqual([1, 1, false]);
  });

  it('goes through its results page by page', async () => {
    await talks();
    const first = await bench.service.search({ query: 'please', limit: 2 });
    const second = await bench.service.search({ query: 'please', limit: 2, cursor: first.next_cursor });
    expect(second.next_cursor).toBeUndefined();
    const ids = [...first.results, ...second.results].map((one) => one.evidence_id);
    expect(new Set(ids).size).toBe(3);
  });

  it('notes when nothing was found, and refuses cursors and times that are none', async () => {
    expect(await bench.service.search({ query: 'lamp' })).toMatchObject({
      results: [],
      searched: 0,
      note: expect.any(String),
    });
    expect(bench.store.exists()).toBe(false);
    await talks();
    expect(await bench.service.search({ query: 'zebra " OR *' })).toMatchObject({
      results: [],
      note: expect.any(String),
    });
    for (const bad of [
      { cursor: 'x' },
      { since: 'yesterday' },
      { cursor: Buffer.from('{"offset":-1}').toString('base64url') },
    ]) {
      await expect(bench.service.search({ query: 'lamp', ...bad })).rejects.toMatchObject({ code: 'invalid_input' });
    }
  });
});

describe('the evidence store', () => {
  it('pages through runs in order of id and counts them', async () => {
    await talks();
    const { evidence } = bench.store;
    const all = await evidence.listRuns({}, 10);
    expect(all.map((run) => run.run_id)).toEqual([...all.map((run) => run.run_id)].sort());
    expect(await evidence.listRuns({}, 10, all[0]?.run_id)).toEqual(all.slice(1));
    expect(await evidence.countRuns({ task_id: 'refunds' })).toBe(1);
    expect(await evidence.countRuns({ run_ids: [all[0]?.run_id ?? '', 'run_none'] })).toBe(1);
    expect(await evidence.countRuns({ model: 'm' })).toBe(0);
  });

  it('completes ids from their beginning', async () => {
    await talks();
    const { evidence } = bench.store;
    const [run] = await evidence.listRuns({}, 1);
    const id = (await evidence.getTrace(run?.run_id ?? ''))?.records[0]?.evidence_id ?? '';
    expect(await evidence.idsStartingWith('record', id.slice(0, 10), 5)).toEqual([id]);
    expect(await evidence.idsStartingWith('run', run?.run_id ?? '', 5)).toEqual([run?.run_id]);
    expect(await evidence.idsStartingWith('source', 'source_', 5)).toHaveLength(1);
    expect(await evidence.idsStartingWith('record', 'zz', 5)).toEqual([]);
  });

  it('keeps what importers refused, once', async () => {
    const path = bench.file('a.jsonl', `${JSON.stringify(talk('1', 'hello there'))}\nbroken\n`);
    await bench.import({ path });
    await bench.import({ path });
    await bench.store.close();
    const connection = new Connection(`${bench.home}/data/foundry.db`);
    const rows = connection.db.prepare('SELECT kind, line, code, message FROM diagnostics').all();
    connection.close();
    const start = JSON.stringify(talk('1', 'hello there')).length + 1;
    expect(rows).toEqual([{ kind: 'rejected', line: 2, code: 'not_JSON', message: `not JSON (byte ${start})` }]);
  });
});

describe('query words', () => {
  it('are compared in lower case and without accents', () => {
    expect(queryTerms('Café CAFÉ find_order 42%')).toEqual(['cafe', 'find', 'order', '42']);
  });

  it('are what a snippet is cut around', () => {
    const text = `${'before '.repeat(50)}needle ${'after '.repeat(50)}`;
    expect(snippetOf(text, ['missing', 'needle'])).toMatch(/^\.\.\..*needle.*\.\.\.$/);
  });
});
