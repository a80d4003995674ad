import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { FileRef } from './model.js';
import { fileRef } from './receipts.js';

/** More files than these are named in no receipt. */
const maxFiles = 1000;

/**
 * The files of a folder with hash and size, in order of name; links are passed over. Of a folder with very many files the
 * first 1,000.
 * @param shownAs how the folder may be named outside
 */
export async function folderRefs(folder: string, shownAs: string): Promise<FileRef[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const refs: FileRef[] = [];
  for (const path of paths.sort().slice(0, maxFiles))
    refs.push(await fileRef(path, join(shownAs, relative(folder, path))));
  return refs;
}
