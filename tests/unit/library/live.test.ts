import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ToolBridge } from '../../../src/bridge/model.js';
import { createToolBridge } from '../../../src/bridge/tool-bridge.js';
import { loadConfig } from '../../../src/config.js';
import { plainContext } from '../../../src/context.js';
import type { Sandbox } from '../../../src/gate/runtimes/runtime.js';
import { silentLogger } from '../../../src/log.js';
import { openSandbox } from '../gate/support.js';
import { type Library, openLibrary } from './desk.js';
import { specOf } from './fixtures.js';

const script = fileURLToPath(new URL('../../support/echo-mcp-server.mjs', import.meta.url));
const code = `export async function execute(input, ctx) {
  const pair = await ctx.call('mcp__echo__get_pair', { value: input.value });
  const sent = await ctx.call('send_note', { note: pair.value + pair.length });
  let told = '';
  try { await ctx.call('old_fail', {}); } catch (error) { told = error.code; }
  return { status: 'ok', payload: { sent: sent.sent ?? 0, told }, prov: [] };
}`;
const spec = specOf({
  name: 'note_length',
  kind: 'skill',
  summary: 'Send a note with the length of a text.',
  input_schema: { type: 'object', properties: { value: { type: 'string' } }, required: ['value'] },
  output_schema: { type: 'object', required: ['sent', 'told'] },
  tests: [],
  dependencies: { capabilities: [], tools: ['mcp__echo__get_pair', 'send_note', 'old_fail'] },
});

let sandbox: Sandbox;
let bridge: ToolBridge;
let library: Library;
beforeAll(async () => {
  sandbox = openSandbox();
  library = openLibrary(sandbox);
  const mcpServers = { echo: { command: process.execPath, args: [script], env: {} } };
  const config = loadConfig(
    {},
    { home: library.folder, mcpServers, file: { tool_aliases: { old_fail: 'echo.fail' } } },
  );
  bridge = createToolBridge({ config, log: silentLogger });
});
afterAll(async () => {
  await Promise.all([bridge.close(), sandbox.close()]);
  await library.close();
});

test('a skill reaches the tools of a real server by logged name, bare name and alias', async () => {
  await library.admit(spec, code);
  const service = library.again(bridge);
  const [hit] = (await service.search({ query: 'note length' })).results;
  expect(hit).toMatchObject({ ready: true, destructive: true });
  const input = { name: 'note_length', input: { value: 'abc' } };
  const call = (more: object) => service.call({ ...input, ...more }, plainContext('mcp'), async () => undefined);
  const dry = await call({ dry_run: true });
  expect(dry.planned_calls).toEqual([{ name: 'send_note', args: { note: 'abc3' } }]);
  const real = await call({ plan_id: dry.plan_id });
  expect(real).toMatchObject({ status: 'ok', payload: { sent: 1, told: 'upstream' } });
});
