import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { describe, expect, test } from 'vitest';
import { createSqliteStore } from '../../db/sqlite/store.js';
import type { RunTrace, ToolDefinition } from '../../src/evidence/model.js';
import { recordedCalls } from '../../src/evidence/trace.js';
import { builtProgram } from '../support/built.js';
import { cleanEnvironment, runProgram } from '../support/program.js';
import { tempFolder } from '../support/temp.js';

const echo = [process.execPath, fileURLToPath(new URL('../support/echo-mcp-server.mjs', import.meta.url))];

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs a command behind `record`, gives it all of the input, and closes its stdin; or leaves it open where `hold` is set. */
function recorded(home: string, command: readonly string[], input: Buffer | string, more: Held = {}): Promise<Ended> {
  const child = spawn(process.execPath, [builtProgram(), 'record', ...(more.options ?? []), '--', ...command], {
    cwd: home,
    env: cleanEnvironment(home, more.env),
    stdio: 'pipe',
  });
  const out: Buffer[] = [];
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out.push(chunk);
    more.onOutput?.(Buffer.concat(out).toString('utf8'), child.pid ?? 0);
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  child.stdin.on('error', () => undefined);
  child.stdin.write(input);
  if (!more.hold) child.stdin.end();
  return new Promise((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, stdout: Buffer.concat(out), stderr }));
  });
}

interface Held {
  readonly hold?: boolean;
  readonly env?: Record<string, string>;
  readonly options?: readonly string[];
  readonly onOutput?: (text: string, pid: number) => void;
}

async function stored(home: string): Promise<{ traces: RunTrace[]; tools: ToolDefinition[] }> {
  const store = createSqliteStore(join(home, 'foundry.db'));
  const traces: RunTrace[] = [];
  for await (const trace of store.evidence.traces({})) traces.push(trace);
  const tools = await store.evidence.toolDefinitions();
  await store.close();
  return { traces, tools };
}

/** A process whose parent died first may stay in the table until somebody asks for its end. */
function isAlive(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  return existsSync(stat) && !/\) Z /.test(readFileSync(stat, 'utf8'));
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 25));
}

const line = (value: unknown): string => `${JSON.stringify(value)}\n`;
const hello = line({
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'lines', version: '1' } },
});
const callOf = (id: number, name: string, args: object): string =>
  line({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } });

const calls: readonly (readonly [string, Record<string, unknown>])[] = [
  ['get_pair', { value: 'abc' }],
  ['say', { text: '{"a":[1]}' }],
  ['say', { text: 'words' }],
  ['fail', {}],
  ['say', { wrong: 1 }],
  ['nothing_such', {}],
  ['big', { size: 2_000_000 }],
  ['send_note', { note: 'hello' }],
];

/** All that a client sees of a server: what it says of itself, its tools, and what each call gave. */
async function seenBy(era: '2025' | '2026', command: readonly string[], env: Record<string, string>): Promise<unknown> {
  const [program = '', ...args] = command;
  const said: unknown[] = [];
  const options = { command: program, args, env, stderr: 'pipe' as const };
  if (era === '2026') {
    const client = new Client({ name: 'wire', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
    await client.connect(new StdioClientTransport(options));
    said.push(client.getServerVersion(), client.getServerCapabilities(), await client.listTools());
    for (const [name, given] of calls) {
      said.push(await client.callTool({ name, arguments: given }).catch((error: unknown) => String(error)));
    }
    await client.close();
    return said;
  }
  const client = new LegacyClient({ name: 'wire', version: '1' });
  await client.connect(new LegacyTransport(options));
  said.push(client.getServerVersion(), client.getServerCapabilities(), await client.listTools());
  for (const [name, given] of calls) {
    said.push(await client.callTool({ name, arguments: given }).catch((error: unknown) => String(error)));
  }
  await client.close();
  return said;
}

describe.each(['2025', '2026'] as const)('a client of the era %s', (era) => {
  test('sees the same server through the recording, call by call, and the evidence is complete', async () => {
    const home = tempFolder();
    const env = cleanEnvironment(home);
    const direct = await seenBy(era, echo, env);
    const through = [process.execPath, builtProgram(), 'record', '--', ...echo];
    expect(await seenBy(era, through, env)).toEqual(direct);

    const { traces, tools } = await stored(home);
    expect(traces.map(({ run }) => [run.source, run.format, run.agent])).toEqual([
      ['record:echo', 'mcp_recording', 'wire'],
    ]);
    const made = traces.flatMap(recordedCalls);
    expect(made.map((call) => [call.tool, call.args])).toEqual(calls.map(([name, args]) => [`echo.${name}`, args]));
    expect(made.map((call) => call.failed)).toEqual([false, false, false, true, true, true, false, false]);
    expect(made[0]?.result).toEqual({ value: 'abc', length: 3 });
    expect(made[1]?.result).toEqual({ a: [1] });
    expect(made[2]?.result).toBe('words');
    expect(JSON.stringify(made[6]?.result)).toHaveLength(2_000_002);
    const declared = tools.filter((tool) => !tool.inferred);
    expect(declared.map((tool) => tool.name)).toContain('echo.delete_note');
    expect(declared.find((tool) => tool.name === 'echo.delete_note')?.annotations).toEqual({ readOnlyHint: true });
  });
});

describe('the bytes', () => {
  const mirror = [process.execPath, '-e', 'process.stdin.pipe(process.stdout)'];

  test('pass unchanged, whatever they are: batches, what is no JSON, huge lines, an end without a line feed', async () => {
    const input = Buffer.concat([
      Buffer.from(
        '[{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}},{"jsonrpc":"2.0","id":2}]\r\n',
      ),
      Buffer.from(
        '{"jsonrpc": "2.0",  "id":1.0, "method":"unknown/method", "n":12345678901234567890}\n\n\n{nonsense\n',
      ),
      Buffer.from([0xff, 0xfe, 0x00, 0x0a, 0xe2, 0x80, 0xa8, 0x0a]),
      Buffer.from(line({ jsonrpc: '2.0', id: 3, method: 'x', params: { text: 'é'.repeat(6_000_000) } })),
      Buffer.from(`[${'['.repeat(100_000)}\n{"no":"line feed"}`),
    ]);
    const { stdout, code, stderr } = await recorded(tempFolder(), mirror, input);
    expect(stdout.equals(input)).toBe(true);
    expect(code).toBe(0);
    expect(stderr).toBe('');
  });

  test('pass as well where the store cannot be written, and stderr says so', async () => {
    const home = tempFolder();
    mkdirSync(join(home, 'foundry.db'));
    const input = hello + callOf(1, 'say', { text: 'still here' });
    const { stdout, code, stderr } = await recorded(home, echo, input);
    expect(stdout.toString('utf8')).toContain('still here');
    expect(code).toBe(0);
    expect(stderr).toContain('recording_incomplete');
  });

  test('pass as well where the data folder cannot be written', async () => {
    const home = tempFolder();
    writeFileSync(join(home, 'file'), '');
    const env = { FOUNDRY_HOME: join(home, 'file') };
    const { stdout, code } = await recorded(home, echo, hello + callOf(1, 'say', { text: 'still here' }), { env });
    expect(stdout.toString('utf8')).toContain('still here');
    expect(code).toBe(0);
  });
});

describe('the end', () => {
  const run = (home: string, code: string, more: Held = {}) => recorded(home, [process.execPath, '-e', code], '', more);

  test('is that of the server: its code, its signal, its stderr', async () => {
    const home = tempFolder();
    expect(await run(home, 'console.error("on stderr"); process.exit(7)', { hold: true })).toMatchObject({
      code: 7,
      stderr: 'on stderr\n',
    });
    expect(await run(home, 'process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 999)')).toMatchObject({
      code: null,
      signal: 'SIGTERM',
    });
    expect(existsSync(join(home, 'recordings'))).toBe(false);
  });

  test('is 127 where there is no such command', async () => {
    const { code, stderr, stdout } = await recorded(tempFolder(), ['/no/such/command'], '');
    expect(code).toBe(127);
    expect(stderr).toContain('The command command could not be started');
    expect(stdout).toHaveLength(0);
  });

  test('signals are passed on to the server', async () => {
    const code = 'process.on("SIGTERM", () => process.exit(9)); setInterval(() => {}, 999); console.log("ready")';
    const onOutput = (_: string, pid: number): void => void process.kill(pid, 'SIGTERM');
    expect(await run(tempFolder(), code, { hold: true, onOutput })).toMatchObject({ code: 9, signal: null });
  });

  test.runIf(existsSync('/proc/self/stat'))(
    'a recording that is killed takes the server along, and what passed until then is in the store after the next',
    async () => {
      const home = tempFolder();
      const pids = join(home, 'pids');
      const env = { ECHO_STUBBORN: '1', ECHO_PID_FILE: pids };
      const folder = join(home, 'recordings', 'echo');
      const isDown = (): boolean =>
        existsSync(folder) &&
        readdirSync(folder).some((name) => readFileSync(join(folder, name), 'utf8').includes('"kind":"result"'));
      const ended = await recorded(home, echo, hello + callOf(1, 'say', { text: 'before the end' }), {
        hold: true,
        env,
        onOutput: (text, pid) => {
          if (text.includes('before the end')) void until(isDown).then(() => process.kill(pid, 'SIGKILL'));
        },
      });
      expect(ended.signal).toBe('SIGKILL');
      const [server] = readFileSync(pids, 'utf8').trim().split('\n').map(Number);
      await until(() => !isAlive(server ?? 0));

      for (const name of readdirSync(folder)) utimesSync(join(folder, name), 1, 1);
      await recorded(home, echo, hello + callOf(1, 'say', { text: 'another session' }));
      const { traces } = await stored(home);
      const results = traces.flatMap(recordedCalls).map((call) => call.result);
      expect(results.sort()).toEqual(['another session', 'before the end']);
    },
  );
});

describe('what is written down', () => {
  test('is redacted before it reaches the disk', async () => {
    const home = tempFolder();
    const secrets = [['AK', 'IAQ3EGRIGKJ5WZ7HXM'].join(''), 'ada.lovelace@mail-host.example'];
    await recorded(home, echo, hello + secrets.map((text, at) => callOf(at + 1, 'say', { text })).join(''));
    const files = readdirSync(home, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) {
      const bytes = readFileSync(join(file.parentPath, file.name), 'latin1');
      for (const secret of secrets) expect(bytes.includes(secret), `${file.name} holds a secret`).toBe(false);
    }
    const { traces } = await stored(home);
    expect(traces.flatMap(recordedCalls).map((call) => call.result)).toEqual(['[AWS_KEY_1]', '[EMAIL_1]']);
  });

  test('is nothing where the folder is denied', async () => {
    const home = tempFolder();
    writeFileSync(join(home, 'foundry.config.json'), JSON.stringify({ consent: { deny: [home] } }));
    const { stderr, stdout } = await recorded(home, echo, hello + callOf(1, 'say', { text: 'quiet' }));
    expect(stdout.toString('utf8')).toContain('quiet');
    expect(stderr).toContain('not_recorded');
    expect(existsSync(join(home, 'recordings'))).toBe(false);
  });

  test('is nothing where the configuration cannot be read, and the session goes on', async () => {
    const home = tempFolder();
    writeFileSync(join(home, 'foundry.config.json'), '{"consent":');
    const { stderr, stdout, code } = await recorded(home, echo, hello + callOf(1, 'say', { text: 'quiet' }));
    expect([stdout.toString('utf8').includes('quiet'), code]).toEqual([true, 0]);
    expect(stderr).toContain('not_recorded');
    expect(existsSync(join(home, 'recordings'))).toBe(false);
  });

  test('is complete where several sessions end at the same moment', async () => {
    const home = tempFolder();
    const one = (n: number) => recorded(home, echo, hello + callOf(1, 'say', { text: `session ${n}` }));
    const ended = await Promise.all([1, 2, 3].map(one));
    expect(ended.map(({ code, stderr }) => [code, stderr])).toEqual([
      [0, ''],
      [0, ''],
      [0, ''],
    ]);
    const { traces } = await stored(home);
    const results = traces.flatMap(recordedCalls).map((call) => call.result);
    expect(results.sort()).toEqual(['session 1', 'session 2', 'session 3']);
  });

  test('is a run for each session, and goes with it when it is forgotten', async () => {
    const home = tempFolder();
    const again = hello.replace('"id":0', '"id":7');
    await recorded(home, echo, hello + callOf(1, 'say', { text: 'one' }) + again + callOf(1, 'say', { text: 'two' }), {
      options: ['--name', 'desk'],
    });
    const { traces } = await stored(home);
    expect(traces.map((trace) => recordedCalls(trace).map((call) => call.tool))).toEqual([['desk.say'], ['desk.say']]);
    const folder = join(home, 'recordings', 'desk');
    const written = () => readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
    expect(written()).toHaveLength(2);
    const forgotten = await runProgram(['forget', '--run', traces[0]?.run.run_id ?? ''], { home });
    expect(forgotten.code).toBe(0);
    expect(written()).toHaveLength(1);
    await runProgram(['forget', '--source', 'record:desk'], { home });
    expect(readdirSync(folder)).toHaveLength(0);
  });
});
