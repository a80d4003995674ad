import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { treeFromProc } from '../../src/gate/runtimes/os/process-table.js';
import { hostSystem } from '../../src/gate/runtimes/os/system.js';
import type { CallHandler, Sandbox } from '../../src/gate/runtimes/runtime.js';
import type { JsonValue } from '../../src/json.js';
import { openPython } from '../support/python.js';
import { tempFolder } from '../support/temp.js';
import { invocation, never, openSandbox, runOnce } from '../unit/gate/support.js';

const onLinux = process.platform === 'linux';
if (!onLinux) console.warn('skipped: the tests that look at processes read /proc, which only Linux has');

const host = fileURLToPath(new URL('./sandbox-host.ts', import.meta.url));

const isDeno = (pid: number): boolean => {
  const path = `/proc/${pid}/cmdline`;
  return existsSync(path) && readFileSync(path, 'utf8').includes('deno');
};
const denoBelow = (pid: number): number[] => treeFromProc(pid, hostSystem).slice(1).filter(isDeno);
const gone = (pid: number): boolean => !isDeno(pid);

async function waitUntilGone(pids: readonly number[]): Promise<void> {
  expect(pids.length).toBeGreaterThan(0);
  await vi.waitFor(() => expect(pids.filter((pid) => !gone(pid))).toEqual([]), { timeout: 20_000 });
}

/** Runs a host program of its own, which opens a sandbox and says when it is at the point that `mode` names. */
async function startHost(
  mode: string,
  path = process.env['PATH'],
): Promise<{ pid: number; children: number[]; exit: Promise<number | null> }> {
  const child = spawn(process.execPath, ['--import', 'tsx', host, mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PATH: path, SANDBOX_TEST_SECRET: 'only the host may know' },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  await new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
  const pid = child.pid ?? 0;
  return { pid, children: denoBelow(pid), exit };
}

const languages: [string, () => Sandbox, string][] = [
  ['TypeScript', openSandbox, 'export async function execute() { return 1; }'],
  ['Python', openPython, 'def execute(input, ctx):\n    return 1'],
];

describe.runIf(onLinux)('the life of the children', () => {
  test.each(['typescript loop', 'typescript pooled', 'python loop'])(
    'they end when the host is killed, also in the middle of a loop that would go on (%s)',
    async (mode) => {
      const { pid, children } = await startHost(mode);
      process.kill(pid, 'SIGKILL');
      await waitUntilGone(children);
    },
  );

  test.each(['typescript loop', 'python loop'])(
    'so they do where no program of the system ties them to the host (%s)',
    async (mode) => {
      const { pid, children } = await startHost(mode, tempFolder());
      process.kill(pid, 'SIGKILL');
      await waitUntilGone(children);
    },
  );

  test.each(['typescript idle', 'python idle'])(
    'idle ones do not keep the host alive, and end with it (%s)',
    async (mode) => {
      const { children, exit } = await startHost(mode);
      expect(await exit).toBe(0);
      await waitUntilGone(children);
    },
  );

  test('they see nothing of the environment of the host', async () => {
    const { children } = await startHost('typescript loop');
    expect(children.length).toBeGreaterThan(0);
    for (const child of children) {
      const environment = readFileSync(`/proc/${child}/environ`, 'utf8');
      expect(environment).not.toContain('SANDBOX_TEST_SECRET');
      expect(environment).not.toContain('PATH=');
    }
  });

  test.each(languages)('close ends them all (%s)', async (_language, open, code) => {
    const before = new Set(denoBelow(process.pid));
    const sandbox = open();
    await runOnce(sandbox, code);
    const mine = denoBelow(process.pid).filter((pid) => !before.has(pid));
    expect(mine.length).toBeGreaterThan(0);
    await sandbox.close();
    await waitUntilGone(mine);
    await expect(runOnce(sandbox, code)).rejects.toMatchObject({ code: 'sandbox_unavailable' });
  });
});

describe('invocations', () => {
  test('are cancelled while the code works and while it waits', async () => {
    const sandbox = openSandbox();
    onTestFinished(() => sandbox.close());
    const working = new AbortController();
    const looping = await sandbox.open('export async function execute(i, ctx) { await ctx.call("now"); for (;;); }');
    const onCall: CallHandler = async () => {
      setImmediate(() => working.abort());
      return null;
    };
    await expect(looping.invoke(invocation({ timeoutMs: 30_000, onCall }), working.signal)).rejects.toMatchObject({
      code: 'cancelled',
    });
    const waiting = new AbortController();
    const asking = await sandbox.open('export async function execute(i, ctx) { return ctx.call("x"); }', {
      pooled: true,
    });
    let told: AbortSignal | undefined;
    const never2: CallHandler = (_call, signal) => {
      told = signal;
      setImmediate(() => waiting.abort());
      return new Promise(() => undefined);
    };
    await expect(asking.invoke(invocation({ onCall: never2 }), waiting.signal)).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(told?.aborted).toBe(true);
    expect(await runOnce(sandbox, 'export async function execute() { return 1; }')).toMatchObject({
      ok: true,
      value: 1,
    });
  });

  test('may nest: code called by code runs in a context of its own', async () => {
    const sandbox = openSandbox();
    onTestFinished(() => sandbox.close());
    const session = await sandbox.open(
      `export async function execute(input, ctx) {
        globalThis.left = (globalThis.left ?? 0) + 1;
        return input.depth === 0 ? globalThis.left : (await ctx.call('again', { depth: input.depth - 1 })) + globalThis.left;
      }`,
      { pooled: true },
    );
    const onCall: CallHandler = async ({ args }) => {
      const outcome = await session.invoke(invocation({ input: args as { depth: JsonValue }, onCall }), never);
      return outcome.ok ? outcome.value : outcome.message;
    };
    const outcome = await session.invoke(invocation({ input: { depth: 4 }, onCall }), never);
    expect(outcome).toMatchObject({ ok: true, value: 5 });
  });

  test('an answer that fails or is too large reaches the code as a typed error', async () => {
    const sandbox = openSandbox();
    onTestFinished(() => sandbox.close());
    const code =
      'export async function execute(i, ctx) { try { await ctx.call("x"); } catch (e) { return [e.name, e.code, e.message]; } }';
    const huge = await runOnce(sandbox, code, { onCall: async () => 'x'.repeat(5_000_000) });
    expect(huge).toMatchObject({ ok: true, value: ['CallError', 'limit', 'The answer is too large to hand in.'] });
    const onCall: CallHandler = async () => {
      throw new Error('a secret of the host');
    };
    expect(await runOnce(sandbox, code, { onCall })).toMatchObject({
      ok: true,
      value: ['CallError', 'upstream', 'The call failed.'],
    });
  });
});
