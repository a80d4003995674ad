import { realpath } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import type { Message, Metafile, Plugin } from 'esbuild';
import { sha256 } from '../hash.js';
import { inside } from '../roots.js';
import { installed } from './folder.js';
import { type Manifest, manifestOf, packageRoot } from './manifest.js';
import { packageOfImport } from './names.js';

/** Packages as one text that defines `candidate_packages`. */
export interface Bundle {
  readonly ok: true;
  readonly text: string;
  readonly sha256: string;
  /** `name@version` of all that went in, sorted */
  readonly names: readonly string[];
  /** the files that it was made of, absolute */
  readonly files: readonly string[];
}
export type BundleResult = Bundle | { readonly ok: false; readonly message: string };

const maxBundleChars = 1_000_000;
const entryName = 'packages.js';
/** What esbuild makes itself: an empty module for what a package leaves out in browsers, data urls, its own helpers. */
const made = /^(\(disabled\):|<)/;

function refused(message: string): { readonly ok: false; readonly message: string } {
  return { ok: false, message };
}

function entryText(specifiers: readonly string[]): string {
  const imports = specifiers.map((name, at) => `import * as p${at} from ${JSON.stringify(name)};`);
  const named = specifiers.map((name, at) => `${JSON.stringify(name)}: p${at}`);
  return `${imports.join('\n')}\nexport const packages = { ${named.join(', ')} };\n`;
}

/** No file outside of the folder is read, whatever a package or a link says. */
function onlyIn(folder: string): Plugin {
  return {
    name: 'only-installed',
    setup(build) {
      build.onLoad({ filter: /.*/, namespace: 'file' }, ({ path }) =>
        inside(path, folder) ? undefined : { errors: [{ text: 'a file outside of packages_dir is asked for' }] },
      );
    },
  };
}

function nameIn(root: string | undefined): string | undefined {
  return root?.split(`${installed}/`).at(-1);
}

function unresolved({ text, location }: Message): string {
  const wanted = /^Could not resolve "(.+)"$/.exec(text)?.[1];
  const root = location && location.file !== entryName ? packageRoot(location.file) : undefined;
  const who = root === undefined ? 'the code' : `the package ${nameIn(root)}`;
  if (wanted === undefined) return `${who} cannot be bundled: ${text.slice(0, 200)}`;
  return isBuiltin(wanted)
    ? `${who} needs the Node built-in ${wanted}, which the sandbox does not have`
    : `${who} imports ${wanted}, which is not installed in packages_dir`;
}

/** An import that leads elsewhere than to the package it names, or to one that the importer does not depend on. */
async function strayImport(folder: string, { inputs }: Metafile): Promise<string | undefined> {
  for (const [file, { imports }] of Object.entries(inputs)) {
    const from = packageRoot(file);
    if (from === undefined && file !== entryName) continue;
    const own = from === undefined ? undefined : await manifestOf(join(folder, from));
    const who = own ? `the package ${own.name}` : 'the code';
    for (const { path, external, original } of imports) {
      if (made.test(path)) continue;
      if (external) return `${who} imports ${path}, which cannot be had in the sandbox`;
      const to = packageRoot(path);
      if (to !== undefined && to === from) continue;
      const reached = nameIn(to);
      const allowed = own ? own.dependencies.has(reached ?? '') : reached === packageOfImport(original ?? '');
      if (!allowed)
        return `${who} imports ${original ?? path}, which ${own ? 'it does not depend on' : 'is no part of it'}`;
    }
  }
  return undefined;
}

async function namesIn(folder: string, files: readonly string[]): Promise<Manifest[]> {
  const roots = new Set(files.map(packageRoot).filter((root) => root !== undefined));
  return Promise.all([...roots].sort().map((root) => manifestOf(join(folder, root))));
}

/**
 * Bundles what the specifiers name out of a folder with node_modules: for a place without Node, with nothing left to
 * resolve. The text depends on what is installed alone, not on where.
 */
export async function bundlePackages(folder: string, specifiers: readonly string[]): Promise<BundleResult> {
  const { build } = await import('esbuild');
  const root = await realpath(folder).catch(() => undefined);
  if (root === undefined) return refused('the folder that packages_dir names is not there');
  try {
    const { outputFiles, metafile } = await build({
      stdin: { contents: entryText(specifiers), resolveDir: root, sourcefile: entryName, loader: 'js' },
      absWorkingDir: root,
      bundle: true,
      write: false,
      metafile: true,
      format: 'iife',
      globalName: 'candidate_packages',
      platform: 'browser',
      target: 'es2023',
      charset: 'utf8',
      legalComments: 'none',
      logLevel: 'silent',
      define: { 'process.env.NODE_ENV': '"production"' },
      // Settings of a tsconfig.json lying around must not change what is judged.
      tsconfigRaw: {},
      plugins: [onlyIn(join(root, installed))],
    });
    const text = outputFiles[0]?.text ?? '';
    if (text.length > maxBundleChars) return refused(`the packages are longer than ${maxBundleChars} characters`);
    const stray = await strayImport(root, metafile);
    if (stray !== undefined) return refused(stray);
    const files = Object.keys(metafile.inputs).filter((file) => file !== entryName && !made.test(file));
    const manifests = await namesIn(root, files);
    return {
      ok: true,
      text,
      sha256: sha256(text),
      names: [...new Set(manifests.map(({ name, version }) => `${name}@${version}`))].sort(),
      files: [...files.map((file) => join(root, file)), ...manifests.map(({ path }) => path)],
    };
  } catch (error) {
    const [first] = messagesOf(error);
    return refused(first ? unresolved(first) : 'the packages cannot be bundled');
  }
}

function messagesOf(error: unknown): readonly Message[] {
  const { errors } = typeof error === 'object' && error !== null && 'errors' in error ? error : { errors: undefined };
  return Array.isArray(errors) ? errors : [];
}
