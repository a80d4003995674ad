import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';
import { fileURLToPath } from 'node:url';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { ToolBridge } from '../../../src/bridge/model.js';
import { createToolBridge, type ToolBridgeDeps } from '../../../src/bridge/tool-bridge.js';
import { loadConfig, type McpServerEntry } from '../../../src/config.js';
import { createLogger, silentLogger } from '../../../src/log.js';

const script = fileURLToPath(new URL('../../support/echo-mcp-server.mjs', import.meta.url));
const never = new AbortController().signal;

function echo(env: Record<string, string> = {}): McpServerEntry {
  return { command: process.execPath, args: [script], env };
}

const opened: ToolBridge[] = [];
function bridgeOf(
  mcpServers: Record<string, McpServerEntry>,
  more: Partial<ToolBridgeDeps> & { aliases?: Record<string, string> } = {},
): ToolBridge {
  const { aliases, ...deps } = more;
  const config = loadConfig(
    {},
    { mcpServers, file: aliases ? { tool_aliases: aliases } : {} },
    { cwd: '/', home: tmpdir(), platform: 'linux' },
  );
  const bridge = createToolBridge({ config, log: silentLogger, ...deps });
  opened.push(bridge);
  return bridge;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

afterEach(async () => {
  await Promise.all(opened.splice(1).map((bridge) => bridge.close()));
});
afterAll(async () => {
  await Promise.all(opened.splice(0).map((bridge) => bridge.close()));
});

describe('calls over stdio', () => {
  let bridge: ToolBridge;
  const lines: string[] = [];
  beforeAll(() => {
    bridge = bridgeOf(
      { echo: echo({ ECHO_MARK: '1' }) },
      { limits: { callMs: 400, resultBytes: 1000 }, log: createLogger('debug', (line) => lines.push(line)) },
    );
  });
  const call = (tool: string, args = {}) => bridge.call(tool, args, never);

  test('a structured result comes as it is', async () => {
    expect(await call('echo.get_pair', { value: 'abc' })).toEqual({ value: 'abc', length: 3 });
  });

  test('text that is JSON is parsed, other text stays text', async () => {
    expect(await call('echo.say', { text: '{"a":[1]}' })).toEqual({ a: [1] });
    expect(await call('echo.say', { text: 'null' })).toBeNull();
    expect(await call('echo.say', { text: 'Hello, world' })).toBe('Hello, world');
    expect(await call('echo.say', { text: '' })).toBe('');
  });

  test('an error of the tool is upstream, with a short quote on one line', async () => {
    const error = await call('echo.fail').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'upstream' });
    const message = error instanceof Error ? error.message : '';
    expect(message).toContain('no such thing');
    expect(message).not.toContain('\n');
    expect(message.length).toBeLessThan(300);
  });

  test('arguments that the tool refuses are upstream', async () => {
    await expect(call('echo.say', { text: 5 })).rejects.toMatchObject({ code: 'upstream' });
  });

  test('a result over the cap is refused by size', async () => {
    await expect(call('echo.big', { size: 5000 })).rejects.toMatchObject({ code: 'limit' });
  });

  test('a tool that does not answer times out', async () => {
    await expect(call('echo.hang')).rejects.toMatchObject({ code: 'timeout' });
  });

  test('an aborted call is cancelled', async () => {
    const abort = new AbortController();
    const pending = bridge.call('echo.hang', {}, abort.signal);
    abort.abort();
    await expect(pending).rejects.toMatchObject({ code: 'cancelled' });
    const late = bridge.call('echo.say', { text: 'x' }, AbortSignal.abort());
    await expect(late).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('the child gets its own environment and a safe list of ours', async () => {
    process.env['FOUNDRY_TEST_SECRET'] = 'x';
    const names = await bridgeOf({ echo: echo({ ECHO_MARK: '1' }) }).call('echo.env_names', {}, never);
    delete process.env['FOUNDRY_TEST_SECRET'];
    expect(names).toContain('ECHO_MARK');
    expect(names).toContain('PATH');
    expect(names).not.toContain('FOUNDRY_TEST_SECRET');
  });

  test('what the child writes to stderr goes to the log', async () => {
    await call('echo.noise');
    await expect.poll(() => lines.join('')).toContain('noise on stderr');
  });

  test('names are resolved, and a tool nobody offers needs setup', async () => {
    expect(await bridge.resolve('say')).toBe('echo.say');
    expect(await bridge.resolve('mcp__echo__say')).toBe('echo.say');
    expect(await bridge.resolve('elsewhere.say')).toBeUndefined();
    await expect(call('elsewhere.say')).rejects.toMatchObject({ code: 'needs_setup' });
    expect(await bridge.whyMissing('elsewhere.say')).toMatchObject({
      message: 'No configured MCP server offers the tool elsewhere.say.',
      fix: expect.stringContaining('"tool_aliases": {"elsewhere.say":"echo.say"}'),
    });
    expect((await bridge.whyMissing('elsewhere.sing')).fix).toMatch(/^Add its server under mcp_servers/);
    expect(await bridge.whyMissing('echo.sing')).toMatchObject({
      code: 'needs_setup',
      message: 'The MCP server "echo" has no tool "sing".',
    });
  });

  test('annotations say what changes state, and the name where they say nothing', async () => {
    expect(await bridge.isDestructive('echo.delete_note')).toBe(false);
    expect(await bridge.isDestructive('echo.look_at_note')).toBe(true);
    expect(await bridge.isDestructive('echo.send_note')).toBe(true);
    expect(await bridge.isDestructive('echo.say')).toBe(false);
    expect(await bridge.isDestructive('unknown.cancel_order')).toBe(true);
    expect(await bridge.isDestructive('unknown.get_order')).toBe(false);
  });
});

describe('servers', () => {
  let folder: string;
  let pids: string;
  const started = (): number[] => readFileSync(pids, 'utf8').trim().split('\n').map(Number);
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'foundry-bridge-'));
    pids = join(folder, 'pids');
  });
  afterEach(() => rmSync(pids, { force: true }));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('a server that ended is started again for the next call, and no call is made twice', async () => {
    const bridge = bridgeOf({ echo: echo() });
    await expect(bridge.call('echo.quit', {}, never)).rejects.toMatchObject({ code: 'upstream' });
    expect(await bridge.call('echo.send_note', { note: 'a' }, never)).toEqual({ sent: 1 });
  });

  test('a call whose server was lost is repeated only where the server marks the tool as idempotent', async () => {
    const lines: string[] = [];
    const log = createLogger('warn', (line) => lines.push(line));
    const bridge = bridgeOf({ echo: echo({ ECHO_PID_FILE: pids }) }, { log });
    expect(await bridge.call('echo.quit_once', {}, never)).toBe('survived');
    expect(lines.filter((line) => line.includes('tool_call_repeated'))).toHaveLength(1);
    rmSync(pids);
    const other = bridgeOf({ echo: echo({ ECHO_PID_FILE: pids }) });
    await expect(other.call('echo.quit_once_reading', {}, never)).rejects.toMatchObject({ code: 'upstream' });
    expect(await other.call('echo.quit_once_reading', {}, never)).toBe('survived');
  });

  test('the era of a server is remembered: one of 2025 is not asked for the newer one again', async () => {
    const strict = fileURLToPath(new URL('../../support/strict-legacy-server.mjs', import.meta.url));
    const bridge = bridgeOf({ old: { command: process.execPath, args: [strict], env: { STRICT_PID_FILE: pids } } });
    expect(await bridge.call('old.hello', {}, never)).toBe('hi');
    const first = started();
    process.kill(first.at(-1) ?? 0, 'SIGKILL');
    await expect.poll(() => bridge.call('old.hello', {}, never).catch(() => undefined), { timeout: 10_000 }).toBe('hi');
    expect(first).toHaveLength(2);
    expect(started()).toHaveLength(3);
  });

  test('a 2025 server that ends at the first question of the newer era is asked again in its own', async () => {
    const strict = fileURLToPath(new URL('../../support/strict-legacy-server.mjs', import.meta.url));
    const bridge = bridgeOf({ old: { command: process.execPath, args: [strict], env: {} } });
    expect(await bridge.call('old.hello', {}, never)).toBe('hi');
  });

  test('parallel calls share one server', async () => {
    const bridge = bridgeOf({ echo: echo() });
    const sent = await Promise.all(['a', 'b', 'c'].map((note) => bridge.call('echo.send_note', { note }, never)));
    expect(sent).toEqual([{ sent: 1 }, { sent: 2 }, { sent: 3 }]);
  });

  test('a server that cannot start is upstream when it is named, and hides no other', async () => {
    const bridge = bridgeOf({ broken: { command: join(folder, 'nothing'), args: [], env: {} }, echo: echo() });
    expect(await bridge.resolve('say')).toBe('echo.say');
    await expect(bridge.call('broken.say', {}, never)).rejects.toMatchObject({ code: 'upstream' });
  });

  test('closing ends a child that ignores the end of its input and every polite signal', async () => {
    const bridge = bridgeOf({ echo: echo({ ECHO_STUBBORN: '1', ECHO_PID_FILE: pids }) });
    await bridge.resolve('echo.say');
    await bridge.close();
    await expect.poll(() => started().filter(isAlive)).toEqual([]);
    await expect(bridge.call('echo.say', { text: 'x' }, never)).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('closing does not wait for a server that never answers', async () => {
    const bridge = bridgeOf({ echo: echo({ ECHO_SILENT: '1', ECHO_PID_FILE: pids }) });
    const pending = bridge.resolve('echo.say').catch(() => undefined);
    await expect.poll(() => started().length, { timeout: 10_000 }).toBeGreaterThan(0);
    await bridge.close();
    await pending;
    await expect.poll(() => started().filter(isAlive)).toEqual([]);
  });
});

test('a server over HTTP gets the configured headers', async () => {
  const seen = new Set<string | null>();
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'web', version: '1.0.0' });
    server.registerTool('ping', { description: 'Answers', inputSchema: z.object({}) }, async () => ({
      content: [{ type: 'text', text: '{"pong":true}' }],
    }));
    return server;
  });
  const http = createServer((req, res) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of req) chunks.push(chunk as Buffer);
      const headers = new Headers(Object.entries(req.headers).map(([key, value]) => [key, String(value)]));
      seen.add(headers.get('x-desk'));
      const body = chunks.length > 0 ? { body: Buffer.concat(chunks) } : {};
      const request = new Request(`http://localhost${req.url}`, { method: req.method ?? 'GET', headers, ...body });
      const answer = await handler.fetch(request);
      res.writeHead(answer.status, Object.fromEntries(answer.headers));
      if (answer.body) Readable.fromWeb(answer.body as WebStream).pipe(res);
      else res.end();
    })();
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const bridge = bridgeOf({ web: { url: `http://127.0.0.1:${port}/mcp`, headers: { 'x-desk': 'one' } } });
  expect(await bridge.call('web.ping', {}, never)).toEqual({ pong: true });
  expect([...seen]).toEqual(['one']);
  await bridge.close();
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
});
