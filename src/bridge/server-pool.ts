import type { Tool } from '@modelcontextprotocol/client';
import type { McpServerEntry } from '../config.js';
import { FoundryError } from '../errors.js';
import type { Logger } from '../log.js';
import { isLost } from './lost.js';
import { closing, connectServer, type Era, type ServerConnection } from './server-connection.js';

export interface PoolOptions {
  readonly log: Logger;
  readonly connectTimeoutMs: number;
  /** For so long a server that did not start is not tried again. */
  readonly retryAfterMs: number;
  /** Monotonic milliseconds. */
  readonly elapsed: () => number;
}

interface Slot {
  readonly connecting: Promise<ServerConnection>;
  ready: ServerConnection | undefined;
}

/** One connection for each configured server, started at its first use, and again after it ended. */
export class ServerPool {
  readonly #slots = new Map<string, Slot>();
  readonly #failures = new Map<string, { readonly at: number; readonly error: unknown }>();
  readonly #eras = new Map<string, Era>();
  readonly #stop = new AbortController();

  constructor(
    readonly servers: Readonly<Record<string, McpServerEntry>>,
    readonly options: PoolOptions,
  ) {}

  /** @throws FoundryError needs_setup, upstream, cancelled (the pool is closed) */
  async connection(name: string): Promise<ServerConnection> {
    if (this.#stop.signal.aborted) throw closing();
    const slot = this.#slots.get(name);
    if (slot && !slot.ready?.closed) return slot.connecting;
    const failure = this.#failures.get(name);
    if (failure && this.options.elapsed() - failure.at < this.options.retryAfterMs) throw failure.error;
    return this.#start(name);
  }

  /** The tools of a server, asked for again over a new connection where the old one is lost. @throws as `connection` */
  async tools(name: string): Promise<ReadonlyMap<string, Tool>> {
    const connection = await this.connection(name);
    try {
      return await connection.tools();
    } catch (error) {
      if (!(error instanceof FoundryError) || !isLost(error.cause)) throw error;
      await this.drop(name, connection);
      return (await this.connection(name)).tools();
    }
  }

  #start(name: string): Promise<ServerConnection> {
    const entry = Object.hasOwn(this.servers, name) ? this.servers[name] : undefined;
    if (!entry) {
      throw new FoundryError(
        'needs_setup',
        `No MCP server "${name}" is configured.`,
        'Add it under mcp_servers in foundry.config.json.',
      );
    }
    const connecting = connectServer(name, entry, {
      log: this.options.log,
      timeoutMs: this.options.connectTimeoutMs,
      elapsed: this.options.elapsed,
      signal: this.#stop.signal,
      era: this.#eras.get(name),
    });
    const slot: Slot = { connecting, ready: undefined };
    this.#slots.set(name, slot);
    connecting.then(
      (connection) => {
        slot.ready = connection;
        this.#eras.set(name, connection.era);
        this.#failures.delete(name);
      },
      (error: unknown) => {
        this.#slots.delete(name);
        this.#failures.set(name, { at: this.options.elapsed(), error });
      },
    );
    return connecting;
  }

  /** Gives up a connection over which nothing comes any more; the next use makes another. */
  async drop(name: string, lost: ServerConnection): Promise<void> {
    if (this.#slots.get(name)?.ready !== lost) return;
    this.#slots.delete(name);
    await lost.close();
  }

  /** Ends every server within a second. */
  async close(): Promise<void> {
    this.#stop.abort();
    const slots = [...this.#slots.values()];
    this.#slots.clear();
    await Promise.all(
      slots.map(async (slot) => {
        const connection = await slot.connecting.catch(() => undefined);
        await connection?.close();
      }),
    );
  }
}
