import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { McpServer as LegacyServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import {
  CreateMessageRequestSchema,
  CreateMessageResultSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { createSqliteStore } from '../../db/sqlite/store.js';
import { recordedCalls } from '../../src/evidence/trace.js';
import { builtProgram } from '../support/built.js';
import { cleanEnvironment } from '../support/program.js';
import { tempFolder } from '../support/temp.js';

async function listening(answer: (req: IncomingMessage, res: ServerResponse) => void): Promise<string> {
  const http = createServer(answer);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`;
}

const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] });

/** A server of both eras that keeps no sessions. */
function modernServer(seen: Headers[], onAbort: () => void): Promise<string> {
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'web', version: '1.0.0' });
    const schema = z.object({ city: z.string().meta({ 'x-mcp-header': 'City' }) });
    server.registerTool('weather', { description: 'Weather', inputSchema: schema }, async ({ city }) =>
      text(JSON.stringify({ city, sky: 'clear' })),
    );
    server.registerTool('slow', { description: 'Never', inputSchema: z.object({}) }, (_, ctx) => {
      ctx.mcpReq.signal.addEventListener('abort', onAbort, { once: true });
      return new Promise(() => undefined);
    });
    return server;
  });
  return listening((req, res) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of req) chunks.push(chunk as Buffer);
      const headers = new Headers(Object.entries(req.headers).map(([key, value]) => [key, String(value)]));
      seen.push(headers);
      const body = chunks.length > 0 ? { body: Buffer.concat(chunks) } : {};
      const gone = new AbortController();
      res.once('close', () => gone.abort());
      const request = new Request(`http://localhost${req.url}`, {
        method: req.method ?? 'GET',
        headers,
        signal: gone.signal,
        ...body,
      });
      const answer = await handler.fetch(request);
      res.writeHead(answer.status, Object.fromEntries(answer.headers));
      if (answer.body) Readable.fromWeb(answer.body as WebStream).pipe(res);
      else res.end();
    })().catch(() => res.destroy());
  });
}

/** A server of the 2025 era with sessions, which asks its clients for things and speaks unasked. */
async function legacyServer(ended: string[]): Promise<string> {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const open = async (): Promise<StreamableHTTPServerTransport> => {
    const server = new LegacyServer({ name: 'desk', version: '1.0.0' }, { capabilities: { logging: {} } });
    server.tool('ask', { prompt: z.string() }, async ({ prompt }, extra) => {
      await extra.sendNotification({ method: 'notifications/message', params: { level: 'info', data: 'asking' } });
      const messages = [{ role: 'user' as const, content: { type: 'text' as const, text: prompt } }];
      const request = { method: 'sampling/createMessage' as const, params: { messages, maxTokens: 5 } };
      const answer = await extra.sendRequest(request, CreateMessageResultSchema);
      return text(JSON.stringify(answer.content));
    });
    server.tool('change', async () => {
      await server.server.sendToolListChanged();
      return text('changed');
    });
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (id) => void sessions.set(id, transport),
      onsessionclosed: (id) => void ended.push(id),
    });
    await server.connect(transport as Parameters<typeof server.connect>[0]);
    return transport;
  };
  return listening((req, res) => {
    void (async () => {
      const known = sessions.get(String(req.headers['mcp-session-id']));
      await (known ?? (await open())).handleRequest(req, res);
    })();
  });
}

const through = (url: string, ...more: string[]) => ({
  command: process.execPath,
  args: [builtProgram(), 'record', '--url', url, ...more],
});

async function callsIn(home: string): Promise<unknown[]> {
  const store = createSqliteStore(join(home, 'foundry.db'));
  const calls: unknown[] = [];
  for await (const trace of store.evidence.traces({})) {
    for (const { tool, args, result } of recordedCalls(trace)) calls.push([trace.run.source, tool, args, result]);
  }
  await store.close();
  return calls;
}

test('a server of the 2026 era is offered over stdin and stdout: headers that repeat the message, cancellation by hanging up', async () => {
  const home = tempFolder();
  const seen: Headers[] = [];
  let aborted = false;
  const url = await modernServer(seen, () => {
    aborted = true;
  });
  const client = new Client({ name: 'wire', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  const env = cleanEnvironment(home);
  await client.connect(new StdioClientTransport({ ...through(url, '--header', 'X-Desk: one'), env }));
  expect((await client.listTools()).tools.map((tool) => tool.name)).toEqual(['weather', 'slow']);
  const result = await client.callTool({ name: 'weather', arguments: { city: 'Zürich' } });
  expect(result.content).toEqual([{ type: 'text', text: '{"city":"Zürich","sky":"clear"}' }]);
  const call = seen.find((headers) => headers.get('mcp-method') === 'tools/call');
  expect(call?.get('mcp-name')).toBe('weather');
  expect(call?.get('mcp-param-city')).toBe(`=?base64?${Buffer.from('Zürich').toString('base64')}?=`);
  expect(seen.every((headers) => headers.get('x-desk') === 'one')).toBe(true);
  const abort = new AbortController();
  const slow = client.callTool({ name: 'slow', arguments: {} }, { signal: abort.signal }).catch(() => 'cancelled');
  await expect.poll(() => seen.at(-1)?.get('mcp-name')).toBe('slow');
  abort.abort();
  expect(await slow).toBe('cancelled');
  await expect.poll(() => aborted, { timeout: 10_000 }).toBe(true);
  await client.close();
  expect(await callsIn(home)).toEqual([
    ['record:web', 'web.weather', { city: 'Zürich' }, { city: 'Zürich', sky: 'clear' }],
    ['record:web', 'web.slow', {}, { error: 'cancelled by the client' }],
  ]);
});

test('a server of the 2025 era keeps its session, asks the client for things and speaks unasked', async () => {
  const home = tempFolder();
  const ended: string[] = [];
  const url = await legacyServer(ended);
  const client = new LegacyClient({ name: 'wire', version: '1' }, { capabilities: { sampling: {} } });
  client.setRequestHandler(CreateMessageRequestSchema, () => ({
    role: 'assistant',
    model: 'm',
    content: { type: 'text', text: 'an answer' },
  }));
  let changes = 0;
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
    changes += 1;
  });
  await client.connect(new LegacyTransport({ ...through(url), env: cleanEnvironment(home) }));
  const asked = await client.callTool({ name: 'ask', arguments: { prompt: 'well?' } });
  expect(asked.content).toEqual([{ type: 'text', text: '{"type":"text","text":"an answer"}' }]);
  await client.callTool({ name: 'change', arguments: {} });
  await expect.poll(() => changes, { timeout: 10_000 }).toBe(1);
  await client.close();
  expect(ended).toHaveLength(1);
  expect(await callsIn(home)).toEqual([
    ['record:desk', 'desk.ask', { prompt: 'well?' }, { type: 'text', text: 'an answer' }],
    ['record:desk', 'desk.change', {}, 'changed'],
  ]);
});

test('a server that does not answer is an error of the request, not of the session', async () => {
  const url = await listening((_, res) => {
    res.writeHead(401).end('who are you?');
  });
  const client = new LegacyClient({ name: 'wire', version: '1' });
  const connected = client.connect(new LegacyTransport({ ...through(url), env: cleanEnvironment(tempFolder()) }));
  await expect(connected).rejects.toThrow(/did not answer: status 401; give what it asks for with --header/);
});
