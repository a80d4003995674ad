import { join } from 'node:path';
import { installed } from './folder.js';
import { findManifest } from './manifest.js';
import { parsePackage } from './names.js';

/** Why a package that a spec declares cannot be used here. */
export interface PackageProblem {
  readonly name: string;
  /** The key of the configuration by which the operator mends it. */
  readonly key: 'grants.packages' | 'packages_dir';
  readonly message: string;
}

export interface PackageSettings {
  /** as `grants.packages` has them */
  readonly granted: readonly string[];
  /** The operator's folder with node_modules; undefined where none is configured. */
  readonly folder: string | undefined;
}

const granting = 'grants.packages in foundry.config.json';
const reading = 'packages_dir in foundry.config.json';
async function problemOf(text: string, { granted, folder }: PackageSettings): Promise<PackageProblem | undefined> {
  const wanted = parsePackage(text);
  const name = wanted?.name ?? text;
  const refuse = (key: PackageProblem['key'], message: string): PackageProblem => ({ name, key, message });
  const grants = granted.map(parsePackage).filter((grant) => grant?.name === name);
  if (!wanted || grants.length === 0) {
    return refuse('grants.packages', `the package ${name} is not granted: the operator grants it under ${granting}`);
  }
  if (folder === undefined) {
    return refuse('packages_dir', `the package ${name} cannot be read: ${reading} names no folder`);
  }
  const version = (await findManifest(join(folder, installed, name)))?.version;
  if (version === undefined) {
    return refuse('packages_dir', `the package ${name} is not installed in the folder that ${reading} names`);
  }
  if (wanted.version !== undefined && wanted.version !== version) {
    return refuse('packages_dir', `the spec asks for ${text}, and version ${version} is what ${reading} has`);
  }
  if (grants.some((grant) => grant?.version === undefined || grant.version === version)) return undefined;
  return refuse('grants.packages', `the package ${name} is not granted in version ${version} under ${granting}`);
}

/** What stands against the packages that a spec declares; empty where all can be used. */
export async function packageProblems(
  declared: readonly string[],
  settings: PackageSettings,
): Promise<PackageProblem[]> {
  const found = await Promise.all(declared.map((text) => problemOf(text, settings)));
  return found.filter((problem) => problem !== undefined);
}
