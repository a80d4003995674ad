import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What the walls need of the operating system. Tests hand in another platform, recorded answers, or both. */
export interface System {
  readonly platform: NodeJS.Platform;
  /** What a program printed; undefined where it is not there, failed or took too long. */
  run(file: string, args: readonly string[]): Promise<string | undefined>;
  /** Sends a signal to a process, or to a group where `pid` is negative. What has gone already is no error. */
  signal(pid: number, name: NodeJS.Signals): void;
  /** A small file of the system; undefined where it cannot be read. */
  read(path: string): string | undefined;
  /** Where a link leads; undefined where it cannot be read. */
  link(path: string): string | undefined;
  /** Names in a folder; none where it cannot be read. */
  list(path: string): readonly string[];
}

const runMs = 5_000;

function orNothing<Value>(work: () => Value): Value | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

export const hostSystem: System = {
  platform: process.platform,
  run: (file, args) =>
    new Promise((resolve) => {
      execFile(file, [...args], { timeout: runMs, windowsHide: true, maxBuffer: 16_000_000 }, (error, stdout) =>
        resolve(error ? undefined : stdout),
      );
    }),
  signal: (pid, name) => void orNothing(() => process.kill(pid, name)),
  read: (path) => orNothing(() => readFileSync(path, 'utf8')),
  link: (path) => orNothing(() => readlinkSync(path)),
  list: (path) => orNothing(() => readdirSync(path)) ?? [],
};
