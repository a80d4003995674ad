/** A package that a spec asks for or an operator grants: a name, and the one version where only that will do. */
export interface PackageName {
  readonly name: string;
  readonly version: string | undefined;
}

const part = '[a-z0-9~-][a-z0-9._~-]*';
const namePattern = new RegExp(`^(?:@${part}/)?${part}$`);
const versionPattern = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;
const longest = 214;

/** Reads `name` or `name@1.2.3`; undefined where it is neither. Ranges, tags and addresses are none. */
export function parsePackage(text: string): PackageName | undefined {
  const at = text.indexOf('@', 1);
  const name = at < 0 ? text : text.slice(0, at);
  const version = at < 0 ? undefined : text.slice(at + 1);
  if (name.length > longest || !namePattern.test(name) || name === 'node_modules') return undefined;
  if (version !== undefined && !versionPattern.test(version)) return undefined;
  return { name, version };
}

/** The package that an import names, be it the whole or a module of it; undefined for paths, addresses and schemes. */
export function packageOfImport(specifier: string): string | undefined {
  const parts = specifier.split('/');
  const name = specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
  return parsePackage(name)?.version === undefined && namePattern.test(name) ? name : undefined;
}

/** What an `npm install` takes: every package once, with all the versions that were asked for. */
export function dependenciesOf(packages: readonly string[]): Record<string, string> {
  const versions = new Map<string, Set<string>>();
  for (const text of packages) {
    const wanted = parsePackage(text);
    if (!wanted) continue;
    const known = versions.get(wanted.name) ?? new Set<string>();
    versions.set(wanted.name, wanted.version === undefined ? known : known.add(wanted.version));
  }
  const ranges = [...versions].map(([name, known]): [string, string] => [name, [...known].sort().join(' || ') || '*']);
  return Object.fromEntries(ranges.sort(([left], [right]) => (left < right ? -1 : 1)));
}
