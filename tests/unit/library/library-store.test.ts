import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Connection } from '../../../db/sqlite/connection.js';
import { createLibraryStore } from '../../../db/sqlite/library-store.js';
import type { Change, Execution, LibraryStore, State } from '../../../src/library/model.js';
import { closeTickets, passedReport, specOf, versionOf } from './fixtures.js';

let folder: string;
let connection: Connection;
let store: LibraryStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'foundry-library-'));
  connection = new Connection(join(folder, 'foundry.db'));
  store = createLibraryStore(connection);
});
afterEach(() => {
  connection.close();
  rmSync(folder, { recursive: true, force: true });
});

const execution = (changes: Partial<Execution> = {}): Execution => ({
  execution_id: 'exec_1',
  name: 'add_numbers',
  version: 1,
  input: { a: 1, b: 2 },
  observation: { status: 'ok', payload: { sum: 3 }, prov: [] },
  error: null,
  calls: [{ name: 'x.y', args: {}, result: null, failed: true }],
  dry_run: false,
  duration_ms: 1.5,
  at: '2026-01-01T00:00:00.000Z',
  via: 'mcp',
  ...changes,
});

const changed = (id: string): Change => ({
  change_id: `change_${id}`,
  name: 'add_numbers',
  version: 1,
  action: 'promote',
  before: 'staged',
  after: 'active',
  reason: 'seen in use',
  report: null,
  via: 'cli',
  at: '2026-01-02T00:00:00.000Z',
});

test('making the store touches no file', () => {
  expect(connection.exists()).toBe(false);
});

describe('versions', () => {
  test('the first is 1, the next 2, and get without a version gives the newest', async () => {
    await store.admit(versionOf(), null);
    const second = await store.admit(versionOf({ content_hash: 'b'.repeat(64), code: 'second' }), 1);
    expect(second.version).toBe(2);
    expect((await store.get('add_numbers'))?.code).toBe('second');
    expect((await store.get('add_numbers', 1))?.version).toBe(1);
    expect((await store.versions('add_numbers')).map((v) => v.version)).toEqual([1, 2]);
    expect(await store.get('nothing')).toBeUndefined();
  });

  test('the same content twice is one version', async () => {
    const first = await store.admit(versionOf(), null);
    expect(await store.admit(versionOf(), null)).toEqual(first);
    expect(await store.versions('add_numbers')).toHaveLength(1);
  });

  test('a taken name, and a current version that moved on, are conflicts', async () => {
    await store.admit(versionOf(), null);
    const other = versionOf({ content_hash: 'c'.repeat(64) });
    await expect(store.admit(other, null)).rejects.toMatchObject({ code: 'conflict' });
    await expect(store.admit(other, 7)).rejects.toMatchObject({ code: 'conflict' });
    await expect(store.admit({ ...other, name: 'new_name' }, 1)).rejects.toMatchObject({ code: 'conflict' });
  });

  test('a state changes only from the state that was expected, and the change is kept with it', async () => {
    await store.admit(versionOf(), null);
    const current = { from: 1, to: 1 };
    const name = 'add_numbers';
    const change = changed('1');
    const raise = (from: State) => store.move({ name, states: [{ version: 1, from, to: 'active' }], current, change });
    expect(await raise('candidate')).toBe(false);
    expect(await store.changesOf(name, 10)).toEqual([]);
    expect(await raise('staged')).toBe(true);
    expect((await store.get(name))?.state).toBe('active');
    expect(await store.changesOf(name, 10)).toEqual([change]);
  });

  test('a move is made whole or not at all', async () => {
    await store.admit(versionOf(), null);
    await store.admit(versionOf({ content_hash: 'b'.repeat(64) }), 1);
    const name = 'add_numbers';
    const states = [
      { version: 1, from: 'staged', to: 'active' },
      { version: 2, from: 'active', to: 'staged' },
    ] as const;
    expect(await store.move({ name, states, current: { from: 2, to: 1 }, change: changed('1') })).toBe(false);
    expect((await store.versions(name)).map(({ state }) => state)).toEqual(['staged', 'staged']);
    expect((await store.get(name))?.version).toBe(2);
    expect(await store.changesOf(name, 10)).toEqual([]);
  });

  test('what is admitted beside an active version leaves that one current', async () => {
    await store.admit(versionOf({ state: 'active' }), null);
    const second = await store.admit(versionOf({ content_hash: 'b'.repeat(64) }), 1);
    expect(second).toMatchObject({ version: 2, supersedes: 1 });
    expect((await store.get('add_numbers'))?.version).toBe(1);
    expect((await store.admit(versionOf({ content_hash: 'c'.repeat(64) }), 1)).version).toBe(3);
  });

  test('changes come back newest first in the order they were written, whatever the clock said', async () => {
    await store.admit(versionOf(), null);
    for (const id of ['3', '1', '2']) await store.putChange({ ...changed(id), version: Number(id) });
    expect((await store.changesOf('add_numbers', 2)).map(({ version }) => version)).toEqual([2, 1]);
    expect(await store.changesOf('add_numbers', 9, { version: 3 })).toHaveLength(1);
    expect(await store.changesOf('add_numbers', 9, { actions: ['rollback'] })).toEqual([]);
    await store.putChange({ ...changed('4'), action: 'regate', report: passedReport });
    expect(await store.changesOf('add_numbers', 9, { judged: true })).toMatchObject([{ action: 'regate' }]);
  });

  test('callers are the current versions that name a capability among their dependencies', async () => {
    await store.admit(versionOf(), null);
    const calling = (name: string, capabilities: string[]) =>
      versionOf({ spec: specOf({ name, dependencies: { capabilities, tools: [] } }) });
    await store.admit(calling('twice', ['add_numbers']), null);
    await store.admit(calling('thrice', ['twice']), null);
    expect((await store.callersOf('add_numbers')).map(({ name }) => name)).toEqual(['twice']);
    await store.admit({ ...calling('twice', []), content_hash: 'b'.repeat(64) }, 1);
    expect(await store.callersOf('add_numbers')).toEqual([]);
  });

  test('going back to an earlier version moves the search with it', async () => {
    await store.admit(versionOf(), null);
    const spec = specOf({ summary: 'Sum up quokkas.' });
    await store.admit(versionOf({ spec, content_hash: 'b'.repeat(64) }), 1);
    expect(await store.searchText('quokkas', 5)).toHaveLength(1);
    const go = (from: number, to: number) =>
      store.move({ name: 'add_numbers', states: [], current: { from, to }, change: changed('1') });
    expect(await go(1, 1)).toBe(false);
    expect(await go(2, 9)).toBe(false);
    expect(await go(2, 1)).toBe(true);
    expect((await store.get('add_numbers'))?.version).toBe(1);
    expect(await store.searchText('quokkas', 5)).toEqual([]);
  });
});

describe('lists and search', () => {
  beforeEach(async () => {
    await store.admit(versionOf(), null);
    await store.admit(versionOf({ spec: closeTickets, destructive: true, state: 'active' }), null);
  });

  test('filters by kind and state, pages by name, counts', async () => {
    expect((await store.list({}, 10)).map((v) => v.name)).toEqual(['add_numbers', 'close_customer_tickets']);
    expect((await store.list({}, 10, 'add_numbers')).map((v) => v.name)).toEqual(['close_customer_tickets']);
    expect((await store.list({ kind: 'primitive' }, 10)).map((v) => v.name)).toEqual(['add_numbers']);
    expect(await store.count({ state: 'active' })).toBe(1);
    expect(await store.namesStartingWith('close_', 10)).toEqual(['close_customer_tickets']);
    expect(await store.namesStartingWith('%', 10)).toEqual([]);
  });

  test('text search reads summaries, input descriptions, tool names and examples', async () => {
    for (const query of ['closing tickets', 'addend', 'close_customer_tickets', 'desk']) {
      expect((await store.searchText(query, 5)).length, query).toBeGreaterThan(0);
    }
    expect((await store.searchText('ticket', 5))[0]?.name).toBe('close_customer_tickets');
  });

  test.each(['"', 'NEAR(', 'a AND', '*', 'the of', "x' OR zz=zz --"])('the query %s cannot break it', async (query) => {
    await expect(store.searchText(query, 5)).resolves.toEqual([]);
  });
});

describe('use', () => {
  test('executions are kept once, and dry runs are not counted', async () => {
    await store.putExecution(execution());
    await store.putExecution(execution());
    await store.putExecution(execution({ execution_id: 'exec_2', observation: null, error: 'throw' }));
    await store.putExecution(execution({ execution_id: 'exec_3', dry_run: true }));
    expect(await store.useOf('add_numbers', 1)).toEqual({ executions: 2, kept: 1, ok: 1 });
    expect(await store.useOf('add_numbers', 2)).toEqual({ executions: 0, kept: 0, ok: 0 });
    expect(await store.getExecution('exec_1')).toEqual(execution());
    expect(await store.executionsOf('add_numbers', 2)).toHaveLength(2);
  });

  test('a plan can be taken once', async () => {
    const plan = {
      plan_id: 'plan_1',
      name: 'x',
      version: 1,
      input_hash: 'h',
      planned_calls: [{ name: 'd.close', args: { id: 'T1' }, open: ['/id'] }],
      created_at: '2026-01-01T00:00:00.000Z',
    };
    await store.putPlan(plan);
    expect(await store.takePlan('plan_1')).toEqual(plan);
    expect(await store.takePlan('plan_1')).toBeUndefined();
  });

  test('attempts are kept per spec, and a later write links the capability', async () => {
    const attempt = {
      attempt_id: 'attempt_1',
      spec_id: 'spec_1',
      ordinal: 1,
      generator: 'agent' as const,
      code: 'x',
      language: 'typescript' as const,
      report: passedReport,
      capability: null,
      created_at: '2026-01-01T00:00:00.000Z',
    };
    await store.putAttempt(attempt);
    await store.putAttempt({ ...attempt, capability: { name: 'x', version: 1 } });
    expect(await store.attemptsOfSpec('spec_1')).toEqual([{ ...attempt, capability: { name: 'x', version: 1 } }]);
    expect(await store.getAttempt('attempt_2')).toBeUndefined();
  });
});

test('the gate gets the visible tests of the version and the hidden ones of its spec', async () => {
  await store.admit(versionOf(), null);
  const hidden = { name: 'kept back', input: { a: 5, b: 6 }, expected: { status: 'ok', payload: { sum: 11 } } };
  connection.db.exec(
    'CREATE TABLE IF NOT EXISTS hidden_tests (spec_id TEXT NOT NULL, ordinal INTEGER NOT NULL, test TEXT NOT NULL)',
  );
  connection.db.pragma('foreign_keys = OFF');
  connection.db
    .prepare('INSERT INTO hidden_tests (spec_id, ordinal, test) VALUES (?, ?, ?)')
    .run('spec_1', 0, JSON.stringify(hidden));
  const tests = await store.testsForGate('add_numbers', 1);
  expect(tests.visible.map((t) => t.name)).toEqual(['adds']);
  expect(tests.hidden).toEqual([hidden]);
  expect(await store.testsForGate('add_numbers', 2)).toEqual({ visible: [], hidden: [] });
});
