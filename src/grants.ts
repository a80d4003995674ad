import type { Config } from './config.js';
import { covers, declares, type Host, isGranted, type Parsed, parseGrant, parseHost } from './net/hosts.js';
import type { FetchPolicy } from './net/model.js';
import { type PackageProblem, packageProblems } from './packages/installed.js';

/** What a spec asks for beyond its input. */
export interface Permissions {
  readonly net: readonly string[];
  readonly packages?: readonly string[] | undefined;
}

/** What the operator's configuration allows of it. Nothing that a client says reaches this. */
export interface Grants {
  /** What one capability may fetch: the hosts that it declares itself, where they are granted. */
  policyOf(permissions: Permissions): FetchPolicy;
  /** Declared hosts that are not granted. */
  hostsNotGranted(permissions: Permissions): string[];
  /** Declared packages that cannot be used, and why. */
  packageProblems(permissions: Permissions): Promise<PackageProblem[]>;
  /** What is missing, one line each with the key of the configuration that grants it. */
  missing(permissions: Permissions): Promise<string[]>;
}

function readable<T extends Host>(texts: readonly string[], parse: (text: string) => Parsed<T>): T[] {
  return texts.flatMap((text) => {
    const parsed = parse(text);
    return parsed.ok ? [parsed.host] : [];
  });
}

export function createGrants({ file, packagesDir }: Pick<Config, 'file' | 'packagesDir'>): Grants {
  const hosts = readable(file.grants?.net ?? [], parseGrant);
  const settings = { granted: file.grants?.packages ?? [], folder: packagesDir };
  const hostsNotGranted = ({ net }: Permissions): string[] =>
    net.filter((text) => {
      const parsed = parseHost(text);
      return !parsed.ok || !isGranted(parsed.host, hosts);
    });
  const problems = async ({ packages = [] }: Permissions): Promise<PackageProblem[]> =>
    packageProblems(packages, settings);
  return {
    policyOf({ net }) {
      const declared = readable(net, parseHost);
      return {
        declares: (target) => declared.some((host) => declares(host, target)),
        grants: (target) => hosts.some((grant) => covers(grant, target)),
      };
    },
    hostsNotGranted,
    packageProblems: problems,
    async missing(permissions) {
      const found = await problems(permissions);
      return [
        ...hostsNotGranted(permissions).map((host) => `host ${host} (grants.net)`),
        ...found.map(({ name, key }) => `package ${name} (${key})`),
      ];
    },
  };
}
