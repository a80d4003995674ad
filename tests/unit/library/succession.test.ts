import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { plainContext, type Via } from '../../../src/context.js';
import type { Sandbox } from '../../../src/gate/runtimes/runtime.js';
import type { ManageCapabilityInput } from '../../../src/library/contract.js';
import { openSandbox } from '../gate/support.js';
import { addCode, type Library, openLibrary, putState, use } from './desk.js';
import { specOf } from './fixtures.js';

let sandbox: Sandbox;
let library: Library;
beforeAll(() => {
  sandbox = openSandbox();
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  library = openLibrary(sandbox, { promotion: { executions: 4, outcome_quality: 0.75, fidelity: 0.75 } });
  await library.admit(specOf(), addCode);
});
afterEach(() => library.close());

const name = 'add_numbers';
const manage = (action: ManageCapabilityInput['action'], more = {}, via: Via = 'mcp') =>
  library.service.manage({ name, action, ...more }, plainContext(via));
const next = (version: number) => library.admit(specOf(), `${addCode}//${version}`, { supersedes: name });
/** `1 active, 2 staged*`: the current version has the star. */
async function places(): Promise<string> {
  const { library: store } = library.store;
  const current = (await store.get(name))?.version;
  const versions = await store.versions(name);
  return versions.map(({ version, state }) => `${version} ${state}${version === current ? '*' : ''}`).join(', ');
}
const newest = async () => (await library.store.library.changesOf(name, 1))[0];
const call = async (more: { version?: number; dry_run?: boolean } = {}) =>
  library.service.call({ name, input: { a: 1, b: 2 }, ...more }, plainContext('mcp'), async () => undefined);

describe('a new version', () => {
  test('is current at once where the one before is not active, and the history says so', async () => {
    await next(2);
    expect(await places()).toBe('1 staged, 2 staged*');
    expect(await newest()).toMatchObject({
      version: 2,
      action: 'admit',
      before: 'candidate; current 1',
      after: 'staged; current 2',
      via: 'mcp',
    });
  });

  test('stands beside an active one, which stays the one that is called', async () => {
    await putState(library.store, name, 1, 'active');
    await next(2);
    expect(await places()).toBe('1 active*, 2 staged');
    expect(await newest()).toMatchObject({
      version: 2,
      before: 'candidate',
      after: 'staged',
      reason: 'version 1 is active and stays the current one',
    });
    expect((await call({ version: 2 })).status).toBe('ok');
    expect(await library.store.library.useOf(name, 2)).toMatchObject({ executions: 1 });
  });

  test('is current at once again when what it supersedes was deprecated', async () => {
    await manage('deprecate');
    await next(2);
    expect(await places()).toBe('1 deprecated, 2 staged*');
  });
});

describe('taking the place of an active version', () => {
  beforeEach(async () => {
    await use(library, { name, version: 1, ok: 160, missing: 40 });
    await manage('promote');
    await next(2);
  });

  test.each([
    ['equal shares', { ok: 160, missing: 40 }, /Nothing tells it from version 1, which is active \(200 executions/],
    ['a lead that the intervals do not bear out', { ok: 4 }, /Nothing tells it from version 1/],
    ['worse use', { ok: 320, missing: 80, broken: 40 }, /It is worse than version 1/],
    ['no use', {}, /never called/],
  ])('%s does not do it, for a client and a person alike', async (_what, used, why) => {
    await use(library, { name, version: 2, ...used });
    for (const via of ['mcp', 'cli', 'elicited'] as const) {
      const done = await manage('promote', { version: 2, reason: 'please' }, via);
      expect(done).toMatchObject({ version: 2, state: 'staged', changed: false, note: expect.stringMatching(why) });
    }
    expect(await places()).toBe('1 active*, 2 staged');
  });

  test('better use does it, and sets the old one aside in the same step', async () => {
    await use(library, { name, version: 2, ok: 99, missing: 1 });
    const done = await manage('promote', { version: 2 });
    expect(done).toMatchObject({ version: 2, state: 'active', changed: true });
    expect(done.note).toMatch(/Standing: 100 executions; .*outcome quality 0\.990 \(95% interval 0\.946 to 0\.998\)/);
    expect(await places()).toBe('1 staged, 2 active*');
    expect(await newest()).toMatchObject({ before: 'staged; current 1', after: 'active; current 2, 1 staged' });
  });

  test('better use that is too little does not do it over MCP', async () => {
    await use(library, { name, version: 2, ok: 3 });
    expect((await manage('promote', { version: 2 })).changed).toBe(false);
  });

  test('a version that was not judged by the tests of the active one does not do it', async () => {
    await use(library, { name, version: 2, ok: 100 });
    const third = await next(3);
    expect(third.supersedes).toBe(1);
    await manage('promote', { version: 2 });
    await use(library, { name, version: 3, ok: 500 });
    const done = await manage('promote', { version: 3 });
    expect(done).toMatchObject({
      changed: false,
      note: expect.stringContaining('not judged by the tests of version 2'),
    });
  });

  test('a person chooses it all the same, by a rollback with a reason', async () => {
    const client = await manage('rollback', { version: 2 });
    expect(client).toMatchObject({ version: 1, changed: false, note: expect.stringContaining('is active') });
    await expect(manage('rollback', { version: 2 }, 'cli')).rejects.toMatchObject({ code: 'invalid_input' });
    const done = await manage('rollback', { version: 2, reason: 'it can do more' }, 'elicited');
    expect(done).toMatchObject({ version: 2, state: 'staged', changed: true });
    expect(await places()).toBe('1 staged, 2 staged*');
    expect(await newest()).toMatchObject({
      before: 'current 1 active',
      after: 'current 2, 1 staged',
      reason: 'it can do more',
      via: 'elicited',
    });
  });
});

describe('a person’s choice of a version', () => {
  beforeEach(async () => {
    await next(2);
    await manage('rollback', {}, 'cli');
    await use(library, { name, version: 2, ok: 100 });
  });

  test('is not undone by a client, neither by rollback nor by promotion', async () => {
    for (const done of [await manage('rollback', { version: 2 }), await manage('promote', { version: 2 })]) {
      expect(done).toMatchObject({ changed: false, note: expect.stringContaining('by a person') });
    }
    expect(await places()).toBe('1 staged*, 2 staged');
  });

  test('is undone by a person, and ends with the next version', async () => {
    expect(await manage('promote', { version: 2 }, 'cli')).toMatchObject({ changed: true });
    expect(await places()).toBe('1 staged, 2 active*');
    await manage('deprecate');
    await next(3);
    await next(4);
    expect(await manage('rollback', { version: 3 })).toMatchObject({ changed: true });
  });
});

describe('rollback', () => {
  test('sets an active version aside, back and forth, and what comes back earns its state anew', async () => {
    await next(2);
    await use(library, { name, version: 2, ok: 4 });
    await manage('promote');
    expect(await manage('rollback')).toMatchObject({ version: 1, state: 'staged', changed: true });
    expect(await places()).toBe('1 staged*, 2 staged');
    expect(await manage('rollback', { version: 2 })).toMatchObject({ version: 2, state: 'staged', changed: true });
    expect(await manage('promote')).toMatchObject({ version: 2, state: 'active', changed: true });
  });

  test('to the version that is current, or to none, changes nothing', async () => {
    expect(await manage('rollback', { version: 1 })).toMatchObject({ changed: false });
    await expect(manage('rollback', { version: 2 })).rejects.toThrow('has no version 2');
    await expect(manage('rollback')).rejects.toThrow('no earlier version');
  });
});

describe('promotion by use', () => {
  test('happens with the execution that meets the thresholds, and once', async () => {
    await use(library, { name, ok: 2 });
    await call();
    expect(await places()).toBe('1 staged*');
    await call();
    expect(await places()).toBe('1 active*');
    const promotions = () => library.store.library.changesOf(name, 9, { actions: ['promote'] });
    expect(await promotions()).toMatchObject([
      {
        before: 'staged',
        after: 'active',
        via: 'mcp',
        reason: expect.stringMatching(/^Its use meets the thresholds: 4 executions; fidelity 1\.000 \(95% interval/),
      },
    ]);
    await call();
    expect(await promotions()).toHaveLength(1);
  });

  test('does not happen by dry runs, by calls that fail, or by calls whose input does not fit', async () => {
    await use(library, { name, ok: 3 });
    await call({ dry_run: true });
    const bad = library.service.call({ name, input: { a: 'x' } }, plainContext('mcp'), async () => undefined);
    await expect(bad).rejects.toMatchObject({ code: 'invalid_input' });
    expect(await places()).toBe('1 staged*');
    await use(library, { name, broken: 3 });
    await call();
    expect(await places()).toBe('1 staged*');
  });

  test('does not take the place of another version, whatever the figures', async () => {
    await putState(library.store, name, 1, 'active');
    await use(library, { name, ok: 50, missing: 50 });
    await next(2);
    await use(library, { name, version: 2, ok: 100 });
    await call({ version: 2 });
    expect(await places()).toBe('1 active*, 2 staged');
  });

  test('does not bring back what was deprecated', async () => {
    await use(library, { name, ok: 100 });
    await manage('deprecate');
    await call({ version: 1 });
    expect(await places()).toBe('1 deprecated*');
  });
});

describe('what was deprecated', () => {
  test('comes back by a person: staged without use or reason, active where it may', async () => {
    await manage('deprecate');
    expect(await manage('promote')).toMatchObject({ changed: false, state: 'deprecated' });
    const back = await manage('promote', {}, 'cli');
    expect(back).toMatchObject({
      changed: true,
      state: 'staged',
      note: expect.stringContaining('can be called again'),
    });
    await manage('deprecate');
    await use(library, { name, ok: 1 });
    expect(await manage('promote', {}, 'cli')).toMatchObject({ changed: true, state: 'staged' });
    await manage('deprecate');
    expect(await manage('promote', { reason: 'needed' }, 'cli')).toMatchObject({ changed: true, state: 'active' });
  });
});

test('two services over one file that promote at once promote once', async () => {
  await use(library, { name, ok: 4 });
  const other = library.again();
  const input = { name, action: 'promote' } as const;
  const done = await Promise.all([
    library.service.manage(input, plainContext('mcp')),
    other.manage(input, plainContext('mcp')),
  ]);
  expect(done.map(({ changed }) => changed).sort()).toEqual([false, true]);
  expect(done.map(({ state }) => state)).toEqual(['active', 'active']);
  expect(await library.store.library.changesOf(name, 9, { actions: ['promote'] })).toHaveLength(1);
});
