import type { Config } from '../config.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.js';
import type { Store } from '../store.js';
import type { CheckContext } from './check.js';

function bareName(name: string): string {
  return name.split(/__|[.:/]/).at(-1) ?? name;
}

/** Says of a tool's name whether logs have it or a configured server may; prefixes of clients and servers do not matter. */
export async function knownTools(
  store: Pick<Store, 'evidence' | 'needs'>,
  config: Pick<Config, 'mcpServers' | 'file'>,
): Promise<(name: string) => boolean> {
  const names = new Set(await store.evidence.toolNames());
  for (const { clustering_id } of await store.needs.listClusterings(3)) {
    for (const cluster of await store.needs.clustersOf(clustering_id, 1000)) {
      for (const tool of cluster.tools) names.add(tool);
    }
  }
  for (const [from, to] of Object.entries(config.file.tool_aliases ?? {})) names.add(from).add(to);
  const bare = new Set([...names].map(bareName));
  return (name) =>
    names.has(name) || bare.has(bareName(name)) || config.mcpServers[name.split('.')[0] ?? ''] !== undefined;
}

function namesIn(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** Looks up what a spec names, so that checking it needs no store. */
export async function checkContextFor(
  raw: JsonObject,
  deps: {
    readonly store: Pick<Store, 'evidence' | 'needs' | 'library'>;
    readonly config: Config;
    readonly toolsElsewhere?: boolean;
  },
  { supersedes, language }: { readonly supersedes: string | null } & Pick<CheckContext, 'language'>,
): Promise<CheckContext> {
  const { store, config } = deps;
  const dependencies = raw['dependencies'];
  const wanted = isJsonObject(dependencies) ? namesIn(dependencies['capabilities']) : [];
  const there = new Set<string>();
  for (const name of wanted) if ((await store.library.get(name)) !== undefined) there.add(name);
  const name = raw['name'];
  // A better version takes the name of the old one, whatever its spec calls itself.
  const taken = supersedes === null && typeof name === 'string' && (await store.library.get(name)) !== undefined;
  return {
    isTool: deps.toolsElsewhere ? () => true : await knownTools(store, config),
    isCapability: (capability) => there.has(capability),
    isTaken: () => taken,
    language,
  };
}
