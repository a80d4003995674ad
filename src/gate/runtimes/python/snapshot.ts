import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { FoundryError } from '../../../errors.js';
import { sha256 } from '../../../hash.js';
import type { Logger } from '../../../log.js';
import { killTree } from '../os/process-tree.js';
import type { Command } from '../typescript/deno-command.js';
import { childSource } from './child-source.js';
import { conventionSource } from './convention-source.js';
import { faultsSource } from './faults-source.js';
import { inspectSource } from './inspect-source.js';
import { loopCountSource } from './loop-count-source.js';
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
  return { version: manifest.version, parts: parts.map(asScript) };
}

/**
 * The large module as a script whose value is what the module exports. Deno reads a module through its own parser before V8
 * does, which costs every child a sixth of its start; a script it does not.
 */
function asScript([name, bytes]: Part): Part {
  if (name !== 'pyodide.asm.mjs') return [name, bytes];
  const text = bytes.toString('utf8').replaceAll('import.meta.url', '"https://none.invalid/"');
  const script = text.replace(/\bexport default (\w+);\s*$/, '$1;');
  if (script === text) throw new Error('pyodide.asm.mjs has another form than the one this program knows');
  return [name, Buffer.from(script)];
}

const pageBytes = 65_536;
const emptyPage = Buffer.alloc(pageBytes);

/** Where the bytes are that are sent: nearly half of an interpreter's memory is pages of zeros, which a child has anyway. */
function runsOf(bytes: Buffer): [from: number, to: number][] {
  const runs: [number, number][] = [];
  for (let at = 0; at < bytes.length; at += pageBytes) {
    const to = Math.min(at + pageBytes, bytes.length);
    const last = runs.at(-1);
    if (emptyPage.compare(bytes, at, to, 0, to - at) === 0) continue;
    if (last?.[1] === at) last[1] = to;
    else runs.push([at, to]);
  }
  return runs;
}

function preambleOf(version: string, parts: readonly Part[], memoryMb: number): Preamble {
  const sent = parts.map(([name, bytes]) => ({ name, bytes, runs: runsOf(bytes) }));
  const head = JSON.stringify({ memoryMb, parts: sent.map(({ name, bytes, runs }) => [name, bytes.length, runs]) });
  const chunks = sent.flatMap(({ bytes, runs }) => runs.map(([from, to]) => bytes.subarray(from, to)));
  return { version, chunks: [Buffer.from(`${head}\n`), ...chunks] };
}

const madeSchema = z.array(z.tuple([z.string(), z.int().nonnegative()]));

/** What a child made: a line with the names and sizes, then the parts. @throws Error where it says anything else */
function madeParts(made: Buffer): Part[] {
  const start = made.indexOf('\n') + 1;
  let at = start;
  return madeSchema.parse(JSON.parse(made.toString('utf8', 0, start))).map(([name, size]): Part => {
    at += size;
    if (at > made.length) throw new Error(`the part ${name} is not whole`);
    return [name, made.subarray(at - size, at)];
  });
}

/** Starts an interpreter from nothing, some seconds, and returns its memory and what V8 compiled of its loader. */
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
      const made = Buffer.concat(out);
      if (code === 0 && made.length > 0) resolve(made);
      else reject(new Error(`the interpreter did not start (code ${code}): ${complaint}`));
    });
    for (const bytes of chunks) child.stdin.write(bytes);
  });
}

/** The harness with built-ins of its own, so that a candidate that replaces the common ones does not reach it. */
function setupText(): string {
  const source = JSON.stringify(
    [loopCountSource, conventionSource, setupSource, inspectSource, faultsSource].join('\n'),
  );
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
  const made = stored.subarray(digestBytes);
  return stored.subarray(0, digestBytes).toString('latin1') === sha256(made) ? made : undefined;
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

async function keepSnapshot(path: string, made: Buffer, log: Logger): Promise<void> {
  const draft = `${path}.${process.pid}.${randomUUID()}.draft`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await removeLeftDrafts(dirname(path));
    await writeFile(draft, Buffer.concat([Buffer.from(sha256(made), 'latin1'), made]));
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
  let made = await readSnapshot(path);
  if (made === undefined) {
    try {
      made = await build(command, preambleOf(version, [...parts, ['setup.py', Buffer.from(setup)]], memoryMb), signal);
    } catch (error) {
      log.error('python.build_failed', { message: error instanceof Error ? error.message : 'unknown' });
      throw new FoundryError(
        'sandbox_unavailable',
        'The Python interpreter does not start in the sandbox.',
        'Run "capability-foundry doctor"; the log on stderr has what it said.',
      );
    }
    await keepSnapshot(path, made, log);
  }
  return preambleOf(version, [...parts, ...madeParts(made)], memoryMb);
}
