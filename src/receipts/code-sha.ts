import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const hash = /^[0-9a-f]{40}$/;
const refName = /^refs\/[\w.+@/-]+$/;

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

/** The git folder of a checkout; a linked work tree has a file in its place that says where the folder is. */
function gitFolder(folder: string): string {
  const path = join(folder, '.git');
  const link = /^gitdir: (.+)$/.exec(read(path))?.[1];
  return link === undefined ? path : resolve(folder, link);
}

/**
 * The commit that is checked out in a folder, read from the files of git.
 * @param folder the top of the checkout: no folder above it is looked at
 * @returns 40 hex digits, or null where there is no git folder or its form is not known
 */
export function commitOf(folder: string): string | null {
  const own = gitFolder(folder);
  const head = read(join(own, 'HEAD'));
  if (hash.test(head)) return head;
  const ref = /^ref: (.+)$/.exec(head)?.[1];
  if (ref === undefined || !refName.test(ref) || ref.split('/').includes('..')) return null;
  // Branches of a linked work tree stand in the folder that all of them share.
  const shared = resolve(own, read(join(own, 'commondir')) || '.');
  const packed = read(join(shared, 'packed-refs'))
    .split('\n')
    .find((line) => line.endsWith(` ${ref}`));
  const found = [read(join(own, ref)), read(join(shared, ref)), packed?.slice(0, 40) ?? ''];
  return found.find((text) => hash.test(text)) ?? null;
}

/** The folder with package.json above a module; built code lies deeper than its source. */
function packageFolder(): string | null {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) return null;
    folder = parent;
  }
  return folder;
}

let known: string | null | undefined;

/** The commit of the code that runs, where it runs from a checkout of its own; looked up once. */
export function codeSha(): string | null {
  if (known === undefined) {
    const folder = packageFolder();
    known = folder === null ? null : commitOf(folder);
  }
  return known;
}
