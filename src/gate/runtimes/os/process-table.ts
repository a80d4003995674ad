import { win32 } from 'node:path';
import type { System } from './system.js';

export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly residentKb: number;
}

/** Rows of `ps -ax -o pid=,ppid=,rss=`, which Linux and macOS print alike. */
export function parsePs(text: string): ProcessRow[] {
  const rows = text.matchAll(/^\s*(\d+)\s+(\d+)\s+(\d+)\s*$/gm);
  return [...rows].map(([, pid, parent, kb]) => ({
    pid: Number(pid),
    parent: Number(parent),
    residentKb: Number(kb),
  }));
}

/**
 * The kB of one process in the CSV of `tasklist`; undefined where it is not listed. The number is written as the user's
 * language writes it ("45,678 K", "45.678 K", "45 678 K"), so that only its digits count.
 */
export function parseTasklist(text: string, pid: number): number | undefined {
  for (const line of text.split(/\r?\n/)) {
    const fields = [...line.matchAll(/"([^"]*)"/g)].map(([, field]) => field ?? '');
    const digits = fields.at(-1)?.replace(/\D/g, '') ?? '';
    if (fields.length >= 5 && Number(fields[1]) === pid && digits !== '') return Number(digits);
  }
  return undefined;
}

/** The rows of a process and of everything below it. */
function treeOf(rows: readonly ProcessRow[], root: number): ProcessRow[] {
  const found = rows.filter((row) => row.pid === root);
  for (const above of found) found.push(...rows.filter((row) => row.parent === above.pid && !found.includes(row)));
  return found;
}

/** A process and its descendants with their memory, as `ps` tells them; none where it cannot. */
export async function treeFromPs(pid: number, system: System): Promise<ProcessRow[]> {
  return treeOf(parsePs((await system.run('ps', ['-ax', '-o', 'pid=,ppid=,rss='])) ?? ''), pid);
}

/** kB of one process on Windows, as `tasklist` tells it. */
export async function residentFromTasklist(pid: number, system: System): Promise<number | undefined> {
  const args = ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH'];
  return parseTasklist((await system.run(windowsProgram('tasklist'), args)) ?? '', pid);
}

/** By its full path: Windows looks for a bare name in the working folder first. */
export function windowsProgram(name: string): string {
  return win32.join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', `${name}.exe`);
}

function numbers(text: string | undefined): number[] {
  return (text?.match(/\d+/g) ?? []).map(Number);
}

/** Children by any thread of a process, out of /proc. */
function childrenFromProc(pid: number, system: System): number[] {
  return system
    .list(`/proc/${pid}/task`)
    .flatMap((thread) => numbers(system.read(`/proc/${pid}/task/${thread}/children`)));
}

/** A process and its descendants, each after its parent, out of /proc. */
export function treeFromProc(pid: number, system: System): number[] {
  const found = [pid];
  for (const above of found) found.push(...childrenFromProc(above, system).filter((each) => !found.includes(each)));
  return found;
}

/** Resident kB of one process, out of /proc. A process that is gone counts nothing. */
export function residentFromProc(pid: number, system: System): number {
  return numbers(/^VmRSS:.*$/m.exec(system.read(`/proc/${pid}/status`) ?? '')?.[0])[0] ?? 0;
}
