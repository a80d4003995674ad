import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { expect, onTestFinished, test } from 'vitest';
import { createToolBridge } from '../../../src/bridge/tool-bridge.js';
import { loadConfig } from '../../../src/config.js';
import { silentLogger } from '../../../src/log.js';

const never = new AbortController().signal;

/** A server of the 2025 era that forgets its sessions when it is told to, as one does that is started again. */
async function forgetful() {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const methods: string[] = [];
  const open = async (): Promise<StreamableHTTPServerTransport> => {
    const server = new McpServer({ name: 'web', version: '1.0.0' });
    const answer = async () => ({ content: [{ type: 'text' as const, text: '"done"' }] });
    server.registerTool('safe', { annotations: { idempotentHint: true } }, answer);
    server.registerTool('once', {}, answer);
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (id) => void sessions.set(id, transport),
    });
    await server.connect(transport as Parameters<typeof server.connect>[0]);
    return transport;
  };
  const http = createServer((req, res) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of req) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString('utf8');
      const body = text === '' ? undefined : JSON.parse(text);
      if (body?.method) methods.push(body.method);
      const id = req.headers['mcp-session-id'];
      const known = sessions.get(String(id));
      if (known) return known.handleRequest(req, res, body);
      if (id !== undefined) return res.writeHead(404).end();
      return (await open()).handleRequest(req, res, body);
    })();
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`;
  return { url, methods, forget: () => sessions.clear() };
}

test('a server over HTTP that lost its session gets a new one; only an idempotent call is repeated', async () => {
  const server = await forgetful();
  const mcpServers = { web: { url: server.url, headers: {} } };
  const config = loadConfig({}, { mcpServers, file: {} }, { cwd: '/', home: tmpdir(), platform: 'linux' });
  const bridge = createToolBridge({ config, log: silentLogger });
  onTestFinished(() => bridge.close());
  expect(await bridge.call('web.safe', {}, never)).toBe('done');
  server.forget();
  expect(await bridge.call('web.safe', {}, never)).toBe('done');
  server.forget();
  await expect(bridge.call('web.once', {}, never)).rejects.toMatchObject({ code: 'upstream' });
  expect(await bridge.call('web.once', {}, never)).toBe('done');
  const discovered = server.methods.filter((method) => method === 'server/discover');
  const initialized = server.methods.filter((method) => method === 'initialize');
  expect([discovered.length, initialized.length]).toEqual([1, 3]);
});
