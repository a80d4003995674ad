import { describe, expect, test, vi } from 'vitest';
import { HostGuard } from '../../../../src/gate/runtimes/os/host-guard.js';
import { hostSystem } from '../../../../src/gate/runtimes/os/system.js';
import { isGone, startShell } from './systems.js';

const onLinux = process.platform === 'linux';
if (!onLinux) console.warn('skipped: the tests of the guard look for processes in /proc, which only Linux has');

const sleeper = 'sleep 300 & echo $!; wait';

describe.runIf(onLinux)('the guard', () => {
  test('ends the groups that it was told of, and no other, when its input ends', async () => {
    const [first, ended, other] = await Promise.all([startShell(sleeper), startShell(sleeper), startShell(sleeper)]);
    const guard = new HostGuard();
    expect(await guard.start()).toBe(true);
    for (const { pid } of [first, ended]) guard.add(pid);
    guard.remove(ended.pid);
    guard.close();
    await vi.waitFor(() => expect([first.pid, ...first.told].every(isGone)).toBe(true));
    expect([ended.pid, ...ended.told, other.pid, ...other.told].some(isGone)).toBe(false);
  });

  test('that was killed is replaced by one that knows the earlier groups', async () => {
    const [first, second] = await Promise.all([startShell(sleeper), startShell(sleeper)]);
    const guard = new HostGuard();
    await guard.start();
    guard.add(first.pid);
    const shell = guard.pid;
    hostSystem.signal(shell, 'SIGKILL');
    await vi.waitFor(() => expect(guard.pid).not.toBe(shell));
    guard.add(second.pid);
    guard.close();
    await vi.waitFor(() => expect([first.pid, second.pid].every(isGone)).toBe(true));
  });

  test('is none where there is no shell', async () => {
    expect(await new HostGuard('/nonexistent/sh').start()).toBe(false);
  });
});
