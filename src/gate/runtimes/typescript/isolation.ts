import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { bubblewrapped, type Command } from './deno-command.js';

function findProgram(name: string): string | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      if (folder !== '') accessSync(path, constants.X_OK);
      else continue;
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

function works(command: Command): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(command.file, [...command.args], { env: { ...command.env }, timeout: 10_000 }, (error) =>
      resolve(error === null),
    );
  });
}

/** The path of a bubblewrap that can really wrap this binary here (containers often forbid it), else undefined. */
export async function findBubblewrap(binary: string): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  const path = findProgram('bwrap');
  if (path === undefined) return undefined;
  const probe: Command = { file: binary, args: ['--version'], env: { DENO_DIR: '/dev/null' } };
  return (await works(bubblewrapped(probe, path))) ? path : undefined;
}
