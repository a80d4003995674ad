import type { Tool } from '@modelcontextprotocol/client';
import type { Config } from '../config.js';
import { FoundryError, throwIfCancelled } from '../errors.js';
import type { Logger } from '../log.js';
import { callTool } from './call-tool.js';
import { effectOfAnnotations, isDestructiveName } from './effects.js';
import type { ToolBridge } from './model.js';
import { ServerPool } from './server-pool.js';
import { type NameSpace, onlyOwner, resolveToolName, splits, type ToolAddress } from './tool-names.js';
import { quoteOutside, readToolResult } from './tool-result.js';

export interface ToolBridgeDeps {
  readonly config: Config;
  readonly log: Logger;
  /** Bounds of a call; the defaults are 60 s, 15 s and 1 MB. */
  readonly limits?: { readonly callMs?: number; readonly connectMs?: number; readonly resultBytes?: number };
}

const retryAfterMs = 30_000;

/** Whether what a server says of a tool, or else the tool's name, means that it changes state. */
function changesState(tool: Pick<Tool, 'name' | 'annotations'>): boolean {
  return effectOfAnnotations(tool.annotations) === 'unknown'
    ? isDestructiveName(tool.name)
    : effectOfAnnotations(tool.annotations) === 'changes';
}

/** Where the name's own server is known, what is the matter with it is what to say. */
async function whyMissing(name: string, space: NameSpace, pool: ServerPool): Promise<FoundryError> {
  const [own] = splits(Object.hasOwn(space.aliases, name) ? (space.aliases[name] ?? name) : name, space.servers);
  if (own === undefined) {
    const message = `No configured MCP server offers the tool ${quoteOutside(name, 100)}.`;
    return new FoundryError('needs_setup', message, await howToOffer(name, space));
  }
  try {
    await pool.tools(own.server);
  } catch (error) {
    if (error instanceof FoundryError && error.code !== 'cancelled') return error;
    throw error;
  }
  return new FoundryError(
    'needs_setup',
    `The MCP server "${own.server}" has no tool "${quoteOutside(own.tool, 100)}".`,
    'Map the name to the server.tool that took its place, under tool_aliases in foundry.config.json.',
  );
}

/** A server that was configured under another name than it was recorded under: only a person can say that it is the same. */
async function howToOffer(name: string, space: NameSpace): Promise<string> {
  const tool = name.split(/__|[.:/]/).at(-1) ?? name;
  const other = await onlyOwner(tool, space);
  if (other === undefined) {
    return 'Add its server under mcp_servers in foundry.config.json, or map the name to server.tool under tool_aliases.';
  }
  const alias = JSON.stringify({ [quoteOutside(name, 100)]: `${other.server}.${quoteOutside(other.tool, 100)}` });
  return `The server "${other.server}" has a tool of that name; where it is the same, add "tool_aliases": ${alias} to foundry.config.json.`;
}

/** The bridge over the MCP servers of the configuration. No server is started before a name is looked up. */
export function createToolBridge(deps: ToolBridgeDeps): ToolBridge {
  const { config, log, limits = {} } = deps;
  const pool = new ServerPool(config.mcpServers, {
    log,
    connectTimeoutMs: limits.connectMs ?? 15_000,
    retryAfterMs,
    elapsed: () => performance.now(),
  });
  const space: NameSpace = {
    servers: Object.keys(config.mcpServers).sort(),
    aliases: config.file.tool_aliases ?? {},
    async toolsOf(server) {
      try {
        return new Set((await pool.tools(server)).keys());
      } catch (error) {
        // a server that is down must not hide the tools of the others; the reason is in the log
        if (error instanceof FoundryError && error.code !== 'cancelled') return undefined;
        throw error;
      }
    },
  };
  const find = async (name: string): Promise<ToolAddress> => {
    const found = await resolveToolName(name, space);
    if (found) return found;
    throw await whyMissing(name, space, pool);
  };

  return {
    async resolve(name) {
      const found = await resolveToolName(name, space);
      return found && `${found.server}.${found.tool}`;
    },

    whyMissing: (name) => whyMissing(name, space, pool),

    async call(name, args, signal) {
      throwIfCancelled(signal);
      const { server, tool } = await find(name);
      const result = await callTool(pool, { server, tool, args, signal, timeoutMs: limits.callMs ?? 60_000 });
      return readToolResult(`${server}.${tool}`, result, limits.resultBytes ?? 1 << 20);
    },

    async isDestructive(name) {
      const found = await resolveToolName(name, space);
      if (!found) return isDestructiveName(name);
      try {
        const tool = (await pool.tools(found.server)).get(found.tool);
        return changesState(tool ?? { name: found.tool });
      } catch (error) {
        // the server ended after it was found: its annotations are gone, the name still speaks
        if (error instanceof FoundryError && error.code === 'upstream') return isDestructiveName(found.tool);
        throw error;
      }
    },

    close: () => pool.close(),
  };
}
