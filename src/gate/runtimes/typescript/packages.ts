import { stat } from 'node:fs/promises';
import { LRUCache } from 'lru-cache';
import type { Grants } from '../../../grants.js';
import { type Bundle, type BundleResult, bundlePackages } from '../../../packages/bundle.js';
import { packageOfImport, parsePackage } from '../../../packages/names.js';
import { nameIn, parseModule } from '../../syntax.js';
import type { BundledPackages } from '../runtime.js';

/** Packages around a program; the program itself where it imports none. */
export type Given =
  | { readonly ok: true; around(program: string): string; readonly packages: BundledPackages | undefined }
  | { readonly ok: false; readonly message: string };

export interface PackageSource {
  /** @param declared packages as the spec of the code has them */
  giveTo(code: string, declared: readonly string[] | undefined): Promise<Given>;
}

const nothing: Given = { ok: true, around: (program) => program, packages: undefined };
const maxBundles = 16;

/** esbuild leaves `require` of what it does not bundle: this one knows the packages, as modules that look transpiled. */
const requireText = `((packages) => {
  const known = { __proto__: null };
  for (const name of Object.keys(packages)) {
    const given = packages[name], module = {};
    for (const key of Object.getOwnPropertyNames(given))
      if (key !== '__esModule') Object.defineProperty(module, key, { get: () => given[key], enumerable: true });
    known[name] = Object.defineProperty(module, '__esModule', { value: true });
  }
  return (name) => {
    if (known[name] === undefined) throw new Error('the package ' + name + ' is not declared');
    return known[name];
  };
})(candidate_packages.packages)`;

/** The packages do not see what is the program's, nor does anything see its `require` but the program. */
function wrapped(bundle: string, program: string): string {
  return `${bundle}\nvar candidate_exports = ((require) => {\n${program}\nreturn candidate_exports;\n})(${requireText});`;
}

/** What the code imports of declared packages, in order. */
function importsOf(code: string, declared: readonly string[]): string[] {
  const names = new Set(declared.map((text) => parsePackage(text)?.name));
  const parsed = parseModule(code);
  if (!parsed.ok) return [];
  const found = parsed.nodes.flatMap(({ node }) => {
    const source = node.type === 'ImportDeclaration' ? nameIn(node.fields['source']) : undefined;
    return source !== undefined && names.has(packageOfImport(source)) ? [source] : [];
  });
  return [...new Set(found)].sort();
}

/** Changes where a file of a bundle was changed. */
async function stateOf({ files }: Bundle): Promise<string> {
  const states = await Promise.all(files.map((file) => stat(file).catch(() => undefined)));
  return states.map((one) => `${one?.mtimeMs} ${one?.size}`).join();
}

/** The granted packages, bundled once for each choice of them and again when their files change. */
export function createPackageSource(grants: Grants, folder: string | undefined): PackageSource {
  const bundles = new LRUCache<string, { readonly result: BundleResult; readonly state: string }>({ max: maxBundles });

  async function bundleOf(specifiers: readonly string[]): Promise<BundleResult> {
    const key = JSON.stringify(specifiers);
    const known = bundles.get(key);
    if (known?.result.ok && known.state === (await stateOf(known.result))) return known.result;
    const result = await bundlePackages(folder ?? '', specifiers);
    if (result.ok) bundles.set(key, { result, state: await stateOf(result) });
    else bundles.delete(key);
    return result;
  }

  return {
    async giveTo(code, declared = []) {
      if (declared.length === 0) return nothing;
      const specifiers = importsOf(code, declared);
      if (specifiers.length === 0) return nothing;
      const used = new Set(specifiers.map(packageOfImport));
      const packages = declared.filter((text) => used.has(parsePackage(text)?.name));
      const [problem] = await grants.packageProblems({ net: [], packages });
      if (problem) return { ok: false, message: problem.message };
      const bundle = await bundleOf(specifiers);
      if (!bundle.ok) return bundle;
      const { text, names, sha256 } = bundle;
      return { ok: true, around: (program) => wrapped(text, program), packages: { names, sha256 } };
    },
  };
}
