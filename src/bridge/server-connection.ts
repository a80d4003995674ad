import {
  Client,
  SdkError,
  SdkErrorCode,
  SSEClientTransport,
  StreamableHTTPClientTransport,
  type Tool,
} from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { McpServerEntry } from '../config.js';
import { FoundryError } from '../errors.js';
import type { Logger } from '../log.js';
import { version } from '../version.js';
import { quoteOutside } from './tool-result.js';

const maxMessageBytes = 8 << 20;
const closeMs = 700;
const probeMs = 5_000;
const toolListMs = 60_000;

/** A started MCP server and the client that speaks to it. */
export interface ServerConnection {
  readonly client: Client;
  /** By tool name; asked for again when the answer is older than a minute. */
  tools(): Promise<ReadonlyMap<string, Tool>>;
  readonly closed: boolean;
  /** Of the protocol, as it was agreed on. */
  readonly era: Era;
  /** Returns within a second; a child that does not end by itself is killed. */
  close(): Promise<void>;
}

/** `legacy` is the 2025 handshake. */
export type Era = 'legacy' | 'modern';

export interface ConnectOptions {
  /** What was agreed on before: a server of the 2025 era is then not asked for the newer one first. */
  readonly era?: Era | undefined;
  readonly log: Logger;
  readonly timeoutMs: number;
  /** Monotonic milliseconds. */
  readonly elapsed: () => number;
  /** Aborting it ends a server that is being started. */
  readonly signal: AbortSignal;
}

/**
 * A class of its own makes the SDK ask for the era on this very child: for its own class it starts one more process to
 * ask, which costs a start and could not be ended from here.
 */
class ChildTransport extends StdioClientTransport {}

type Transport = ChildTransport | StreamableHTTPClientTransport | SSEClientTransport;

function transportOf(name: string, entry: McpServerEntry, log: Logger): Transport {
  if ('url' in entry) {
    const options = { requestInit: { headers: entry.headers } };
    const url = new URL(entry.url);
    return entry.type === 'sse'
      ? new SSEClientTransport(url, options)
      : new StreamableHTTPClientTransport(url, options);
  }
  const transport = new ChildTransport({
    command: entry.command,
    args: entry.args,
    // the SDK adds PATH, HOME and the like; nothing else of our environment reaches the child
    env: entry.env,
    ...(entry.cwd === undefined ? {} : { cwd: entry.cwd }),
    stderr: 'pipe',
    maxBufferSize: maxMessageBytes,
  });
  transport.stderr?.on('data', (chunk: Buffer) => {
    log.debug('mcp_server_stderr', { server: name, text: quoteOutside(chunk.toString('utf8')) });
  });
  return transport;
}

/** The SDK gives a child up to four seconds to end; hosts wait for us only two. */
async function end(client: Client, transport: Transport): Promise<void> {
  const pid = transport instanceof ChildTransport ? transport.pid : null;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), closeMs);
  });
  const ended = client
    .close()
    .then(() => transport.close())
    .catch(() => undefined);
  const outcome = await Promise.race([ended, late]);
  clearTimeout(timer);
  if (outcome !== 'late' || pid === null) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it ended meanwhile
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function setupError(name: string, cause: unknown): FoundryError {
  return new FoundryError(
    'needs_setup',
    `The entry of the MCP server "${name}" cannot be used.`,
    'Correct its command or url under mcp_servers in foundry.config.json.',
    { cause },
  );
}

function unreachable(name: string, cause: unknown): FoundryError {
  return new FoundryError(
    'upstream',
    `The MCP server "${name}" did not start or did not answer.`,
    'Start it by hand with the command under mcp_servers in foundry.config.json to see why; then repeat the call.',
    { cause },
  );
}

/** What callers get while everything is being shut down. */
export function closing(): FoundryError {
  return new FoundryError('cancelled', 'The server is closing.', 'Start it again and repeat the call.');
}

type Opened = { readonly client: Client; readonly transport: Transport };

async function open(
  name: string,
  entry: McpServerEntry,
  options: ConnectOptions & { readonly mode: 'auto' | 'legacy' },
): Promise<Opened> {
  const { log, signal, timeoutMs, mode } = options;
  if (signal.aborted) throw closing();
  const client = new Client(
    { name: 'capability-foundry', version },
    { versionNegotiation: { mode, probe: { timeoutMs: Math.min(probeMs, timeoutMs) } } },
  );
  client.onerror = (error) => log.debug('mcp_server_error', { server: name, text: quoteOutside(error.message) });
  let transport: Transport;
  try {
    transport = transportOf(name, entry, log);
  } catch (error) {
    throw setupError(name, error);
  }
  let stop: (() => void) | undefined;
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(closing());
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    await Promise.race([client.connect(transport, { timeout: timeoutMs, signal }), stopped]);
    return { client, transport };
  } catch (error) {
    await end(client, transport);
    throw error;
  } finally {
    if (stop) signal.removeEventListener('abort', stop);
  }
}

/**
 * Starts a server and agrees on a protocol era with it (2026-07-28 where it has it, else the 2025 handshake).
 * @throws FoundryError upstream where it does not start or answer in time, needs_setup where its entry is wrong, cancelled
 */
export async function connectServer(
  name: string,
  entry: McpServerEntry,
  options: ConnectOptions,
): Promise<ServerConnection> {
  const give = (error: unknown): never => {
    if (error instanceof FoundryError) throw error;
    options.log.warn('mcp_server_unreachable', { server: name, reason: quoteOutside(messageOf(error)) });
    throw unreachable(name, error);
  };
  if (options.era === 'legacy') {
    // A server that was replaced by a newer one meanwhile is asked from the beginning.
    const known = await open(name, entry, { ...options, mode: 'legacy' }).catch(() => undefined);
    if (known) return connectionOf(name, known, options);
  }
  const opened = await open(name, entry, { ...options, mode: 'auto' }).catch((error: unknown) => {
    // Some servers of the 2025 era end at a question they do not know: ask them the old way, in a new process.
    const silent = error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout;
    if (error instanceof FoundryError || 'url' in entry || silent) return give(error);
    return open(name, entry, { ...options, mode: 'legacy' }).catch(give);
  });
  return connectionOf(name, opened, options);
}

function connectionOf(name: string, { client, transport }: Opened, options: ConnectOptions): ServerConnection {
  let closed = false;
  let listed: { readonly at: number; readonly tools: Promise<ReadonlyMap<string, Tool>> } | undefined;
  client.onclose = () => {
    closed = true;
  };
  const list = async (): Promise<ReadonlyMap<string, Tool>> => {
    const { tools } = await client.listTools(undefined, { timeout: options.timeoutMs, cacheMode: 'refresh' });
    return new Map(tools.map((tool) => [tool.name, tool]));
  };
  return {
    client,
    era: client.getProtocolEra() === 'modern' ? 'modern' : 'legacy',
    get closed() {
      return closed;
    },
    tools() {
      const now = options.elapsed();
      if (listed && now - listed.at < toolListMs) return listed.tools;
      const tools = list().catch((error: unknown) => {
        listed = undefined;
        throw unreachable(name, error);
      });
      listed = { at: now, tools };
      return tools;
    },
    close: () => end(client, transport),
  };
}
