import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { createSqliteStore } from '../../db/sqlite/store.js';
import { plainContext } from '../../src/context.js';
import { sha256 } from '../../src/hash.js';
import type { ManageCapabilityInput } from '../../src/library/contract.js';
import type { Change, LibraryStore } from '../../src/library/model.js';
import type { LibraryService } from '../../src/library/service.js';
import type { Store } from '../../src/store.js';
import { tempFolder } from '../support/temp.js';
import { type CallResult, eras, type WireClient } from '../support/wire.js';
import { openSandbox } from '../unit/gate/support.js';
import { addCode, type Library, openLibrary, use } from '../unit/library/desk.js';
import { passedReport, specOf, versionOf } from '../unit/library/fixtures.js';
import { sumCode, sumSpec } from '../unit/specs/specs.js';

const sandbox = openSandbox();
afterAll(() => sandbox.close());
const name = 'add_numbers';
const promotion = { executions: 4, fidelity: 0.75, outcome_quality: 0.75 };

/** Two that come to their write at the same time: neither goes on before the other is there. */
function meeting(): () => Promise<void> {
  let arrived = 0;
  let open = (): void => undefined;
  const both = new Promise<void>((resolve) => {
    open = resolve;
  });
  return async () => {
    arrived += 1;
    if (arrived === 2) open();
    await both;
  };
}

/** The library with two services over it, each with a connection of its own, that meet before they write. */
async function rivals(): Promise<{ library: Library; services: readonly [LibraryService, LibraryService] }> {
  const library = openLibrary(sandbox, { promotion });
  await library.admit(specOf(), addCode);
  const meet = meeting();
  const open = (): LibraryService => {
    const store = createSqliteStore(join(library.folder, 'foundry.db'));
    onTestFinished(() => store.close());
    const met: LibraryStore = {
      ...store.library,
      move: async (move) => {
        await meet();
        return store.library.move(move);
      },
      admit: async (...admission) => {
        await meet();
        return store.library.admit(...admission);
      },
    };
    const over: Store = { ...store, library: met };
    return library.again(library.desk, over);
  };
  onTestFinished(() => library.close());
  return { library, services: [open(), open()] };
}

const admitted = (service: LibraryService, code: string) =>
  service.admit({
    spec: specOf(),
    code,
    language: 'typescript',
    spec_id: 'spec_1',
    attempt_id: 'attempt_1',
    generator: 'agent',
    report: { ...passedReport, code_sha256: sha256(code) },
    supersedes: name,
    supersedes_version: 1,
    destructive: false,
    via: 'mcp',
  });

async function settled<T>(work: readonly Promise<T>[]): Promise<{ won: T[]; lost: unknown[] }> {
  const ends = await Promise.allSettled(work);
  return {
    won: ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : [])),
    lost: ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : [])),
  };
}

/** Versions that are active without being the current one: there must be none, ever. */
async function activeBeside({ library }: Pick<Store, 'library'>): Promise<number[]> {
  const current = await library.get(name);
  const versions = await library.versions(name);
  return versions.filter((one) => one.state === 'active' && one.version !== current?.version).map((one) => one.version);
}

const made = (library: Library, actions: Change['action'][]) => library.store.library.changesOf(name, 99, { actions });

test('of two that promote at the same time one does it, and the other is told that it is done', async () => {
  const { library, services } = await rivals();
  await use(library, { name, ok: 4 });
  const promote = (one: LibraryService) => one.manage({ name, action: 'promote' }, plainContext('mcp'));
  const { won, lost } = await settled(services.map(promote));
  expect(lost).toEqual([]);
  expect(won.map(({ changed }) => changed).sort()).toEqual([false, true]);
  expect(won.map(({ state }) => state)).toEqual(['active', 'active']);
  expect(await made(library, ['promote'])).toHaveLength(1);
});

test.each<[string, ManageCapabilityInput, ManageCapabilityInput]>([
  [
    'roll back to different versions',
    { name, action: 'rollback', version: 1 },
    { name, action: 'rollback', version: 2 },
  ],
  ['roll back and promote', { name, action: 'rollback', version: 1 }, { name, action: 'promote' }],
  ['promote and deprecate', { name, action: 'promote' }, { name, action: 'deprecate' }],
])('of two that %s at the same time one does it, and the other is in conflict', async (_, first, second) => {
  const { library, services } = await rivals();
  await library.admit(specOf(), `${addCode}//2`, { supersedes: name });
  await library.admit(specOf(), `${addCode}//3`, { supersedes: name });
  await use(library, { name, version: 3, ok: 4 });
  const [one, other] = services;
  const { won, lost } = await settled([
    one.manage(first, plainContext('mcp')),
    other.manage(second, plainContext('mcp')),
  ]);
  expect(won).toMatchObject([{ changed: true }]);
  expect(lost).toMatchObject([{ code: 'conflict' }]);
  expect(await made(library, ['promote', 'rollback', 'deprecate'])).toHaveLength(1);
  expect(await activeBeside(library.store)).toEqual([]);
});

test('of two that supersede one version at the same time one is admitted', async () => {
  const { library, services } = await rivals();
  const { won, lost } = await settled(services.map((one, at) => admitted(one, `${addCode}//${at}`)));
  expect(won).toMatchObject([{ version: 2, supersedes: 1 }]);
  expect(lost).toMatchObject([{ code: 'conflict', message: expect.stringContaining('its current version is 2') }]);
  expect(await library.store.library.versions(name)).toHaveLength(2);
  expect(await made(library, ['admit'])).toHaveLength(2);
});

/** Calls until the store is free. */
async function insist(client: WireClient, tool: string, args: Record<string, unknown>): Promise<CallResult> {
  for (let tries = 1; ; tries += 1) {
    const result = await client.call(tool, args);
    if (!result.isError || !result.text.startsWith('busy: ')) return result;
    expect(tries).toBeLessThan(20);
  }
}

const rounds = 12;

test('two processes that change the same capabilities at once leave one history of each', {
  timeout: 180_000,
}, async () => {
  const home = tempFolder();
  writeFileSync(join(home, 'foundry.config.json'), JSON.stringify({ promotion }));
  const store = createSqliteStore(join(home, 'foundry.db'));
  onTestFinished(() => store.close());
  const names = Array.from({ length: rounds }, (_, at) => `add_numbers_${String.fromCodePoint(97 + at)}`);
  for (const one of names) {
    const spec = specOf({ name: one });
    await store.library.admit(versionOf({ spec, code: addCode }), null);
    for (const [hash, before] of [
      ['b', 1],
      ['c', 2],
    ] as const) {
      await store.library.admit(versionOf({ spec, code: addCode, content_hash: hash.repeat(64) }), before);
    }
    await use({ store, at: '2026-01-01T00:00:00.000Z' }, { name: one, version: 3, ok: 4 });
  }
  const clients = [await eras[1].connect({ home }), await eras[0].connect({ home })];
  const both = (make: (index: number) => Record<string, unknown>): Promise<CallResult[]> =>
    Promise.all(clients.map((client, index) => insist(client, 'manage_capability', make(index))));

  for (const one of names) {
    const promoted = await both(() => ({ name: one, action: 'promote' }));
    expect(promoted.map(({ data }) => data['changed']).sort(), one).toEqual([false, true]);
    expect(promoted.map(({ data }) => data['state'])).toEqual(['active', 'active']);
    const rolled = await both((index) => ({ name: one, action: 'rollback', version: index + 1 }));
    for (const { isError, text } of rolled) if (isError) expect(text).toMatch(/^conflict: /);

    const changes = await store.library.changesOf(one, 99, { actions: ['promote', 'rollback'] });
    const done = [...promoted, ...rolled].filter(({ data }) => data['changed'] === true);
    expect(changes, one).toHaveLength(done.length);
    expect(changes.filter(({ action }) => action === 'promote')).toHaveLength(1);
    // Each rollback set out from where the one before it had come to: none was made on what was no longer so.
    const steps = changes.filter(({ action }) => action === 'rollback').reverse();
    const current = (text = ''): string => /current (\d+)/.exec(text)?.[1] ?? '';
    const arrived = steps.map(({ after }) => current(after));
    expect(steps.map(({ before }) => current(before))).toEqual(['3', ...arrived.slice(0, -1)]);
    const versions = await store.library.versions(one);
    expect(versions.map(({ state }) => state)).toEqual(['staged', 'staged', 'staged']);
    expect(String((await store.library.get(one))?.version)).toBe(arrived.at(-1));
  }

  const spec = { ...sumSpec() };
  await insist(clients[0] as WireClient, 'generate_and_gate_code', { spec, code: sumCode });
  const better = await Promise.all(
    clients.map((client, index) =>
      insist(client, 'generate_and_gate_code', { spec, code: `${sumCode}// ${index}`, supersedes: spec.name }),
    ),
  );
  const versions = await store.library.versions(spec.name);
  expect(versions.length).toBe(1 + better.filter(({ data }) => data['admitted'] === 1).length);
  const before = versions.slice(0, -1).map(({ version }) => version);
  expect(versions.map(({ supersedes }) => supersedes)).toEqual([null, ...before]);
  for (const { server } of clients) {
    await server.close();
    expect(await server.end(5_000)).toEqual({ code: 0, signal: null });
    expect(server.stderr).not.toMatch(/"level":"error"/);
  }
});
