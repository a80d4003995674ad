import { describe, expect, onTestFinished, test } from 'vitest';
import { memoryWatchKind, resident, watchMemory } from '../../../../src/gate/runtimes/os/memory-watch.js';
import { hostSystem, type System } from '../../../../src/gate/runtimes/os/system.js';
import { recordedSystem, startShell, thisMachineAs } from './systems.js';

const onLinux = process.platform === 'linux';
if (!onLinux) console.warn('skipped: the tests that watch real processes; they start them as Linux does');
const hasPs = (await hostSystem.run('ps', ['-ax', '-o', 'pid=,ppid=,rss='])) !== undefined;
if (!hasPs) console.warn('skipped: the tests of the way by ps; there is no ps here');

function exceeded(pid: number, limitMb: number, system: System): Promise<void> {
  return new Promise((resolve) => {
    const stop = watchMemory({ pid, limitMb, system }, resolve);
    onTestFinished(stop);
  });
}

/** A program that holds 120 MB, two processes below the one that is watched. */
const hog = `sh -c '"${process.execPath}" -e "globalThis.kept = Buffer.alloc(120e6, 1); console.log(1); setTimeout(() => 0, 3e5)"; true'; echo`;

describe.runIf(onLinux)('memory below a wrapper', () => {
  test.each([
    ['by /proc', 'linux', true],
    ['by ps', 'darwin', hasPs],
  ] as const)('is seen %s', async (_way, platform, possible) => {
    if (!possible) return;
    const { pid } = await startShell(hog);
    const system = thisMachineAs(platform);
    expect(await resident(pid, system)).toBeGreaterThan(120_000);
    await exceeded(pid, 100, system);
  });
});

describe('on another platform', () => {
  test('macOS adds up what stands below the process', async () => {
    const system = recordedSystem('darwin', () => ' 10 1 1000\n 11 10 20000\n 12 11 300000\n 20 1 4000000\n');
    expect(memoryWatchKind(system)).toBe('ps');
    expect(await resident(10, system)).toBe(321_000);
    await exceeded(10, 300, system);
  });

  test('Windows asks tasklist for the process', async () => {
    const system = recordedSystem('win32', () => '"deno.exe","10","Console","1","321.000 K"\r\n');
    expect(memoryWatchKind(system)).toBe('tasklist');
    await exceeded(10, 300, system);
    expect(system.ran[0]).toMatch(/\\System32\\tasklist\.exe \/FI PID eq 10 \/FO CSV \/NH$/);
  });

  test('a list that cannot be had counts nothing, and the next look follows', async () => {
    let looks = 0;
    const system = recordedSystem('darwin', () => {
      looks += 1;
      return looks < 3 ? undefined : ' 10 1 400000\n';
    });
    await exceeded(10, 300, system);
    expect(looks).toBe(3);
  });

  test('what is stopped says nothing more', async () => {
    let told = 0;
    const system = recordedSystem('darwin', () => ' 10 1 400000\n');
    const stop = watchMemory({ pid: 10, limitMb: 1, system }, () => {
      told += 1;
    });
    stop();
    await exceeded(10, 300, system);
    expect(told).toBe(0);
  });
});
