import type { ToolBridge } from '../bridge/model.js';
import type { Config } from '../config.js';
import { createGrants, type Grants, type Permissions } from '../grants.js';
import type { LibraryStore } from './model.js';

/** How deep capabilities may call one another. */
export const maxDepth = 5;

interface Dependent {
  readonly destructive: boolean;
  readonly spec: {
    readonly dependencies: { readonly capabilities: string[]; readonly tools: string[] };
    readonly permissions: Permissions;
  };
}

/** Where the needs of a capability are looked up. */
export interface Surroundings {
  readonly library: LibraryStore;
  readonly bridge: ToolBridge;
  readonly grants: Grants;
}

export function needed(deps: {
  readonly store: { readonly library: LibraryStore };
  readonly bridge: ToolBridge;
  readonly config: Config;
}): Surroundings {
  return { library: deps.store.library, bridge: deps.bridge, grants: createGrants(deps.config) };
}

/** What a capability needs before it can run, its own dependencies' needs included. */
export interface Requirements {
  /** Tools that no configured server offers, and capabilities that are gone. */
  readonly missing: readonly string[];
  /** Hosts and packages that the operator did not grant, each with the key of the configuration. */
  readonly notGranted: readonly string[];
  /** Of the missing, the capabilities. */
  readonly gone: readonly string[];
  /** Tools that change state. */
  readonly changing: readonly string[];
  /** Hosts that may be reached. */
  readonly hosts: readonly string[];
  readonly destructive: boolean;
}

export async function requirementsOf(
  capability: Dependent,
  { library, bridge, grants }: Surroundings,
): Promise<Requirements> {
  const tools = new Set<string>();
  const gone = new Set<string>();
  const notGranted = new Set<string>();
  const hosts = new Set<string>();
  const seen = new Set<string>();
  let destructive = false;
  // Level by level: what is reached by a short way and by a long one is looked into as deep as the short way leads.
  let level: readonly Dependent[] = [capability];
  for (let depth = 0; depth <= maxDepth && level.length > 0; depth += 1) {
    const next: Dependent[] = [];
    for (const one of level) {
      destructive ||= one.destructive;
      for (const tool of one.spec.dependencies.tools) tools.add(tool);
      for (const host of one.spec.permissions.net) hosts.add(host);
      for (const what of await grants.missing(one.spec.permissions)) notGranted.add(what);
      for (const name of one.spec.dependencies.capabilities) {
        if (seen.has(name)) continue;
        seen.add(name);
        const called = await library.get(name);
        if (!called || called.state === 'deprecated') gone.add(name);
        else next.push(called);
      }
    }
    level = next;
  }
  const names = [...tools].sort();
  const looked = await Promise.all(
    names.map(async (name) => ({
      name,
      found: (await bridge.resolve(name)) !== undefined,
      changes: await bridge.isDestructive(name),
    })),
  );
  const changing = looked.filter((tool) => tool.changes).map((tool) => tool.name);
  return {
    missing: [...looked.filter((tool) => !tool.found).map((tool) => tool.name), ...gone].sort(),
    gone: [...gone].sort(),
    notGranted: [...notGranted].sort(),
    changing,
    hosts: [...hosts].sort(),
    destructive: destructive || changing.length > 0,
  };
}
