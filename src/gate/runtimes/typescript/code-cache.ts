import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, dataUrl } from './deno-command.js';
import type { DenoProcess } from './deno-process.js';

/** A host that starts fewer children than this gains nothing. */
const worthwhileFrom = 3;
const makeMs = 20_000;

/** Deno's databases, whatever version of their layout; their journals are folded into them. */
const isCache = (name: string): boolean => /_cache_v\d+$/.test(name);

const foldJournals = (paths: readonly string[]): string => `
import { DatabaseSync } from 'node:sqlite';
for (const path of ${JSON.stringify(paths)}) {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
}`;

function ended({ file, args, env }: Command): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(file, [...args], {
      env: { ...env },
      stdio: 'ignore',
      cwd: '/',
      timeout: makeMs,
      killSignal: 'SIGKILL',
    });
    child.unref();
    child.once('error', () => resolve(false));
    child.once('close', (code) => resolve(code === 0));
  });
}

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'foundry-deno-'));

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
    // A child that has just started may still write into it.
    const remove = (): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    return {
      command: { ...command, env: { ...command.env, DENO_DIR: folder } },
      started(process) {
        void process.introduced
          .then(remove)
          // Where open files cannot be removed, they can when the process has gone.
          .catch(() => process.exited.then(remove))
          .catch(() => undefined);
      },
    };
  }

  /** Without it children start too, so nothing that goes wrong here is an error. */
  private async make(): Promise<void> {
    let folder: string | undefined;
    try {
      const from = newFolder();
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
      folder = newFolder();
      for (const [name, bytes] of this.files) writeFileSync(join(folder, name), bytes);
      return folder;
    } catch {
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
      return undefined;
    }
  }
}
