import { treeFromProc, treeFromPs, windowsProgram } from './process-table.js';
import { hostSystem, type System } from './system.js';

/**
 * Ends a process that leads a group of its own, the group, and what has left the group and still stands below it. On Linux
 * all signals are sent before this returns; elsewhere the system is asked first who stands below. Never fails.
 */
export async function killTree(pid: number, system: System = hostSystem): Promise<void> {
  // Signals to process 0 reach the host's own group.
  if (pid <= 0) return;
  if (system.platform === 'win32') {
    const told = await system.run(windowsProgram('taskkill'), ['/PID', String(pid), '/T', '/F']);
    if (told === undefined) system.signal(pid, 'SIGKILL');
    return;
  }
  // Before the first signal: what has lost its parent is not found any more.
  const tree =
    system.platform === 'linux' ? treeFromProc(pid, system) : (await treeFromPs(pid, system)).map((row) => row.pid);
  system.signal(-pid, 'SIGKILL');
  // The first of them leads the group.
  for (const each of tree) if (each !== pid) system.signal(each, 'SIGKILL');
}

/** Ends what is left of the group of a process that has ended by itself. */
export function killRemains(pid: number, system: System = hostSystem): void {
  if (pid > 0 && system.platform !== 'win32') system.signal(-pid, 'SIGKILL');
}
