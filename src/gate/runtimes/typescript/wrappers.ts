import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Command } from './deno-command.js';

/** Programs that stand in front of the child and build a wall around it; those that are not used are undefined. */
export interface Wrappers {
  readonly prlimit?: string | undefined;
  readonly bubblewrap?: string | undefined;
  readonly setpriv?: string | undefined;
}

/** What a wall is built of. */
export interface Material {
  /** Writable memory that the child may map, by the kernel's count. */
  readonly dataMb: number;
  /** Files that the binary cannot start without. */
  readonly libraries: readonly string[];
}

/** A program on the PATH that may be executed. */
export function findProgram(name: string): string | undefined {
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

const libraryFolders = ['/lib', '/lib64', '/usr/lib', '/usr/lib64', '/etc/ld.so.cache'];

/** The libraries of a binary, as the system's loader finds them; the folders of libraries where it does not say. */
export function librariesOf(binary: string): Promise<readonly string[]> {
  const env = { LD_TRACE_LOADED_OBJECTS: '1', DENO_DIR: '/dev/null' };
  return new Promise((resolve) => {
    execFile(binary, ['--version'], { env, timeout: 10_000 }, (error, stdout) => {
      const paths = [...stdout.matchAll(/^\s+(?:\S+ => )?(\/\S+) \(0x[0-9a-f]+\)$/gm)].map(([, path]) => path ?? '');
      resolve(error !== null || paths.length === 0 ? libraryFolders : paths);
    });
  });
}

/** No network, no other process, no file but the binary and its libraries; it ends when the host ends. */
function bubblewrapped(command: Command, bubblewrap: string, libraries: readonly string[]): Command {
  const binds = libraries.flatMap((path) => ['--ro-bind-try', path, path]);
  return {
    file: bubblewrap,
    args: [
      '--unshare-all',
      '--die-with-parent',
      '--new-session',
      ...['--cap-drop', 'ALL'],
      ...binds,
      ...['--ro-bind', command.file, '/deno'],
      // Deno looks for itself there. It needs nothing else of /proc, which many containers do not allow to be mounted.
      ...['--symlink', '/deno', '/proc/self/exe'],
      ...['--remount-ro', '/', '--chdir', '/'],
      '/deno',
      ...command.args,
    ],
    env: command.env,
    walls: [...(command.walls ?? []), 'bubblewrap', 'dies_with_host'],
  };
}

/** Limits that the kernel keeps: the hard wall behind the watching of memory, and no core dumps. */
function limited(command: Command, prlimit: string, dataMb: number): Command {
  return {
    file: prlimit,
    args: [`--data=${dataMb * 1024 * 1024}`, '--core=0', command.file, ...command.args],
    env: command.env,
    walls: [...(command.walls ?? []), 'data_limit'],
  };
}

/** The kernel kills it when the thread of the host that started it ends, and it can gain no privilege. */
function tied(command: Command, setpriv: string): Command {
  return {
    file: setpriv,
    args: ['--no-new-privs', '--pdeathsig', 'KILL', command.file, ...command.args],
    env: command.env,
    walls: [...(command.walls ?? []), 'dies_with_host'],
  };
}

/** The child behind the walls that the programs build. Each costs less than a millisecond a start, bubblewrap five. */
export function wrap(inner: Command, wrappers: Wrappers, { dataMb, libraries }: Material): Command {
  const { bubblewrap, prlimit, setpriv } = wrappers;
  const enclosed = bubblewrap === undefined ? inner : bubblewrapped(inner, bubblewrap, libraries);
  const small = prlimit === undefined ? enclosed : limited(enclosed, prlimit, dataMb);
  return setpriv === undefined ? small : tied(small, setpriv);
}
