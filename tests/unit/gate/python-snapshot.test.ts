import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { treeFromProc } from '../../../src/gate/runtimes/os/process-table.js';
import { hostSystem } from '../../../src/gate/runtimes/os/system.js';
import { createPythonSandbox } from '../../../src/gate/runtimes/python.js';
import type { Sandbox } from '../../../src/gate/runtimes/runtime.js';
import { silentLogger } from '../../../src/log.js';
import { pythonConfig } from '../../support/python.js';
import { tempFolder } from '../../support/temp.js';
import { runOnce } from './support.js';

const one = 'def execute(input, ctx):\n    return 1';

function openIn(home: string): Sandbox {
  const sandbox = createPythonSandbox({ config: { ...pythonConfig(), home }, log: silentLogger });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

test('where there is no snapshot it is made, and the draft of a process that was killed is removed', async () => {
  const home = tempFolder();
  const folder = join(home, 'cache', 'python');
  mkdirSync(folder, { recursive: true });
  // No process has so high a number.
  writeFileSync(join(folder, 'python-1-abc.snapshot.4194999.0-1.draft'), 'half of it');
  writeFileSync(join(folder, `python-1-abc.snapshot.${process.pid}.0-2.draft`), 'being written');
  expect(await runOnce(openIn(home), one, { timeoutMs: 20_000 })).toMatchObject({ ok: true, value: 1 });
  const kept = readdirSync(folder).filter((name) => !name.endsWith('.snapshot'));
  expect(kept).toEqual([`python-1-abc.snapshot.${process.pid}.0-2.draft`]);
});

test.runIf(process.platform === 'linux')(
  'a sandbox that is closed while it makes the snapshot leaves no process',
  async () => {
    const sandbox = openIn(tempFolder());
    const before = new Set(treeFromProc(process.pid, hostSystem));
    const opening = sandbox.open(one).catch((error: unknown) => error);
    const own = (): number[] => treeFromProc(process.pid, hostSystem).filter((pid) => !before.has(pid));
    // First the child that sees the walls, then the one that makes the snapshot.
    await vi.waitFor(() => expect(own().length).toBeGreaterThan(0), { timeout: 20_000, interval: 5 });
    const [first] = own();
    await vi.waitFor(() => expect(own().some((pid) => pid !== first)).toBe(true), { timeout: 20_000, interval: 5 });
    await sandbox.close();
    expect(await opening).toMatchObject({ code: 'sandbox_unavailable' });
    await vi.waitFor(() => expect(own()).toEqual([]));
  },
);
if (process.platform !== 'linux') console.warn('skipped: what a closed sandbox leaves running is looked for in /proc');
