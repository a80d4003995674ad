import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { FoundryError } from '../../../errors.js';
import { harness } from './harness.js';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What a process shows as its own locale and time zone. */
export interface Ambience {
  readonly locale: string;
  readonly timezone: string;
}

export const plainAmbience: Ambience = { locale: 'C', timezone: 'UTC' };

const require = createRequire(import.meta.url);

function platformPackages(): string[] {
  const arch = process.arch;
  if (process.platform === 'linux') return [`@deno/linux-${arch}-glibc`];
  return [`@deno/${process.platform}-${arch}`];
}

/** npm may put the platform package beside `deno` or below it. */
function denoPackage(): NodeJS.Require[] {
  try {
    return [createRequire(require.resolve('deno/package.json'))];
  } catch {
    return [];
  }
}

/**
 * The Deno binary itself: the launcher of the npm package costs 40 ms a start.
 * @throws FoundryError sandbox_unavailable where no package for this platform is installed
 */
export function denoBinary(): string {
  const name = process.platform === 'win32' ? 'deno.exe' : 'deno';
  const starts = [require, ...denoPackage()];
  for (const from of starts) {
    for (const packageName of platformPackages()) {
      try {
        const path = join(dirname(from.resolve(`${packageName}/package.json`)), name);
        if (existsSync(path)) return path;
      } catch {
        // Not installed there; the next place is tried.
      }
    }
  }
  throw new FoundryError(
    'sandbox_unavailable',
    'The Deno binary that runs candidates is not installed.',
    'Install with optional dependencies ("npm ci" without --omit=optional) on a platform that the npm package deno supports.',
  );
}

const permissions = ['read', 'write', 'net', 'env', 'run', 'ffi', 'sys', 'import'];

/**
 * The child without any outer wall. `heapMb` bounds the JavaScript heap; buffers are bounded by watching the process.
 * `source` is its main module.
 */
export function denoCommand(
  binary: string,
  heapMb: number,
  { ambience, source = harness }: { readonly ambience: Ambience; readonly source?: string },
): Command {
  const main = `data:application/javascript;base64,${Buffer.from(source).toString('base64')}`;
  return {
    file: binary,
    args: [
      'run',
      '--quiet',
      '--no-prompt',
      '--no-remote',
      '--no-npm',
      '--no-config',
      '--no-lock',
      '--cached-only',
      ...permissions.map((name) => `--deny-${name}`),
      `--v8-flags=--disallow-code-generation-from-strings,--max-old-space-size=${heapMb}`,
      main,
    ],
    // DENO_DIR leads nowhere: caches and localStorage would be a channel between candidates.
    env: {
      DENO_DIR: process.platform === 'win32' ? 'NUL' : '/dev/null',
      DENO_NO_UPDATE_CHECK: '1',
      NO_COLOR: '1',
      TZ: ambience.timezone,
      LANG: ambience.locale === 'C' ? 'C.UTF-8' : `${ambience.locale.replace('-', '_')}.UTF-8`,
    },
  };
}

const libraries = ['/lib', '/lib64', '/usr/lib', '/usr/lib64', '/etc/ld.so.cache'];

/** The same child behind bubblewrap: no network, no other process, no file but the binary and its libraries. */
export function bubblewrapped(command: Command, bubblewrap: string): Command {
  const binds = libraries.flatMap((path) => ['--ro-bind-try', path, path]);
  const env = Object.entries(command.env).flatMap(([name, value]) => ['--setenv', name, value]);
  return {
    file: bubblewrap,
    args: [
      '--unshare-all',
      '--die-with-parent',
      '--new-session',
      '--clearenv',
      '--cap-drop',
      'ALL',
      ...binds,
      ...['--ro-bind', command.file, '/deno'],
      ...['--proc', '/proc', '--dev', '/dev', '--chdir', '/'],
      ...env,
      '/deno',
      ...command.args,
    ],
    env: {},
  };
}

/** The same child under limits that the kernel keeps: the hard wall behind the watching of memory, and no core dumps. */
export function limited(command: Command, prlimit: string, dataMb: number): Command {
  return {
    file: prlimit,
    args: [`--data=${dataMb * 1024 * 1024}`, '--core=0', command.file, ...command.args],
    env: command.env,
  };
}
