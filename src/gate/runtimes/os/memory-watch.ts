import { residentFromProc, residentFromTasklist, treeFromProc, treeFromPs } from './process-table.js';
import { hostSystem, type System } from './system.js';

export type MemoryWatch = 'proc' | 'ps' | 'tasklist';

const pollMs: Record<MemoryWatch, number> = { proc: 25, ps: 100, tasklist: 1_000 };

/** How memory can be watched on a platform. */
export function memoryWatchKind({ platform }: System = hostSystem): MemoryWatch {
  if (platform === 'linux') return 'proc';
  return platform === 'win32' ? 'tasklist' : 'ps';
}

/** Resident kB of a process and its descendants (Windows: of the process), or 0 where that cannot be read at once. */
export function residentNow(pid: number, system: System = hostSystem): number {
  if (memoryWatchKind(system) !== 'proc') return 0;
  return treeFromProc(pid, system).reduce((sum, each) => sum + residentFromProc(each, system), 0);
}

/** As `residentNow`, by whatever way the platform has; 0 where nothing is told. */
export async function resident(pid: number, system: System = hostSystem): Promise<number> {
  const kind = memoryWatchKind(system);
  if (kind === 'proc') return residentNow(pid, system);
  if (kind === 'tasklist') return (await residentFromTasklist(pid, system)) ?? 0;
  return (await treeFromPs(pid, system)).reduce((sum, row) => sum + row.residentKb, 0);
}

/** Calls `onExceeded` once when the process holds more than `limitMb`. Returns how to stop watching. */
export function watchMemory(
  { pid, limitMb, system = hostSystem }: { readonly pid: number; readonly limitMb: number; readonly system?: System },
  onExceeded: () => void,
): () => void {
  const wait = pollMs[memoryWatchKind(system)];
  let stopped = false;
  const look = async (): Promise<void> => {
    const kb = await resident(pid, system);
    if (stopped) return;
    if (kb > limitMb * 1024) onExceeded();
    // The next look waits for this one: a slow program of the system must not pile up.
    else timer = setTimeout(() => void look(), wait);
  };
  let timer = setTimeout(() => void look(), wait);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
