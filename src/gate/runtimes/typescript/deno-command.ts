import type { WallName } from '../../walls.js';
import { harness } from './harness.js';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The walls that it is built to put up; whether they stand is seen on the running process. */
  readonly walls?: readonly WallName[];
}

/** What a process shows as its own locale and time zone. */
export interface Ambience {
  readonly locale: string;
  readonly timezone: string;
}

export const plainAmbience: Ambience = { locale: 'C', timezone: 'UTC' };

/** A module that is no file: nothing of ours need be readable inside the walls. */
export function dataUrl(source: string): string {
  return `data:application/javascript;base64,${Buffer.from(source).toString('base64')}`;
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
      dataUrl(source),
    ],
    // DENO_DIR leads nowhere: a common folder would be a channel between candidates.
    env: {
      DENO_DIR: process.platform === 'win32' ? 'NUL' : '/dev/null',
      DENO_NO_UPDATE_CHECK: '1',
      NO_COLOR: '1',
      TZ: ambience.timezone,
      LANG: ambience.locale === 'C' ? 'C.UTF-8' : `${ambience.locale.replace('-', '_')}.UTF-8`,
    },
  };
}
