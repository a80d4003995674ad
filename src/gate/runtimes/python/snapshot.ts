import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { FoundryError } from '../../../errors.js';
import { sha256 } from '../../../hash.js';
import type { Logger } from '../../../log.js';
import { killTree } from '../os/process-tree.js';
import type { Command } from '../typescript/deno-command.js';
import { childSource } from './child-source.js';
import { conventionSource } from './convention-source.js';
import { faultsSource } from './faults-source.js';
import { inspectSource } from './inspect-source.js';
import { setupSource } from './setup-source.js';

const require = createRequire(import.meta.url);
const buildMs = 120_000;
const maxComplaint = 4_000;
const files = ['pyodide.mjs', 'pyodide.asm.mjs', 'pyodide.asm.wasm', 'python_stdlib.zip', 'pyodide-lock.json'];

type Part = readonly [name: string, bytes: Buffer];

/** What the child reads first: one line with the names and sizes of the parts, then the parts. */
export interface Preamble {
  readonly version: string;
  readonly chunks: readonly Buffer[];
}

async function interpreterParts(): Promise<{ version: string; parts: Part[] }> {
  let folder: string;
  try {
    folder = dirname(require.resolve('pyodide/package.json'));
  } catch {
    throw new FoundryError(
      'sandbox_unavailable',
      'The Python interpreter (the npm package pyodide) is not installed.',
      'Install with "npm ci"; TypeScript candidates run without it.',
    );
  }
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string };
  const parts = await Promise.all(files.map(async (name): Promise<Part> => [name, await readFile(join(folder, name))]));
  return { version: manifest.version, parts };
}

function preambleOf(version: string, parts: readonly Part[], memoryMb: number): Preamble {
  const head = JSON.stringify({ memoryMb, parts: parts.map(([name, bytes]) => [name, bytes.length]) });
  return { version, chunks: [Buffer.from(`${head}\n`), ...parts.map(([, bytes]) => bytes)] };
}

/** Starts an interpreter from nothing, some seconds, and returns its memory. */
function build(command: Command, { chunks }: Preamble, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn(command.file, [...command.args], {
      env: { ...command.env },
      stdio: 'pipe',
      cwd: '/',
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    const out: Buffer[] = [];
    let complaint = '';
    const end = (): void => void killTree(child.pid ?? 0);
    const timer = setTimeout(end, buildMs);
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    child.stdin.on('error', () => undefined);
    child.stdout.on('data', (bytes: Buffer) => out.push(bytes));
    child.stderr.on('data', (bytes: Buffer) => {
      if (complaint.length < maxComplaint) complaint += bytes.toString('utf8');
    });
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      const memory = Buffer.concat(out);
      if (code === 0 && memory.length > 0) resolve(memory);
      else reject(new Error(`the interpreter did not start (code ${code}): ${complaint}`));
    });
    for (const bytes of chunks) child.stdin.write(bytes);
  });
}

/** The harness with built-ins of its own, so that a candidate that replaces the common ones does not reach it. */
function setupText(): string {
  const source = JSON.stringify([conventionSource, setupSource, inspectSource, faultsSource].join('\n'));
  return `
import builtins
_own = {'__builtins__': dict(vars(builtins)), '__name__': 'harness'}
exec(compile(${source}, 'harness.py', 'exec'), _own)
_foundry_run, _foundry_inspect, _foundry_faults = (_own[name] for name in ('_foundry_run', '_foundry_inspect', '_foundry_faults'))
del _own, builtins
`;
}

const digestBytes = 64;

async function readSnapshot(path: string): Promise<Buffer | undefined> {
  let stored: Buffer;
  try {
    stored = await readFile(path);
  } catch {
    return undefined;
  }
  const memory = stored.subarray(digestBytes);
  return stored.subarray(0, digestBytes).toString('latin1') === sha256(memory) ? memory : undefined;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** A process that was killed while it wrote has left its draft, some 30 MB. */
async function removeLeftDrafts(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const writer = /\.snapshot\.(\d+)\.[0-9a-f-]+\.draft$/.exec(name);
    if (writer && !isRunning(Number(writer[1]))) await rm(join(folder, name), { force: true });
  }
}

async function keepSnapshot(path: string, memory: Buffer, log: Logger): Promise<void> {
  const draft = `${path}.${process.pid}.${randomUUID()}.draft`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await removeLeftDrafts(dirname(path));
    await writeFile(draft, Buffer.concat([Buffer.from(sha256(memory), 'latin1'), memory]));
    await rename(draft, path);
  } catch (error) {
    // A data folder that cannot be written costs the next process some seconds, nothing else.
    log.warn('python.snapshot_not_kept', { message: error instanceof Error ? error.message : 'unknown' });
    await rm(draft, { force: true });
  }
}

/**
 * Everything that a Python child needs to start in a fraction of a second, its memory snapshot included. The snapshot is
 * made once per interpreter, runtime and harness, and kept in `folder`; a damaged one is made anew.
 * @throws FoundryError sandbox_unavailable
 */
export async function loadPreamble(work: {
  readonly folder: string;
  readonly denoVersion: string;
  readonly command: Command;
  readonly memoryMb: number;
  /** Aborted when nobody waits for it any more. */
  readonly signal: AbortSignal;
  readonly log: Logger;
}): Promise<Preamble> {
  const { folder, denoVersion, command, memoryMb, signal, log } = work;
  const { version, parts } = await interpreterParts();
  const setup = setupText();
  const key = sha256(JSON.stringify([version, denoVersion, setup, childSource])).slice(0, 16);
  const path = join(folder, `python-${version}-${key}.snapshot`);
  let memory = await readSnapshot(path);
  if (memory === undefined) {
    try {
      memory = await build(
        command,
        preambleOf(version, [...parts, ['setup.py', Buffer.from(setup)]], memoryMb),
        signal,
      );
    } catch (error) {
      log.error('python.build_failed', { message: error instanceof Error ? error.message : 'unknown' });
      throw new FoundryError(
        'sandbox_unavailable',
        'The Python interpreter does not start in the sandbox.',
        'Run "capability-foundry doctor"; the log on stderr has what it said.',
      );
    }
    await keepSnapshot(path, memory, log);
  }
  return preambleOf(version, [...parts, ['snapshot', memory]], memoryMb);
}
