import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { CallHandler } from '../../src/gate/runtimes/runtime.js';
import { denoBinary } from '../../src/gate/runtimes/typescript/deno-command.js';
import type { JsonValue } from '../../src/json.js';
import { invocation, never, openSandbox, runOnce } from '../unit/gate/support.js';

const onLinux = process.platform === 'linux';
if (!onLinux) console.warn('skipped: the tests that look at processes read /proc, which only Linux has');

const host = fileURLToPath(new URL('./sandbox-host.ts', import.meta.url));

function childrenOf(pid: number): number[] {
  const path = `/proc/${pid}/task/${pid}/children`;
  const list = existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
  return list === '' ? [] : list.split(' ').map(Number);
}

const isDeno = (pid: number): boolean => {
  const path = `/proc/${pid}/cmdline`;
  return existsSync(path) && readFileSync(path, 'utf8').includes('deno');
};
const denoChildren = (pid: number): number[] => childrenOf(pid).filter(isDeno);
const gone = (pid: number): boolean => !isDeno(pid);

/** Runs a host program of its own, which opens a sandbox and says when it is at the point that `mode` names. */
async function startHost(mode: string): Promise<{ pid: number; children: number[]; exit: Promise<number | null> }> {
  const child = spawn(process.execPath, ['--import', 'tsx', host, mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, SANDBOX_TEST_SECRET: 'only the host may know' },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  await new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
  const pid = child.pid ?? 0;
  return { pid, children: denoChildren(pid), exit };
}

describe.runIf(onLinux)('the life of the children', () => {
  test('they end when the host is killed, also in the middle of a loop', async () => {
    const { pid, children } = await startHost('loop');
    expect(children.length).toBeGreaterThan(0);
    process.kill(pid, 'SIGKILL');
    await vi.waitFor(() => expect(children.every(gone)).toBe(true), { timeout: 20_000 });
  });

  test('idle ones do not keep the host alive, and end with it', async () => {
    const { children, exit } = await startHost('idle');
    expect(await exit).toBe(0);
    await vi.waitFor(() => expect(children.every(gone)).toBe(true), { timeout: 20_000 });
  });

  test('they see nothing of the environment of the host', async () => {
    const { children } = await startHost('loop');
    for (const child of children) {
      const environment = readFileSync(`/proc/${child}/environ`, 'utf8');
      expect(environment).not.toContain('SANDBOX_TEST_SECRET');
      expect(environment).not.toContain('PATH=');
    }
  });

  test('close ends them all', async () => {
    const before = new Set(denoChildren(process.pid));
    const sandbox = openSandbox();
    await runOnce(sandbox, 'export async function execute() { return 1; }');
    const mine = denoChildren(process.pid).filter((pid) => !before.has(pid));
    expect(mine.length).toBeGreaterThan(0);
    await sandbox.close();
    expect(mine.every(gone)).toBe(true);
    await expect(runOnce(sandbox, 'export async function execute() { return 1; }')).rejects.toMatchObject({
      code: 'sandbox_unavailable',
    });
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

describe('walls', () => {
  function withPath(path: string): void {
    const before = process.env['PATH'];
    process.env['PATH'] = path;
    onTestFinished(() => {
      process.env['PATH'] = before;
    });
  }

  test('that are required and not to be had refuse the work; a bubblewrap that does not work is none', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'walls-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'bwrap'), '#!/bin/sh\nexit 1\n');
    chmodSync(join(folder, 'bwrap'), 0o755);
    withPath(folder);
    const sandbox = openSandbox({ required_isolation: ['bubblewrap'] });
    onTestFinished(() => sandbox.close());
    await expect(sandbox.open('')).rejects.toMatchObject({ code: 'sandbox_unavailable' });
    expect((await sandbox.health()).isolation).not.toContain('bubblewrap');
  });

  test('bubblewrap is used where it works', async ({ skip }) => {
    const sandbox = openSandbox();
    onTestFinished(() => sandbox.close());
    const { isolation } = await sandbox.health();
    if (!isolation.includes('bubblewrap')) {
      console.warn('skipped: bubblewrap is not installed or not allowed here');
      skip();
    }
    expect(await runOnce(sandbox, 'export async function execute() { return 1; }')).toMatchObject({
      ok: true,
      value: 1,
    });
  });

  test('a platform without a Deno binary is told how to install it', () => {
    const before = Object.getOwnPropertyDescriptor(process, 'arch');
    Object.defineProperty(process, 'arch', { ...before, value: 'mips' });
    onTestFinished(() => {
      if (before) Object.defineProperty(process, 'arch', before);
    });
    expect(() => denoBinary()).toThrowError(expect.objectContaining({ code: 'sandbox_unavailable' }));
  });
});
