import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { plainContext, type Via } from '../../../src/context.js';
import type { Sandbox } from '../../../src/gate/runtimes/runtime.js';
import { sha256 } from '../../../src/hash.js';
import type { ManageCapabilityInput } from '../../../src/library/contract.js';
import { skillFaults } from '../../../src/library/skill-rules.js';
import { specTestSchema } from '../../../src/specs/model.js';
import { openSandbox } from '../gate/support.js';
import { addCode, type Library, openLibrary, putState, use } from './desk.js';
import { passedReport, specOf } from './fixtures.js';

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
const run = (times: number, isOk = true) => use(library, { name, ...(isOk ? { ok: times } : { broken: times }) });
const stateNow = async () => (await library.store.library.get(name))?.state;

describe('admission', () => {
  const admission = (more: object) =>
    library.service.admit({
      spec: specOf({ name: 'other' }),
      code: addCode,
      language: 'typescript',
      spec_id: 'spec_2',
      attempt_id: 'attempt_2',
      generator: 'agent',
      report: { ...passedReport, code_sha256: sha256(addCode) },
      supersedes: null,
      destructive: false,
      via: 'mcp',
      ...more,
    });

  test('only the very code that the gate admitted is taken', async () => {
    const report = { ...passedReport, code_sha256: sha256(addCode) };
    for (const verdict of ['rejected', 'inconclusive'] as const) {
      await expect(admission({ report: { ...report, verdict } })).rejects.toMatchObject({ code: 'internal' });
    }
    await expect(admission({ code: `${addCode} ` })).rejects.toMatchObject({ code: 'internal' });
    expect(await library.store.library.get('other')).toBeUndefined();
  });

  test('a taken name is a conflict unless it is superseded by name', async () => {
    const spec = specOf({ summary: 'Add two numbers, better.' });
    await expect(admission({ spec })).rejects.toMatchObject({ code: 'conflict' });
    await expect(admission({ spec, supersedes: 'other' })).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(admission({ supersedes: 'other' })).rejects.toMatchObject({ code: 'not_found' });
    expect(await admission({ spec, supersedes: name })).toMatchObject({ version: 2, state: 'staged' });
  });

  test('where another version is current than the one whose tests the gate ran, nothing is admitted', async () => {
    await library.admit(specOf(), `${addCode}//2`, { supersedes: name });
    const spec = specOf({ summary: 'Add two numbers, better.' });
    const tried = admission({ spec, supersedes: name, supersedes_version: 1 });
    await expect(tried).rejects.toMatchObject({ code: 'conflict' });
    expect(await admission({ spec, supersedes: name, supersedes_version: 2 })).toMatchObject({
      version: 3,
      supersedes: 2,
    });
  });

  test('the same content is the same version', async () => {
    expect((await library.admit(specOf(), addCode)).version).toBe(1);
    expect(await library.store.library.versions(name)).toHaveLength(1);
  });
});

describe('promotion', () => {
  test('over MCP it is earned: the note says what is missing, and no reason helps', async () => {
    await run(3);
    const done = await manage('promote', { reason: 'please' });
    expect(done).toMatchObject({ changed: false, state: 'staged', note: expect.stringContaining('executions 3 of 4') });
    await run(1);
    expect(await manage('promote')).toMatchObject({ changed: true, state: 'active' });
    expect(await manage('promote')).toMatchObject({ changed: false, state: 'active' });
  });

  test('failing use holds it back', async () => {
    await run(5);
    await run(5, false);
    expect((await manage('promote')).note).toMatch(/fidelity 0\.500 of 0\.750.*outcome quality 0\.500/);
  });

  test('a person may promote before that, with a reason, which is kept', async () => {
    await run(1);
    await expect(manage('promote', {}, 'cli')).rejects.toMatchObject({ code: 'invalid_input' });
    expect(await manage('promote', { reason: 'checked by hand' }, 'elicited')).toMatchObject({ changed: true });
    expect((await library.store.library.changesOf(name, 1))[0]).toMatchObject({
      action: 'promote',
      before: 'staged',
      after: 'active',
      reason: 'checked by hand',
      via: 'elicited',
    });
  });

  test('nobody promotes what has not run once', async () => {
    expect(await manage('promote', { reason: 'trust me' }, 'cli')).toMatchObject({
      changed: false,
      state: 'staged',
      note: expect.stringContaining('never called'),
    });
  });

  test('what was deprecated is brought back by a person only', async () => {
    await run(4);
    await manage('deprecate');
    expect(await manage('promote')).toMatchObject({ changed: false, state: 'deprecated' });
    expect(await manage('promote', {}, 'cli')).toMatchObject({ changed: true, state: 'active' });
  });
});

describe('rollback', () => {
  test('goes to the version before, or to the one that is named', async () => {
    await expect(manage('rollback')).rejects.toMatchObject({ code: 'conflict' });
    await library.admit(specOf(), `${addCode}//2`, { supersedes: name });
    await library.admit(specOf(), `${addCode}//3`, { supersedes: name });
    expect(await manage('rollback')).toMatchObject({ version: 2, changed: true });
    expect(await manage('rollback', { version: 3 })).toMatchObject({ version: 3, changed: true });
    expect(await manage('rollback', { version: 3 })).toMatchObject({ changed: false });
    await expect(manage('rollback', { version: 9 })).rejects.toMatchObject({ code: 'conflict' });
    expect((await library.store.library.get(name))?.version).toBe(3);
  });

  test('does not go to a deprecated version', async () => {
    await library.admit(specOf(), `${addCode}//2`, { supersedes: name });
    await manage('deprecate', { version: 1 });
    await expect(manage('rollback', { version: 1 })).rejects.toMatchObject({ code: 'conflict' });
    await expect(manage('rollback')).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('regate', () => {
  const tests = [1, 2, 3].map((a) => ({
    name: `adds ${a}`,
    input: { a, b: a * 7 },
    expected: { status: 'ok' as const, payload: { sum: a * 8 } },
  }));
  const secret = 987_654;
  async function hide(spec_id: string): Promise<void> {
    const { tests, ...spec } = specOf();
    await library.store.specs.putSpec(
      {
        spec_id,
        spec: { ...spec, tests },
        generator: 'agent',
        cluster_id: null,
        clustering_id: null,
        author_saw_all: false,
        created_at: library.at,
      },
      [
        specTestSchema.parse({
          name: 'kept back',
          input: { a: secret, b: 1 },
          expected: { status: 'ok', payload: { sum: secret + 1 } },
        }),
      ],
    );
  }

  test('what fails a hidden test now is deprecated, and no hidden value is told anywhere', async () => {
    await hide('spec_9');
    const memorized = 'export async function execute(i) { return { status: "ok", payload: { sum: 3 }, prov: [] }; }';
    await library.admit(specOf(), memorized, { supersedes: name, spec_id: 'spec_9' });
    const done = await manage('regate');
    expect(done).toMatchObject({ changed: true, state: 'deprecated', note: expect.stringContaining('refuses it now') });
    expect(await stateNow()).toBe('deprecated');
    const told = JSON.stringify([
      done,
      await library.store.library.changesOf(name, 9),
      await library.service.search({ query: 'kept back add numbers', state: 'deprecated' }),
      await library.service.skillFiles(name),
    ]);
    expect(told).not.toContain(String(secret));
    expect(told).not.toContain('kept back');
  });

  test('what no longer passes the tests of a version long before it is deprecated, with the reason', async () => {
    const zero = specOf({
      tests: [{ name: 'adds nothing', input: { a: 0, b: 0 }, expected: { status: 'ok', payload: { sum: 0 } } }],
    });
    await library.admit(zero, `${addCode}//2`, { supersedes: name });
    const forgetful =
      'export async function execute(i) { return { status: "ok", payload: { sum: i.a * 2 }, prov: [] }; }';
    await library.admit(zero, forgetful, { supersedes: name });
    const done = await manage('regate', { reason: 'a new gate' });
    expect(done).toMatchObject({ version: 3, changed: true, state: 'deprecated' });
    const [change] = await library.store.library.changesOf(name, 1);
    expect(change).toMatchObject({ action: 'regate', before: 'staged', after: 'deprecated' });
    expect(change?.reason).toMatch(/^The gate refuses it now .*inherited test "adds".*Regated because: a new gate$/);
  });

  test('after a rollback a version inherits from the one that was current, not from the one that was left', async () => {
    const wrong = specOf({
      tests: [{ name: 'wrong', input: { a: 1, b: 1 }, expected: { status: 'ok', payload: { sum: 11 } } }],
    });
    await library.admit(wrong, `${addCode}//2`, { supersedes: name });
    await manage('rollback');
    const third = await library.admit(specOf({ tests }), `${addCode}//3`, { supersedes: name });
    expect(third).toMatchObject({ version: 3, supersedes: 1 });
    expect(await manage('regate')).toMatchObject({ changed: false, state: 'staged' });
  });

  test('what was promoted while it was judged is deprecated all the same', async () => {
    await library.admit(specOf(), 'export async function execute() { return 5; }', { supersedes: name });
    const regated = manage('regate');
    await putState(library.store, name, 2, 'active');
    expect(await regated).toMatchObject({ changed: true, state: 'deprecated' });
    expect(await stateNow()).toBe('deprecated');
  });

  test('what passes, or comes to no verdict, stays as it is', async () => {
    await hide('spec_9');
    await library.admit(specOf({ tests }), addCode, { supersedes: name, spec_id: 'spec_9' });
    const done = await manage('regate');
    expect(done).toMatchObject({ changed: false, state: 'staged' });
    expect((await library.store.library.changesOf(name, 1))[0]).toMatchObject({ action: 'regate', after: 'staged' });
  });

  test('a hidden test that a caller hands in with the spec is taken out of it', async () => {
    await hide('spec_9');
    const hidden = await library.store.specs.hiddenTestsForGate('spec_9');
    const spec = specOf({ tests: [...specOf().tests, ...hidden] });
    const admitted = await library.admit(spec, addCode, { supersedes: name, spec_id: 'spec_9' });
    expect(JSON.stringify(admitted)).not.toContain(String(secret));
  });
});

describe('export', () => {
  test('writes a valid Agent Skill into the data folder, and again over its own', async () => {
    const done = await manage('export');
    const folder = join(library.folder, 'exports', 'skills', 'add-numbers');
    expect(done.files).toContain(join(folder, 'SKILL.md'));
    await manage('export');
    const files = Object.fromEntries(
      (done.files ?? []).map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]),
    );
    expect(skillFaults(files, 'add-numbers')).toEqual([]);
    expect(Object.keys(files).sort()).toEqual([
      'SKILL.md',
      'references/report.json',
      'references/spec.json',
      'scripts/add_numbers.ts',
    ]);
    expect(files['scripts/add_numbers.ts']).toBe(addCode);
  });

  test('writes nowhere outside the granted folders, through links neither', async () => {
    const outside = join(tmpdir(), `foundry-outside-${process.pid}`);
    await expect(manage('export', { output_dir: outside })).rejects.toMatchObject({ code: 'path_not_allowed' });
    mkdirSync(join(library.folder, 'skills'));
    symlinkSync(tmpdir(), join(library.folder, 'skills', 'add-numbers'));
    const output_dir = join(library.folder, 'skills');
    await expect(manage('export', { output_dir })).rejects.toMatchObject({ code: 'path_not_allowed' });
    expect(existsSync(join(tmpdir(), 'SKILL.md'))).toBe(false);
  });

  test('leaves a skill of another origin alone', async () => {
    const folder = join(library.folder, 'mine', 'add-numbers');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'SKILL.md'), '---\nname: add-numbers\ndescription: mine\n---\nmine\n');
    await expect(manage('export', { output_dir: join(library.folder, 'mine') })).rejects.toMatchObject({
      code: 'conflict',
    });
  });
});

test('publishing needs the operator, and an unknown name is not found', async () => {
  await expect(manage('publish')).rejects.toMatchObject({ code: 'needs_setup' });
  await expect(manage('unpublish')).rejects.toMatchObject({ code: 'needs_setup' });
  await expect(manage('deprecate', { name: 'nothing_here' })).rejects.toMatchObject({ code: 'not_found' });
});
