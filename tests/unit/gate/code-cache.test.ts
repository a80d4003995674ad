import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { CodeCache } from '../../../src/gate/runtimes/typescript/code-cache.js';
import { denoBinary } from '../../../src/gate/runtimes/typescript/deno-binary.js';
import { type Command, denoCommand, plainAmbience } from '../../../src/gate/runtimes/typescript/deno-command.js';
import { DenoProcess } from '../../../src/gate/runtimes/typescript/deno-process.js';

const inner = denoCommand(denoBinary(), 128, { ambience: plainAmbience });
const folderOf = (command: Command): string | undefined => command.env['DENO_DIR'];

function start(command: Command): DenoProcess {
  const child = new DenoProcess(command, 256);
  onTestFinished(async () => {
    child.kill();
    await child.exited;
  });
  return child;
}

/** Asks until there is something to give, as a pool does that starts one child after the other. */
async function furnished(cache: CodeCache): Promise<ReturnType<CodeCache['furnish']>> {
  const given = await vi.waitFor(
    () => {
      const given = cache.furnish(inner);
      expect(folderOf(given.command)).not.toBe(folderOf(inner));
      return given;
    },
    { timeout: 20_000, interval: 50 },
  );
  onTestFinished(() => rmSync(folderOf(given.command) ?? '', { recursive: true, force: true }));
  return given;
}

test('the first children start without a cache, later ones each with a copy of their own that goes when they have started', async () => {
  const cache = new CodeCache(inner);
  expect(cache.furnish(inner).command).toBe(inner);
  const [one, two] = [await furnished(cache), await furnished(cache)];
  const folders = [one, two].map(({ command }) => folderOf(command) ?? '');
  expect(new Set(folders).size).toBe(2);
  for (const [at, { command, started }] of [one, two].entries()) {
    const folder = folders[at] ?? '';
    expect(readdirSync(folder)).toContain('v8_code_cache_v2');
    expect(statSync(join(folder, 'v8_code_cache_v2')).size).toBeGreaterThan(100_000);
    const child = start(command);
    expect(await child.booted()).toMatchObject({ granted: [] });
    // Whatever a start writes there it would write, and wait for, each time.
    expect(statSync(join(folder, 'dep_analysis_cache_v2-wal')).size).toBe(0);
    started(child);
    await vi.waitFor(() => expect(existsSync(folder)).toBe(false), { timeout: 20_000 });
    expect(child.alive).toBe(true);
  }
});

test('what a host left behind that is no more is removed, and what a living one has is kept', async () => {
  const dead = spawnSync(process.execPath, ['--version']).pid;
  const around = dirname(folderOf((await furnished(new CodeCache(inner))).command) ?? '');
  const [left, living] = [dead, process.ppid].map((pid) => mkdtempSync(join(around, `foundry-deno-${pid}-`)));
  onTestFinished(() => rmSync(living ?? '', { recursive: true }));
  await furnished(new CodeCache(inner));
  expect(existsSync(left ?? '')).toBe(false);
  expect(existsSync(living ?? '')).toBe(true);
});

test('a folder goes as well when the child never starts', async () => {
  const { command, started } = await furnished(new CodeCache(inner));
  const child = start({ ...command, file: '/nonexistent/deno' });
  started(child);
  expect(await child.booted()).toBeUndefined();
  await vi.waitFor(() => expect(existsSync(folderOf(command) ?? '')).toBe(false), { timeout: 20_000 });
});

test('where no cache can be made, children start without one', async () => {
  const cache = new CodeCache({ ...inner, file: '/nonexistent/deno' });
  for (let asked = 0; asked < 10; asked += 1) {
    expect(cache.furnish(inner).command).toBe(inner);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});
