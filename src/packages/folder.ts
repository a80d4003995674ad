import { realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { FoundryError } from '../errors.js';
import { inside } from '../roots.js';

/** The folder of a project under which packages are installed. */
export const installed = 'node_modules';

/** The real path, of what is not there yet too. */
function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realOf(parent), basename(path));
  }
}

/**
 * The operator's folder that granted packages are read from: never relative to the working directory, and out of the reach
 * of clients, who could otherwise write into what runs without having been judged.
 * @throws FoundryError needs_setup
 */
export function packagesFolder(
  path: string | undefined,
  { home, writable }: { readonly home: string; readonly writable: readonly string[] },
): string | undefined {
  if (path === undefined) return undefined;
  const full = path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path;
  if (!isAbsolute(full)) {
    throw new FoundryError(
      'needs_setup',
      'packages_dir in foundry.config.json is a relative path.',
      'Give the whole path of the folder, or one that starts with ~/.',
    );
  }
  const read = realOf(join(full, installed));
  const reachable = writable.map(realOf).some((root) => inside(read, root) || inside(root, read));
  if (!reachable) return full;
  throw new FoundryError(
    'needs_setup',
    'packages_dir in foundry.config.json lies where clients may have files written.',
    'Install the packages outside of the data folder and of FOUNDRY_ROOTS.',
  );
}
