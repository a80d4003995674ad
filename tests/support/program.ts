import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtProgram } from './built.js';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  /** The data folder. */
  readonly home: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Looks at stdout and stderr as they come; true kills the process at once, as a power cut would. */
  readonly killWhen?: (chunk: string) => boolean;
  readonly killAfterMs?: number;
  /** Gets the process as soon as it runs, to send it signals. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** A clean environment: nothing of the machine's configuration reaches the program. */
export function cleanEnvironment(home: string, env: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME: join(tmpdir(), 'foundry-no-home'), FOUNDRY_HOME: home, ...env };
}

/** Runs the built program to its end (or kills it), with the working directory `/`. */
export function runProgram(args: readonly string[], options: ProgramOptions): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [builtProgram(), ...args], {
      cwd: '/',
      env: cleanEnvironment(options.home, options.env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    options.onStart?.(child);
    const heard = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (chunk: string) => {
        heard[stream] += chunk;
        if (options.killWhen?.(chunk)) child.kill('SIGKILL');
      });
    }
    const timer =
      options.killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), options.killAfterMs);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, ...heard });
    });
  });
}
