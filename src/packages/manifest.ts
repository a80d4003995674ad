import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { tryParseJson } from '../json.js';
import { installed } from './folder.js';

const names = z.record(z.string(), z.unknown()).optional().catch(undefined);
const manifestSchema = z.looseObject({
  version: z.string(),
  dependencies: names,
  peerDependencies: names,
  optionalDependencies: names,
});

/** What an installed package says of itself. */
export interface Manifest {
  /** as it is installed, which is how others name it */
  readonly name: string;
  readonly version: string;
  readonly dependencies: ReadonlySet<string>;
  readonly path: string;
}

const rootPattern = new RegExp(`^(?:.*/)?${installed}/(?:@[^/]+/)?[^/]+(?=/|$)`);

/** The folder of the package that a file lies in; the path with `/`, as esbuild writes it. */
export function packageRoot(file: string): string | undefined {
  return rootPattern.exec(file)?.[0];
}

/** @param root folder of a package */
export async function findManifest(root: string): Promise<Manifest | undefined> {
  const path = join(root, 'package.json');
  const text = await readFile(path, 'utf8').catch(() => '');
  const parsed = manifestSchema.safeParse(tryParseJson(text));
  if (!parsed.success) return undefined;
  const { version, dependencies, peerDependencies, optionalDependencies } = parsed.data;
  const name = root.replaceAll('\\', '/').split(`${installed}/`).at(-1) ?? root;
  const needed = Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies });
  return { name, version, dependencies: new Set(needed), path };
}

/** As `findManifest`, for a package that can be read but says nothing of itself. */
export async function manifestOf(root: string): Promise<Manifest> {
  const name = root.replaceAll('\\', '/').split(`${installed}/`).at(-1) ?? root;
  const unknown: Manifest = { name, version: 'unknown', dependencies: new Set(), path: join(root, 'package.json') };
  return (await findManifest(root)) ?? unknown;
}
