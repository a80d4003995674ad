import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Sandbox } from '../../src/gate/runtimes/runtime.js';
import { denoBinary } from '../../src/gate/runtimes/typescript/deno-binary.js';
import { findProgram } from '../../src/gate/runtimes/typescript/wrappers.js';
import { openPython } from '../support/python.js';
import { tempFolder } from '../support/temp.js';
import { candidate, gateWith, never, openSandbox, rightSum, runOnce } from '../unit/gate/support.js';

const onLinux = process.platform === 'linux';
if (!onLinux) console.warn('skipped: the walls that other programs build are for Linux');

const trivial = 'export async function execute() { return 1; }';

function setPath(path: string): void {
  const before = process.env['PATH'];
  process.env['PATH'] = path;
  onTestFinished(() => {
    process.env['PATH'] = before;
  });
}

/** Puts programs of our own before those of the system; each is a shell script. */
function withPrograms(programs: Readonly<Record<string, string>>): string {
  const folder = tempFolder();
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  setPath(`${folder}${delimiter}${process.env['PATH']}`);
  return folder;
}

function open(gate: Record<string, unknown> = {}): Sandbox {
  const sandbox = openSandbox(gate);
  onTestFinished(() => sandbox.close());
  return sandbox;
}

/** Bubblewraps that are there and no wall. */
const useless: [string, string, RegExp][] = [
  [
    'is not allowed here',
    'echo "bwrap: Creating new namespace failed: Operation not permitted" >&2; exit 1',
    /not work here: bwrap: Creating new namespace failed: Operation not permitted$/,
  ],
  [
    'works for --version only',
    'case "$*" in *--version*) exit 0 ;; esac; exit 1',
    /not work here: the child does not start$/,
  ],
  [
    'runs the child without any wall',
    `while [ "$1" != --chdir ]; do shift; done; shift 3; exec "${onLinux ? denoBinary() : ''}" "$@"`,
    /builds no wall here$/,
  ],
];

describe.runIf(onLinux)('a bubblewrap that', () => {
  test.each(useless)('%s is left out and said to be', async (_what, script, why) => {
    withPrograms({ bwrap: script });
    const sandbox = open();
    const { available, isolation, absent } = await sandbox.health();
    expect(available).toBe(true);
    expect(isolation).not.toContain('bubblewrap');
    expect(absent).toEqual([{ wall: 'bubblewrap', why: expect.stringMatching(why) }]);
    expect(await runOnce(sandbox, trivial)).toMatchObject({ ok: true, value: 1 });
    const { runtime } = await gateWith(sandbox).judge(candidate(rightSum), never);
    expect(runtime.isolation).toEqual(isolation);
  });

  test.each(useless)('%s is refused where bubblewrap is required', async (_what, script, why) => {
    withPrograms({ bwrap: script });
    const sandbox = open({ required_isolation: ['bubblewrap'] });
    await expect(sandbox.open(trivial)).rejects.toMatchObject({ code: 'sandbox_unavailable' });
    await expect(gateWith(sandbox).judge(candidate(rightSum), never)).rejects.toMatchObject({
      code: 'sandbox_unavailable',
    });
    const { available, detail, absent } = await sandbox.health();
    expect(available).toBe(false);
    expect(detail).toContain('bubblewrap');
    expect(absent).toEqual([{ wall: 'bubblewrap', why: expect.stringMatching(why) }]);
  });
});

/** Real programs of the system, which the tests below stand in front of. */
const prlimit = onLinux ? findProgram('prlimit') : undefined;
if (onLinux && prlimit === undefined) console.warn('skipped: the tests of limits; there is no prlimit here');
const through = 'while case $1 in --*) true ;; *) false ;; esac; do shift; done; exec "$@"';

describe.runIf(prlimit !== undefined)('limits', () => {
  test('that are not seen on the process are none', async () => {
    withPrograms({ prlimit: through });
    const sandbox = open({ required_isolation: ['data_limit'] });
    expect((await sandbox.health()).absent).toContainEqual({
      wall: 'data_limit',
      why: 'prlimit is installed and builds no wall here',
    });
    await expect(sandbox.open(trivial)).rejects.toMatchObject({
      code: 'sandbox_unavailable',
      message: expect.stringContaining('data_limit (prlimit is installed'),
    });
  });

  test.each([
    ['a process of its own', false],
    ['a shared process', true],
  ])('that were up and are not around %s end the work', async (_place, pooled) => {
    const flag = join(tempFolder(), 'flag');
    mkdirSync(flag);
    withPrograms({ prlimit: `if [ -d '${flag}' ]; then exec '${prlimit}' "$@"; fi\n${through}` });
    const sandbox = open();
    expect((await sandbox.health()).isolation).toContain('data_limit');
    rmSync(flag, { recursive: true });
    expect(existsSync(flag)).toBe(false);
    const session = await sandbox.open(trivial, { pooled });
    const invocation = { input: {}, context: null, now: '2026-01-01T00:00:00.000Z', seed: 1, timeoutMs: 1_000 };
    const invoke = async (): Promise<unknown> =>
      session.invoke({ ...invocation, onCall: async () => null }, never).finally(() => session.close());
    // The first child, which saw the walls, may still be waiting for the first one who asks.
    await expect(
      (async () => {
        await invoke();
        await runOnce(sandbox, trivial);
        await runOnce(sandbox, trivial);
      })(),
    ).rejects.toMatchObject({ code: 'sandbox_unavailable', message: expect.stringContaining('data_limit') });
  });
});

describe.runIf(onLinux)('without any program of the system', () => {
  test('candidates run behind what needs none, and the host takes its children along', async () => {
    setPath(tempFolder());
    const sandbox = open();
    const { isolation, absent } = await sandbox.health();
    expect(isolation).toEqual([
      'process',
      'deno_permissions',
      'context_per_call',
      'heap_limit',
      'memory_watch_proc',
      'dies_with_host',
    ]);
    expect(absent).toEqual([
      { wall: 'data_limit', why: 'prlimit is not installed' },
      { wall: 'bubblewrap', why: 'bwrap is not installed' },
    ]);
    expect(await runOnce(sandbox, trivial)).toMatchObject({ ok: true, value: 1 });
  });
});

const bubblewrapWorks = onLinux && (await worksHere());
async function worksHere(): Promise<boolean> {
  const sandbox = openSandbox();
  const { isolation, absent } = await sandbox.health();
  await sandbox.close();
  const works = isolation.includes('bubblewrap');
  if (!works) console.warn(`skipped: the tests behind bubblewrap; ${absent.map(({ why }) => why).join(', ')}`);
  return works;
}

describe.runIf(bubblewrapWorks)('behind bubblewrap', () => {
  test('TypeScript is judged', async () => {
    const report = await gateWith(open({ required_isolation: ['bubblewrap'] })).judge(candidate(rightSum), never);
    expect(report.verdict).toBe('admitted');
    expect(report.runtime.isolation).toEqual(
      expect.arrayContaining(['bubblewrap', 'dies_with_host', 'memory_watch_proc']),
    );
  });

  test('Python is judged', async () => {
    const sandbox = openPython({ required_isolation: ['bubblewrap'] });
    onTestFinished(() => sandbox.close());
    const code =
      'def execute(input, ctx):\n    return {"status": "ok", "payload": {"sum": sum(input["numbers"])}, "prov": []}';
    const report = await gateWith(sandbox).judge(candidate(code, { language: 'python' }), never);
    expect(report.verdict).toBe('admitted');
    expect(report.runtime.isolation).toContain('bubblewrap');
  });

  test('memory is watched in the child itself, not in what wraps it', async () => {
    const code =
      'export async function execute() { const kept = []; for (;;) kept.push(new Uint8Array(1e6).fill(1)); }';
    expect(await runOnce(open({ memory_mb: 96 }), code, { timeoutMs: 20_000 })).toMatchObject({
      ok: false,
      reason: 'memory_rss',
    });
  });
});
