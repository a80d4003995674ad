import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { bubblewrapped, type Command, limited } from './deno-command.js';

function findProgram(name: string): string | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      if (folder !== '') accessSync(path, constants.X_OK);
      else continue;
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

function works(command: Command): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(command.file, [...command.args], { env: { ...command.env }, timeout: 10_000 }, (error) =>
      resolve(error === null),
    );
  });
}

export interface Walls {
  readonly binary: string;
  /** Programs that can really be used here; undefined where they are not installed or do not work. */
  readonly bubblewrap: string | undefined;
  readonly prlimit: string | undefined;
}

function probe(binary: string): Command {
  return { file: binary, args: ['--version'], env: { DENO_DIR: '/dev/null' } };
}

/** Looks for the walls that this machine gives, by trying them. */
export async function findWalls(binary: string, dataMb: number): Promise<Walls> {
  const [bubblewrap, prlimit] = await Promise.all([findBubblewrap(binary), findPrlimit(binary, dataMb)]);
  return { binary, bubblewrap, prlimit };
}

async function findPrlimit(binary: string, dataMb: number): Promise<string | undefined> {
  const path = process.platform === 'linux' ? findProgram('prlimit') : undefined;
  return path !== undefined && (await works(limited(probe(binary), path, dataMb))) ? path : undefined;
}

/** The path of a bubblewrap that can really wrap this binary here (containers often forbid it), else undefined. */
async function findBubblewrap(binary: string): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  const path = findProgram('bwrap');
  if (path === undefined) return undefined;
  return (await works(bubblewrapped(probe(binary), path))) ? path : undefined;
}
