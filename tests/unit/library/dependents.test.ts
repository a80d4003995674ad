import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { plainContext, type Via } from '../../../src/context.js';
import type { Sandbox } from '../../../src/gate/runtimes/runtime.js';
import type { ManageCapabilityInput } from '../../../src/library/contract.js';
import { outdatedOf } from '../../../src/library/dependents.js';
import type { Spec } from '../../../src/specs/model.js';
import { openSandbox } from '../gate/support.js';
import { addCode, type Library, openLibrary } from './desk.js';
import { specOf } from './fixtures.js';

let sandbox: Sandbox;
let library: Library;
beforeAll(() => {
  sandbox = openSandbox();
});
afterAll(() => sandbox.close());

const pairs: readonly (readonly [number, number])[] = [
  [1, 2],
  [30, 4],
  [500, 60],
  [0, 9],
];
const sumSpec = (tests = pairs) =>
  specOf({
    tests: tests.map(([a, b]) => ({
      name: `${a} and ${b}`,
      input: { a, b },
      expected: { status: 'ok' as const, payload: { sum: a + b } },
    })),
  });
const answer = (payload: object) => ({ status: 'ok', payload: { ...payload }, prov: [] });

/** A skill that asks one capability and gives its number times a factor. */
function timesSpec(name: string, called: string, factor: number): Spec {
  return specOf({
    name,
    kind: 'skill',
    summary: `Multiply what ${called} gives by ${factor}.`,
    output_schema: { type: 'object', properties: { sum: { type: 'number' } }, required: ['sum'] },
    dependencies: { capabilities: [called], tools: [] },
    tests: pairs.map(([a, b]) => {
      const inner = called === 'add_numbers' ? a + b : (a + b) * 2;
      return {
        name: `${a} and ${b}`,
        input: { a, b },
        calls: [{ name: called, args: { a, b }, result: answer({ sum: inner }) }],
        expected: { status: 'ok' as const, payload: { sum: inner * factor } },
      };
    }),
  });
}
const timesCode = (called: string, factor: number) => `export async function execute(input, ctx) {
  const inner = await ctx.call('${called}', { a: input.a, b: input.b });
  return { status: 'ok', payload: { sum: inner.payload.sum * ${factor} }, prov: [] };
}`;
/** Adds, but not beyond a hundred: its callers have a test that notices. */
const cappedCode = addCode.replace('return', 'if (input.a > 100) input = { a: 100, b: 0 };\n  return');

const admitTimes = (name: string, called: string, factor: number) =>
  library.admit(timesSpec(name, called, factor), timesCode(called, factor), { authorSawAll: true });
const manage = (name: string, action: ManageCapabilityInput['action'], more = {}, via: Via = 'mcp') =>
  library.service.manage({ name, action, ...more }, plainContext(via));
const stateOf = async (name: string) => (await library.store.library.get(name))?.state;
const verdicts = (regated: readonly { name: string; verdict: string }[] = []) =>
  regated.map(({ name, verdict }) => `${name} ${verdict}`);
const outdated = async (name: string) => {
  const found = await library.store.library.get(name);
  return found && outdatedOf(library.store.library, found);
};

beforeEach(async () => {
  library = openLibrary(sandbox, { gate: { mutants: 20 } });
  await library.admit(sumSpec(), addCode, { authorSawAll: true });
  await admitTimes('twice', 'add_numbers', 2);
  await admitTimes('six_times', 'twice', 3);
});
afterEach(() => library.close());

describe('what calls a capability', () => {
  beforeEach(async () => {
    const done = await manage('add_numbers', 'regate', { scope: 'dependents' });
    expect(verdicts(done.regated?.slice(1))).toEqual(['twice admitted', 'six_times admitted']);
  });

  test('knows with which versions it was judged, also of what it calls through others', async () => {
    expect(await outdated('six_times')).toEqual([]);
    await library.admit(sumSpec(), `${addCode}//2`, { supersedes: 'add_numbers' });
    expect(await outdated('twice')).toEqual([{ name: 'add_numbers', judged: 1, current: 2 }]);
    expect(await outdated('six_times')).toEqual([{ name: 'add_numbers', judged: 1, current: 2 }]);
  });

  test('is regated after a new version, and keeps its state where it still holds', async () => {
    await library.admit(sumSpec(), `${addCode}//2`, { supersedes: 'add_numbers' });
    const { regated, left } = await library.service.regateCallers('add_numbers', plainContext('mcp'));
    expect(verdicts(regated)).toEqual(['twice admitted', 'six_times admitted']);
    expect(left).toEqual([]);
    expect(await outdated('six_times')).toEqual([]);
    expect((await library.store.library.changesOf('twice', 1))[0]).toMatchObject({
      action: 'regate',
      before: 'staged',
      after: 'staged',
      reason: 'version 2 of add_numbers is the current one',
      report: { verdict: 'admitted' },
    });
    // A second time there is nothing left to do.
    expect(await library.service.regateCallers('add_numbers', plainContext('mcp'))).toEqual({ regated: [], left: [] });
  });

  test('is deprecated where it fails with the real one, and comes back with the version that it was right with', async () => {
    await library.admit(sumSpec(), cappedCode, { supersedes: 'add_numbers' });
    const { regated } = await library.service.regateCallers('add_numbers', plainContext('mcp'));
    expect(regated).toMatchObject([
      { name: 'twice', verdict: 'rejected', state: 'deprecated', changed: true, failed_stage: 'composition' },
      {
        name: 'six_times',
        verdict: 'not_judged',
        state: 'staged',
        changed: false,
        reasons: ['it calls what is deprecated or gone: twice'],
      },
    ]);
    const [change] = await library.store.library.changesOf('twice', 1);
    expect(change).toMatchObject({ action: 'regate', before: 'staged', after: 'deprecated' });
    expect(change?.reason).toMatch(
      /^The gate refuses it now \(composition\).*Regated because: version 2 of add_numbers is the current one$/,
    );
    await expect(
      library.service.call({ name: 'six_times', input: { a: 1, b: 1 } }, plainContext('mcp'), async () => undefined),
    ).rejects.toMatchObject({ code: 'needs_setup', message: 'six_times calls what is deprecated or gone: twice.' });

    const back = await manage('add_numbers', 'rollback');
    expect(back).toMatchObject({ version: 1, changed: true });
    expect(verdicts(back.regated)).toEqual(['twice admitted']);
    expect(back.note).toBe('Regated what calls it: twice version 1 admitted, now staged.');
    expect(await stateOf('twice')).toBe('staged');
    const again = await library.service.call(
      { name: 'six_times', input: { a: 1, b: 1 } },
      plainContext('mcp'),
      async () => undefined,
    );
    expect(again).toMatchObject({ status: 'ok', payload: { sum: 12 } });
  });

  test('stays out where a person or a client took it out, whatever the gate says', async () => {
    await manage('twice', 'deprecate', { reason: 'not wanted' });
    await library.admit(sumSpec(), `${addCode}//2`, { supersedes: 'add_numbers' });
    expect(await library.service.regateCallers('add_numbers', plainContext('mcp'))).toEqual({ regated: [], left: [] });
    const promoted = await manage('twice', 'promote', { reason: 'needed' }, 'cli');
    expect(promoted).toMatchObject({
      changed: false,
      note: expect.stringContaining(
        'It was judged with another version of add_numbers than the current one; regate it',
      ),
    });
    expect(await manage('twice', 'regate')).toMatchObject({ state: 'deprecated', changed: false });
    expect(await manage('twice', 'promote', {}, 'cli')).toMatchObject({ state: 'staged', changed: true });
  });

  test('stays out where the gate took it out and somebody then deprecated it as well', async () => {
    await library.admit(sumSpec(), cappedCode, { supersedes: 'add_numbers' });
    await library.service.regateCallers('add_numbers', plainContext('mcp'));
    expect(await manage('twice', 'deprecate')).toMatchObject({ changed: false, state: 'deprecated' });
    expect((await manage('add_numbers', 'rollback')).regated ?? []).toEqual([]);
    expect(await stateOf('twice')).toBe('deprecated');
  });

  test('is not ready, and is left as it is, when the capability is deprecated', async () => {
    const done = await manage('add_numbers', 'deprecate');
    expect(done.note).toBe('Not ready any more, for they call it: twice, six_times.');
    const found = await library.service.search({ query: 'multiply what add_numbers gives' });
    const twice = found.results.find(({ name }) => name === 'twice');
    expect(twice).toMatchObject({ state: 'staged', ready: false, missing_tools: ['add_numbers'] });
    expect(await manage('twice', 'regate')).toMatchObject({
      state: 'staged',
      changed: false,
      note: 'It was not judged: it calls what is deprecated or gone: add_numbers.',
    });
    await manage('add_numbers', 'promote', {}, 'cli');
    expect(await outdated('twice')).toEqual([]);
  });
});

test('hidden tests of a skill are not asked by ever new versions of what it calls', async () => {
  await library.close();
  library = openLibrary(sandbox, { gate: { mutants: 20, hidden_tries: 2 } });
  await library.admit(sumSpec(), addCode, { authorSawAll: true });
  const { tests, ...spec } = timesSpec('twice', 'add_numbers', 2);
  const [kept, ...visible] = tests;
  const record = { spec_id: 'spec_twice', spec: { ...spec, tests: visible }, cluster_id: null, clustering_id: null };
  await library.store.specs.putSpec(
    { ...record, generator: 'agent', author_saw_all: false, created_at: library.at },
    kept ? [kept] : [],
  );
  await library.admit(record.spec, timesCode('add_numbers', 2), { spec_id: record.spec_id });
  const said: string[] = [];
  for (let turn = 0; turn < 4; turn += 1) {
    await library.admit(sumSpec(), `${addCode}//${turn}`, { supersedes: 'add_numbers' });
    const { regated } = await library.service.regateCallers('add_numbers', plainContext('mcp'));
    said.push(...verdicts(regated));
  }
  expect(said).toEqual(['twice admitted', 'twice admitted', 'twice inconclusive', 'twice inconclusive']);
  expect(await stateOf('twice')).toBe('staged');
  expect(await manage('twice', 'regate', {}, 'cli')).toMatchObject({
    note: 'The gate admits it again: it passes 3 visible and 1 hidden tests.',
  });
});

describe('a regate of several', () => {
  test('of the whole library judges each after what it calls, and leaves out what was taken out', async () => {
    await library.admit(specOf({ name: 'zero', summary: 'Gone.' }), addCode);
    await manage('zero', 'deprecate');
    const said: string[] = [];
    const context = {
      ...plainContext(),
      progress: (_done: number, _of: number | undefined, name: string) => void said.push(name),
    };
    const regated = await library.service.regate({ scope: 'all', reason: 'a new gate' }, context);
    expect(regated.map(({ name }) => name)).toEqual(['add_numbers', 'twice', 'six_times']);
    expect(said).toEqual(['add_numbers', 'twice', 'six_times', 'done']);
    expect((await library.store.library.changesOf('six_times', 1))[0]).toMatchObject({ reason: 'a new gate' });
    const asked = await manage('twice', 'regate', { scope: 'all' });
    expect(asked).toMatchObject({ name: 'twice', note: expect.stringMatching(/^3 judged: /) });
    expect(asked.regated).toHaveLength(3);
  });

  test('keeps of two that do the same the one that was there before', async () => {
    library.at = '2026-01-02T00:00:00.000Z';
    const copy = { ...sumSpec(), name: 'a_copy_of_it' };
    await library.admit(copy, addCode, { authorSawAll: true });
    const regated = await library.service.regate({ scope: 'all' }, plainContext());
    expect(verdicts(regated).slice(0, 2)).toEqual(['a_copy_of_it rejected', 'add_numbers admitted']);
  });

  test('stops between two when it is cancelled', async () => {
    const stop = new AbortController();
    const context = { ...plainContext('cli', stop.signal), progress: () => stop.abort() };
    await expect(library.service.regate({ scope: 'all' }, context)).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('of a name that is not there is not found, and a scope goes with regate only', async () => {
    const none = library.service.regate({ name: 'nothing', scope: 'dependents' }, plainContext());
    await expect(none).rejects.toMatchObject({ code: 'not_found' });
    await expect(manage('twice', 'deprecate', { scope: 'all' })).rejects.toMatchObject({ code: 'invalid_input' });
  });
});

test('managing takes long where something is judged', async () => {
  const long = (name: string, action: ManageCapabilityInput['action']) => library.service.takesLong({ name, action });
  expect(await long('twice', 'regate')).toBe(true);
  expect(await long('twice', 'rollback')).toBe(true);
  expect(await long('six_times', 'rollback')).toBe(false);
  expect(await long('twice', 'deprecate')).toBe(false);
  expect(await long('nothing', 'regate')).toBe(false);
});
