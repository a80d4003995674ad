import { readlink, realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { FoundryError } from './errors.js';
import { oneLine } from './visible.js';

/** Guards every path that a client names: the real path (links followed) must lie in a granted folder. */
export interface Roots {
  /** @returns the real path. @throws FoundryError path_not_allowed, not_found */
  readable(path: string): Promise<string>;
  /** The path need not exist; its nearest existing parent must lie in a root. @throws FoundryError path_not_allowed */
  writable(path: string): Promise<string>;
  /** For messages: relative to the granted folder that holds it, never absolute outside of it. */
  display(path: string): string;
}

/** Whether a path is a folder or lies in it, by their names alone. */
export function inside(path: string, root: string): boolean {
  const between = relative(root, path);
  return between === '' || (!between.startsWith(`..${sep}`) && between !== '..' && !isAbsolute(between));
}

async function realOrSame(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return resolve(path);
  }
}

/** Links are followed so often at most, as by the operating system. */
const maxLinks = 40;

/**
 * The real path of the nearest existing ancestor, with what does not exist yet joined on. A link that leads to what is not
 * there yet is followed all the same: writing to it would make its target.
 */
async function realOfNew(path: string, left = maxLinks): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const parent = dirname(path);
    if (parent === path || left === 0) return path;
    const here = join(await realOfNew(parent, left), basename(path));
    const target = await readlink(here).catch(() => undefined);
    return target === undefined ? here : realOfNew(resolve(dirname(here), target), left - 1);
  }
}

const maxShownRoots = 8;
const maxShownPath = 300;

/** A path in the client's own words: where it leads is not told. */
function typed(path: string): string {
  const line = oneLine(path);
  return JSON.stringify(line.length > maxShownPath ? `${line.slice(0, maxShownPath)}...` : line);
}

/** `~/logs` for a folder under the home folder; a client may say it back so. */
function underHome(root: string): string {
  const home = homedir();
  return root !== home && inside(root, home) ? `~/${relative(home, root)}` : root;
}

function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
}

/**
 * @param write folders that may be written and read
 * @param read folders that may be read only
 * @param base what a relative path is relative to
 */
export function createRoots(write: readonly string[], read: readonly string[], base: string): Roots {
  const absolute = (path: string): string => {
    if (path.includes('\0'))
      throw new FoundryError('invalid_input', 'The path contains a NUL character.', 'Give a plain path.');
    const expanded = expandHome(path);
    return isAbsolute(expanded) ? resolve(expanded) : resolve(base, expanded);
  };
  const granted = (roots: readonly string[]): string => {
    const shown = [...new Set(roots)].map(underHome);
    const more = shown.length > maxShownRoots ? `, and ${shown.length - maxShownRoots} more` : '';
    return `${shown.slice(0, maxShownRoots).join(', ')}${more}`;
  };
  const allowed = async (path: string, roots: readonly string[]): Promise<boolean> => {
    for (const root of roots) if (inside(path, await realOrSame(root))) return true;
    return false;
  };
  return {
    async readable(path) {
      const full = absolute(path);
      const real = await realOfNew(full);
      if (!(await allowed(real, [...write, ...read]))) {
        throw new FoundryError(
          'path_not_allowed',
          `${typed(path)} lies outside the folders that this server may read.`,
          `Granted are: ${granted([...write, ...read])}. Use a path inside one of them, or have the operator add the folder to FOUNDRY_READ_ROOTS.`,
        );
      }
      try {
        return await realpath(full);
      } catch {
        throw new FoundryError('not_found', `Nothing is at ${basename(full)}.`, 'Check the path.');
      }
    },
    async writable(path) {
      const real = await realOfNew(absolute(path));
      if (!(await allowed(real, write))) {
        throw new FoundryError(
          'path_not_allowed',
          `${typed(path)} lies outside the folders that this server may write.`,
          `Granted are: ${granted(write)}. Leave output_dir out (the data folder is used), or have the operator add the folder to FOUNDRY_ROOTS.`,
        );
      }
      return real;
    },
    display(path) {
      for (const root of [...write, ...read]) {
        if (inside(path, root)) return relative(root, path) || basename(path);
      }
      return basename(path);
    },
  };
}
