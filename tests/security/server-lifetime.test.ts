import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { treeFromProc } from '../../src/gate/runtimes/os/process-table.js';
import { hostSystem } from '../../src/gate/runtimes/os/system.js';
import { openPython, pythonHome } from '../support/python.js';
import { tempFolder } from '../support/temp.js';
import { eras, type WireClient } from '../support/wire.js';
import { isGone } from '../unit/gate/os/systems.js';
import { runOnce, sumSpec, sumTest } from '../unit/gate/support.js';

const onLinux = process.platform === 'linux';
if (!onLinux)
  console.warn('skipped: what a stopped server leaves running is looked for in /proc, which only Linux has');

const { connect } = eras[1];

/** Processor time, in hundredths of a second; to start takes less than a loop soon has. */
const loopTicks = 200;

function ticksOf(pid: number): number {
  const path = `/proc/${pid}/stat`;
  const fields = existsSync(path) ? (readFileSync(path, 'utf8').split(') ')[1]?.split(' ') ?? []) : [];
  return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
}

function nameOf(pid: number): string {
  const path = `/proc/${pid}/comm`;
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
}

/** Everything below the server once a child of it is in a loop, by pid and name. */
async function treeInLoop(pid: number): Promise<Map<number, string>> {
  return vi.waitFor(
    () => {
      const tree = treeFromProc(pid, hostSystem).slice(1);
      expect(tree.some((each) => nameOf(each).startsWith('deno') && ticksOf(each) > loopTicks)).toBe(true);
      return new Map(tree.map((each) => [each, nameOf(each)]));
    },
    { timeout: 50_000, interval: 100 },
  );
}

const loops = {
  typescript: 'export async function execute(input: unknown) { for (;;); }',
  python: 'def execute(input, ctx):\n    while True: pass',
} as const;

const ways: [string, (client: WireClient) => void][] = [
  ['its input ends', ({ server }) => void server.close()],
  ['it is asked to stop', ({ server }) => void server.child.kill('SIGTERM')],
  ['it is killed', ({ server }) => void server.child.kill('SIGKILL')],
];

/** A server that judges a candidate without an end, and the folders that it may leave something in. */
async function serverInLoop(language: keyof typeof loops): Promise<{ client: WireClient; home: string; temp: string }> {
  const [home, temp] = [tempFolder(), tempFolder()];
  writeFileSync(join(home, 'foundry.config.json'), JSON.stringify({ gate: { test_timeout_ms: 60_000 } }));
  if (language === 'python') {
    const python = openPython();
    await runOnce(python, 'def execute(input, ctx):\n    return 1');
    await python.close();
    cpSync(join(pythonHome, 'cache'), join(home, 'cache'), { recursive: true });
  }
  const client = await connect({ home, env: { TMPDIR: temp } });
  onTestFinished(() => void client.server.child.kill('SIGKILL'));
  const spec = sumSpec({ tests: [sumTest('two', [2, 3]), sumTest('three', [1, 10, 100]), sumTest('one', [7])] });
  await client.call('generate_and_gate_code', { spec, code: loops[language], language, wait_ms: 0 });
  return { client, home, temp };
}

describe.runIf(onLinux)('a server that judges a loop leaves nothing when', () => {
  describe.each(ways)('%s', (_way, stop) => {
    test.each(['typescript', 'python'] as const)('the code is %s', async (language) => {
      const { client, home, temp } = await serverInLoop(language);
      const tree = await treeInLoop(client.server.child.pid ?? 0);
      stop(client);
      await client.server.exited;
      await vi.waitFor(
        () => expect([...tree].filter(([pid, name]) => !isGone(pid) && nameOf(pid) === name)).toEqual([]),
        {
          timeout: 20_000,
        },
      );
      expect(readdirSync(temp)).toEqual([]);
      const files = readdirSync(home, { recursive: true }).map(String);
      expect(files.filter((name) => !/^(foundry\.|cache(\/python(\/python-\S+\.snapshot)?)?$)/.test(name))).toEqual([]);
    });
  });
});
