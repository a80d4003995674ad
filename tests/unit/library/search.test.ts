import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { plainContext } from '../../../src/context.js';
import type { Sandbox } from '../../../src/gate/runtimes/runtime.js';
import { fuse } from '../../../src/library/search.js';
import { addCode, closeCode, type Library, openLibrary, use } from './desk.js';
import { closeTickets, specOf } from './fixtures.js';

/** Searching runs no code. */
const noSandbox: Sandbox = {
  language: 'typescript',
  open: async () => {
    throw new Error('nothing runs here');
  },
  openGroup: () => {
    throw new Error('nothing runs here');
  },
  health: async () => ({ available: false, fingerprint: 'none', isolation: [], absent: [], detail: '' }),
  close: async () => undefined,
};

let library: Library;
beforeEach(async () => {
  library = openLibrary(noSandbox);
});
afterEach(() => library.close());

/** Gives a query a direction that no capability has. */
function nothingIsNear(query: string): void {
  library.embedder.model = `none near ${query}`;
  library.embedder.embed = async (texts) =>
    texts.map((text) => Float32Array.from({ length: 64 }, (_, at) => (at === (text === query ? 1 : 0) ? 1 : 0)));
}

const search = (query: string, more = {}) => library.service.search({ query, ...more });

test('an empty library says so, and asks the embedder nothing', async () => {
  const found = await search('anything');
  expect(found).toMatchObject({ results: [], searched: 0, note: expect.stringContaining('import_evidence') });
  expect(library.embedder.seen).toEqual([]);
});

describe('a library of two', () => {
  beforeEach(async () => {
    await library.admit(specOf(), addCode);
    await library.admit(closeTickets, closeCode, { destructive: true });
  });

  test('a result says all that is needed to call', async () => {
    const { results, searched } = await search('close the tickets of a customer');
    expect(searched).toBe(2);
    expect(results[0]).toEqual({
      name: 'close_customer_tickets',
      version: 1,
      kind: 'skill',
      state: 'staged',
      summary: 'Close every open ticket of a customer.',
      score: 1,
      uri: 'capability://close_customer_tickets',
      input_schema: closeTickets.input_schema,
      example: { customer_id: 'C1' },
      destructive: true,
      ready: true,
      missing_tools: [],
      executions: 0,
    });
  });

  test('a score says how alike query and capability are, not which place it has', async () => {
    const scoreOf = async (query: string, name: string) =>
      (await search(query)).results.find((hit) => hit.name === name)?.score;
    expect(await scoreOf('closing of ticket', 'close_customer_tickets')).toBeLessThan(1);
    expect(await scoreOf('customer ticket', 'close_customer_tickets')).toBe(1);
    library.embedder.broken = true;
    expect(await scoreOf('close a broken shop', 'close_customer_tickets')).toBeCloseTo(1 / 3, 3);
  });

  test('one word of many in common is no reason to be shown', async () => {
    const query = 'water gardens, feed a customer of horses';
    nothingIsNear(query);
    expect((await search(query)).results.map((hit) => hit.name)).not.toContain('close_customer_tickets');
  });

  test('the singular finds the plural, and little words find nothing', async () => {
    const summary = 'Track each shipment (for requests about: parcels).';
    await library.admit(specOf({ name: 'get_shipments', summary }), `${addCode}//`);
    nothingIsNear('where is my parcel');
    const { results } = await search('where is my parcel');
    expect(results.map((hit) => [hit.name, hit.score])).toEqual([['get_shipments', 1]]);
    nothingIsNear('where is my');
    expect((await search('where is my')).results).toEqual([]);
  });

  test('what cannot run here says which tools are missing', async () => {
    library.desk.tools = ['desk.list_tickets'];
    const [hit] = (await search('tickets')).results;
    expect(hit).toMatchObject({ ready: false, missing_tools: ['desk.close_ticket'] });
  });

  test('a tool that changes state makes a capability destructive, whatever was handed in', async () => {
    await library.admit({ ...closeTickets, name: 'tidy_desk' }, `${closeCode}//`);
    const found = (await search('tidy desk')).results.find((hit) => hit.name === 'tidy_desk');
    expect(found?.destructive).toBe(true);
  });

  test('use is counted, of the version that would be called, and told with its interval', async () => {
    await use(library, { name: 'add_numbers', ok: 1, broken: 1 });
    expect((await search('add numbers')).results[0]).toMatchObject({
      executions: 2,
      success_rate: 0.5,
      success_interval: [0.0945, 0.9055],
    });
    await library.admit(specOf(), `${addCode}//2`, { supersedes: 'add_numbers' });
    const [hit] = (await search('add numbers')).results;
    expect(hit).toMatchObject({ version: 2, executions: 0 });
    expect(hit).not.toHaveProperty('success_rate');
    expect(hit).not.toHaveProperty('success_interval');
  });

  test('filters by kind and state; deprecated ones show only when asked for', async () => {
    expect((await search('add numbers', { kind: 'skill' })).results.map((hit) => hit.name)).not.toContain(
      'add_numbers',
    );
    await library.service.manage({ name: 'add_numbers', action: 'deprecate' }, plainContext('cli'));
    const without = await search('add numbers');
    expect(without.results.map((hit) => hit.name)).not.toContain('add_numbers');
    expect(without.searched).toBe(1);
    const only = await search('add numbers', { state: 'deprecated' });
    expect(only.results.map((hit) => hit.name)).toEqual(['add_numbers']);
    expect(await library.service.related('add numbers', 5)).toEqual([]);
  });

  test('where nothing fits the note says what was searched', async () => {
    const found = await search('zzzz qqqq');
    expect(found.results).toEqual([]);
    expect(found.note).toMatch(/Nothing fits.*2 capabilities/);
  });

  test('pages with a cursor, which belongs to its query', async () => {
    const first = await search('tickets numbers', { limit: 1 });
    const second = await search('tickets numbers', { limit: 1, cursor: first.next_cursor });
    expect(new Set([...first.results, ...second.results].map((hit) => hit.name)).size).toBe(2);
    expect(second.next_cursor).toBeUndefined();
    await expect(search('tickets', { cursor: first.next_cursor })).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(search('tickets', { cursor: 'x' })).rejects.toMatchObject({ code: 'invalid_input' });
  });

  test('a broken embedder leaves the search by words, and the note says so', async () => {
    library.embedder.broken = true;
    const found = await search('tickets');
    expect(found.results[0]?.name).toBe('close_customer_tickets');
    expect(found.note).toContain('by words only');
  });

  test('another model embeds the library again; the same one does not, even in another process', async () => {
    await search('tickets');
    const before = library.embedder.seen.length;
    await search('tickets');
    expect(library.embedder.seen.slice(before)).toEqual(['tickets']);
    library.embedder.model = 'words-2';
    const at = library.embedder.seen.length;
    await search('tickets');
    expect(library.embedder.seen.slice(at)).toHaveLength(3);
  });

  test('a capability that was admitted while the embedder was down is embedded later', async () => {
    library.embedder.broken = true;
    await library.admit(specOf({ name: 'late_one', summary: 'Water the garden.' }), `${addCode}//`);
    library.embedder.broken = false;
    expect((await search('watering gardens')).results[0]?.name).toBe('late_one');
  });

  test('related gives names and summaries, best first', async () => {
    expect(await library.service.related('close customer tickets', 1)).toEqual([
      { name: 'close_customer_tickets', summary: 'Close every open ticket of a customer.' },
    ]);
  });
});

test('rank fusion prefers what both rankings have, and breaks ties by name', () => {
  const of = (...names: string[]) => names.map((name) => ({ name }));
  expect(fuse(of('a', 'b'), of('b', 'c')).map((hit) => hit.name)).toEqual(['b', 'a', 'c']);
  expect(fuse(of('a'), of('a'))).toEqual([{ name: 'a', score: 1 }]);
  expect(fuse(of('z'), of('y')).map((hit) => hit.name)).toEqual(['y', 'z']);
});
