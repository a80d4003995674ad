import { spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, dataUrl } from './deno-command.js';
import type { DenoProcess } from './deno-process.js';

/** A host that starts fewer children than this gains nothing. */
const worthwhileFrom = 3;
const makeMs = 20_000;
/** What is compiled is stored a moment after it has been used; a child whose input has ended is gone by then. */
const settleMs = 500;

/** Deno's databases, whatever version of their layout; their journals are folded into them. */
const isCache = (name: string): boolean => /_cache_v\d+$/.test(name);

/** With its statistics and without a journal there is nothing left that a child would write when it opens one. */
const foldJournals = (paths: readonly string[]): string => `
import { DatabaseSync } from 'node:sqlite';
for (const path of ${JSON.stringify(paths)}) {
  const database = new DatabaseSync(path);
  database.exec('ANALYZE');
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
}`;

function ended({ file, args, env }: Command): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(file, [...args], {
      env: { ...env },
      stdio: ['pipe', 'ignore', 'ignore'],
      cwd: '/',
      timeout: makeMs,
      killSignal: 'SIGKILL',
    });
    const closing = setTimeout(() => child.stdin.end(), settleMs).unref();
    child.stdin.on('error', () => undefined);
    if (child.stdin instanceof Socket) child.stdin.unref();
    child.unref();
    child.once('error', () => resolve(false));
    child.once('close', (code) => {
      clearTimeout(closing);
      resolve(code === 0);
    });
  });
}

const prefix = 'foundry-deno-';

/** In memory where the system has such a folder for all. */
function folderForAll(): string {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return tmpdir();
  }
}

/** The name tells whose it is, so that what a host that was killed has left behind is found. */
const newFolder = (around: string): string => mkdtempSync(join(around, `${prefix}${process.pid}-`));

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

/** Removes what hosts left behind that are no more. */
function sweep(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : Number.NaN;
    if (pid > 0 && !lives(pid)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/**
 * What V8 has compiled of the runtime's own modules, so that children need not do it again: about a quarter of what a start
 * costs. It is made by a child that runs no candidate and is held here. Each child gets a copy in a folder of its own, which is
 * removed when it has started, so that nothing passes from one candidate to the next.
 */
export class CodeCache {
  private asked = 0;
  private files: readonly (readonly [name: string, bytes: Buffer])[] = [];

  /** `inner` is a child that ends by itself when there is nothing for it to read. */
  constructor(private readonly inner: Command) {}

  /** The same command with a folder of its own, and what to tell of the process; unchanged until there is something to give. */
  furnish(command: Command): { readonly command: Command; started(process: DenoProcess): void } {
    this.asked += 1;
    if (this.asked === worthwhileFrom) void this.make();
    const folder = this.files.length === 0 ? undefined : this.copy();
    if (folder === undefined) return { command, started: () => undefined };
    return {
      command: { ...command, env: { ...command.env, DENO_DIR: folder } },
      started(process) {
        // Where open files cannot be removed, they can when the process has gone.
        const later = (): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
        void process.introduced
          .then(() => rmSync(folder, { recursive: true, force: true }))
          .catch(() => process.exited.then(later))
          .catch(() => undefined);
      },
    };
  }

  /** Without it children start too, so nothing that goes wrong here is an error. */
  private async make(): Promise<void> {
    let folder: string | undefined;
    try {
      for (const each of new Set([tmpdir(), folderForAll()])) sweep(each);
      // Deno gives no leave for a single folder below /dev.
      const from = newFolder(tmpdir());
      folder = from;
      const { inner } = this;
      if (!(await ended({ ...inner, env: { ...inner.env, DENO_DIR: from } }))) return;
      const names = readdirSync(from).filter(isCache);
      const paths = names.map((name) => join(from, name));
      const allowed = ['read', 'write'].map((what) => `--allow-${what}=${from}`);
      const args = [
        'run',
        '--quiet',
        '--no-prompt',
        '--no-config',
        '--no-lock',
        ...allowed,
        dataUrl(foldJournals(paths)),
      ];
      if (!(await ended({ ...inner, args }))) return;
      this.files = names.map((name) => [name, readFileSync(join(from, name))]);
    } catch {
      this.files = [];
    } finally {
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    }
  }

  private copy(): string | undefined {
    let folder: string | undefined;
    try {
      folder = newFolder(folderForAll());
      for (const [name, bytes] of this.files) writeFileSync(join(folder, name), bytes);
      return folder;
    } catch {
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
      return undefined;
    }
  }
}
