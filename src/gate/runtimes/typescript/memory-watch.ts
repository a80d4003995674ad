import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}

/** Resident kB of a process and its descendants, out of /proc. A process that is gone counts nothing. */
function residentFromProc(pid: number): number {
  const own = /^VmRSS:\s+(\d+) kB/m.exec(readOr(`/proc/${pid}/status`, ''));
  const children = readOr(`/proc/${pid}/task/${pid}/children`, '').trim();
  const below =
    children === '' ? 0 : children.split(' ').reduce((sum, child) => sum + residentFromProc(Number(child)), 0);
  return Number(own?.[1] ?? 0) + below;
}

function residentFromPs(pid: number): Promise<number> {
  return new Promise((resolve) => {
    execFile('ps', ['-o', 'rss=', '-p', String(pid)], (error, stdout) =>
      resolve(error ? 0 : Number(stdout.trim()) || 0),
    );
  });
}

export type MemoryWatch = 'proc' | 'ps' | 'none';

/** How memory can be watched on this platform. */
export function memoryWatchKind(): MemoryWatch {
  if (process.platform === 'linux' && existsSync('/proc/self/status')) return 'proc';
  return process.platform === 'win32' ? 'none' : 'ps';
}

/** Resident kB of a process and its descendants, or 0 where that cannot be read at once. */
export function residentNow(pid: number): number {
  return memoryWatchKind() === 'proc' ? residentFromProc(pid) : 0;
}

const pollMs: Record<MemoryWatch, number> = { proc: 25, ps: 100, none: 1_000 };

/** Calls `onExceeded` once when the process holds more than `limitMb`. Returns how to stop watching. */
export function watchMemory(pid: number, limitMb: number, onExceeded: () => void): () => void {
  const kind = memoryWatchKind();
  if (kind === 'none') return () => undefined;
  let stopped = false;
  const judge = (kb: number): void => {
    if (stopped || kb <= limitMb * 1024) return;
    stopped = true;
    onExceeded();
  };
  const timer = setInterval(() => {
    if (kind === 'proc') judge(residentFromProc(pid));
    else void residentFromPs(pid).then(judge);
  }, pollMs[kind]);
  return () => {
    stopped = true;
    clearInterval(timer);
  };
}
