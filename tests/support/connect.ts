import { Client, type ClientOptions, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import type { Transport as LegacyTransport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { createMcpHandler, InMemoryTransport } from '@modelcontextprotocol/server';
import { onTestFinished } from 'vitest';
import { createServerFactory } from '../../src/server.js';
import type { Services } from '../../src/services.js';
import { type FakeServices, fakeServices } from './fake-services.js';

export interface Connected {
  readonly client: Client;
  close(): Promise<void>;
}

/** A 2026-era client that talks to the server in this process. */
export async function open(over: FakeServices = {}, options: Partial<ClientOptions> = {}): Promise<Connected> {
  const handler = createMcpHandler(createServerFactory(fakeServices(over)));
  const client = new Client(
    { name: 'test', version: '1' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } }, ...options },
  );
  const fetchHere = (url: string | URL, init?: RequestInit) => handler.fetch(new Request(url, init));
  await client.connect(new StreamableHTTPClientTransport(new URL('http://localhost/mcp'), { fetch: fetchHere }));
  // Clients check results only against schemas that they have seen.
  await client.listTools();
  const close = async (): Promise<void> => {
    await client.close();
    await handler.close();
  };
  return { client, close };
}

/** The same, closed when the test is over. */
export async function connect(over: FakeServices = {}, options: Partial<ClientOptions> = {}): Promise<Client> {
  const { client, close } = await open(over, options);
  onTestFinished(close);
  return client;
}

/** A 2025-era client of the SDK before, over a pair of linked transports. */
export async function connectLegacy(services: Services, capabilities: object = {}): Promise<LegacyClient> {
  const server = createServerFactory(services)();
  const [near, far] = InMemoryTransport.createLinkedPair();
  const client = new LegacyClient({ name: 'test', version: '1' }, { capabilities });
  await server.connect(far);
  // Both SDKs mean the same by a transport; only their type declarations differ.
  await client.connect(near as unknown as LegacyTransport);
  onTestFinished(() => client.close());
  await client.listTools();
  return client;
}

interface Content {
  readonly content?: unknown;
  readonly isError?: unknown;
  readonly structuredContent?: unknown;
}

export function textOf(result: Content): string {
  const first = Array.isArray(result.content) ? result.content[0] : undefined;
  return typeof first === 'object' && first !== null && 'text' in first ? String(first.text) : '';
}
