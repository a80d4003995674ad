import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { onTestFinished, vi } from 'vitest';
import { hostSystem, type System } from '../../../../src/gate/runtimes/os/system.js';

export interface Recorded extends System {
  readonly ran: readonly string[];
  readonly signals: readonly string[];
}

/** A system of another platform: programs print what `answer` says, and signals go nowhere. */
export function recordedSystem(
  platform: NodeJS.Platform,
  answer: (command: string) => string | undefined = () => '',
): Recorded {
  const ran: string[] = [];
  const signals: string[] = [];
  return {
    platform,
    ran,
    signals,
    async run(file, args) {
      const command = [file, ...args].join(' ');
      ran.push(command);
      return answer(command);
    },
    signal: (pid, name) => void signals.push(`${name} ${pid}`),
    read: () => undefined,
    link: () => undefined,
    list: () => [],
  };
}

/** This machine under the name of another platform, so that the other code path meets real processes. */
export function thisMachineAs(platform: NodeJS.Platform): System {
  return { ...hostSystem, platform };
}

/** Ended, or ended and not yet collected by its parent. */
export function isGone(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return true;
  return /\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

/** Starts a shell in a group of its own and returns its pid with the pids that it prints. */
export async function startShell(script: string): Promise<{ pid: number; told: number[] }> {
  const child = spawn('/bin/sh', ['-c', script], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const pid = child.pid ?? 0;
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const numbers = (): number[] => (printed.match(/\d+(?=\n)/g) ?? []).map(Number);
  const wanted = script.match(/echo/g)?.length ?? 0;
  await vi.waitFor(() => {
    if (numbers().length < wanted) throw new Error('the shell has not told all yet');
  }, 20_000);
  onTestFinished(() => {
    for (const each of [-pid, ...numbers()]) hostSystem.signal(each, 'SIGKILL');
  });
  return { pid, told: numbers() };
}
