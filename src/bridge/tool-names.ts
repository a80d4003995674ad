/** A tool of a configured server. */
export interface ToolAddress {
  readonly server: string;
  readonly tool: string;
}

/** What the configuration and the servers say about names. */
export interface NameSpace {
  readonly servers: readonly string[];
  readonly aliases: Readonly<Record<string, string>>;
  /** The tools of a configured server; undefined where it cannot be reached. */
  toolsOf(server: string): Promise<ReadonlySet<string> | undefined>;
}

/** Clients write a server's name with everything but letters, digits, `_` and `-` replaced when they prefix tool names. */
function prefixed(server: string): string {
  return server.replace(/[^A-Za-z0-9_-]/g, '_');
}

/** The ways to split a name by configured servers; the longest server name first, since names may hold dots. */
export function splits(name: string, servers: readonly string[]): ToolAddress[] {
  const byLength = [...servers].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  const found: ToolAddress[] = [];
  for (const server of byLength) {
    for (const prefix of [`${server}.`, `mcp__${prefixed(server)}__`]) {
      if (name.startsWith(prefix) && name.length > prefix.length) {
        found.push({ server, tool: name.slice(prefix.length) });
      }
    }
  }
  return found;
}

async function firstThatExists(candidates: readonly ToolAddress[], space: NameSpace): Promise<ToolAddress | undefined> {
  for (const candidate of candidates) {
    if ((await space.toolsOf(candidate.server))?.has(candidate.tool)) return candidate;
  }
  return undefined;
}

/** A name without a server stands for a tool only where exactly one server has it: a guess could change the wrong thing. */
export async function onlyOwner(tool: string, space: NameSpace): Promise<ToolAddress | undefined> {
  const lists = await Promise.all(space.servers.map((server) => space.toolsOf(server)));
  const owners = space.servers.filter((_, at) => lists[at]?.has(tool));
  const [server] = owners;
  return owners.length === 1 && server !== undefined ? { server, tool } : undefined;
}

/**
 * The tool that a logged name stands for: `server.tool`, an alias of the configuration, `mcp__server__tool`, or a bare name
 * that exactly one configured server has.
 */
export async function resolveToolName(name: string, space: NameSpace): Promise<ToolAddress | undefined> {
  if (space.servers.length === 0) return undefined;
  const exact = await firstThatExists(splits(name, space.servers), space);
  if (exact) return exact;
  const alias = Object.hasOwn(space.aliases, name) ? space.aliases[name] : undefined;
  // An alias is followed once and ends the search: the operator has said what the name means.
  if (alias !== undefined) {
    return (await firstThatExists(splits(alias, space.servers), space)) ?? onlyOwner(alias, space);
  }
  return onlyOwner(name, space);
}
