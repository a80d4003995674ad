import { describe, expect, test, vi } from 'vitest';
import { killRemains, killTree } from '../../../../src/gate/runtimes/os/process-tree.js';
import { hostSystem } from '../../../../src/gate/runtimes/os/system.js';
import { isGone, recordedSystem, startShell, thisMachineAs } from './systems.js';

const onLinux = process.platform === 'linux';
if (!onLinux) console.warn('skipped: the tests that kill real processes look for them in /proc, which only Linux has');
const hasPs = (await hostSystem.run('ps', ['-ax', '-o', 'pid=,ppid=,rss='])) !== undefined;
if (!hasPs) console.warn('skipped: the tests of the way by ps; there is no ps here');

/** One child in the group of the shell, one that has left it; each prints its pid. */
const family = 'sleep 300 & echo $!; setsid sh -c "echo \\$\\$; exec sleep 300" & wait';

describe.runIf(onLinux)('a process, its group and what has left the group', () => {
  test.each([
    ['by /proc', 'linux', true],
    ['by ps', 'darwin', hasPs],
  ] as const)('end together, found %s', async (_way, platform, possible) => {
    if (!possible) return;
    const { pid, told } = await startShell(family);
    expect(told.some(isGone)).toBe(false);
    await killTree(pid, thisMachineAs(platform));
    await vi.waitFor(() => expect([pid, ...told].every(isGone)).toBe(true));
  });

  test('the group ends after its leader has ended by itself', async () => {
    const { pid, told } = await startShell('sleep 300 & echo $!');
    await vi.waitFor(() => expect(isGone(pid)).toBe(true));
    killRemains(pid);
    await vi.waitFor(() => expect(told.every(isGone)).toBe(true));
  });
});

describe('on another platform', () => {
  test('macOS asks ps who stands below, before the first signal', async () => {
    const rows = ' 10 1 100\n 11 10 100\n 12 11 100\n 20 1 100\n';
    const system = recordedSystem('darwin', () => rows);
    await killTree(10, system);
    expect(system.ran).toEqual(['ps -ax -o pid=,ppid=,rss=']);
    expect(system.signals).toEqual(['SIGKILL -10', 'SIGKILL 11', 'SIGKILL 12']);
  });

  test('macOS ends the group also where ps fails', async () => {
    const system = recordedSystem('darwin', () => undefined);
    await killTree(10, system);
    expect(system.signals).toEqual(['SIGKILL -10']);
  });

  test('Windows has taskkill end the tree', async () => {
    const system = recordedSystem('win32');
    await killTree(10, system);
    expect(system.ran).toEqual([expect.stringMatching(/\\System32\\taskkill\.exe \/PID 10 \/T \/F$/)]);
    expect(system.signals).toEqual([]);
    killRemains(10, system);
    expect(system.signals).toEqual([]);
  });

  test('Windows ends the process itself where taskkill fails', async () => {
    const system = recordedSystem('win32', () => undefined);
    await killTree(10, system);
    expect(system.signals).toEqual(['SIGKILL 10']);
  });

  test.each(['linux', 'darwin', 'win32'] as const)('%s sends nothing where there is no process', async (platform) => {
    const system = recordedSystem(platform);
    await killTree(0, system);
    killRemains(0, system);
    expect([...system.ran, ...system.signals]).toEqual([]);
  });
});
