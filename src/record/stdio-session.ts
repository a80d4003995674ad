import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { HostGuard } from '../gate/runtimes/os/host-guard.js';
import { killRemains } from '../gate/runtimes/os/process-tree.js';
import type { Recorder } from './recorder.js';

/** How a server ended. */
export interface ServerEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** why it could not be started */
  readonly error?: Error;
}

export interface StdioSession {
  readonly command: string;
  readonly args: readonly string[];
  readonly recorder: Recorder;
  readonly input: Readable;
  readonly output: Writable;
}

const passedOn = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR2'] as const;
/** A server that has ended may leave output behind, or somebody who holds it open. */
const drainMs = 1_000;

function forwardSignals(child: ChildProcess): () => void {
  const handlers = passedOn.map((name) => {
    const handler = (): void => void child.kill(name);
    process.on(name, handler);
    return { name, handler };
  });
  return () => {
    for (const { name, handler } of handlers) process.off(name, handler);
  };
}

/** How the child ended, once its output has been read to the end (or for long enough). */
function ended(child: ChildProcess): Promise<ServerEnd> {
  return new Promise((resolve) => {
    let end: ServerEnd | undefined;
    child.once('error', (error) => resolve({ code: null, signal: null, error }));
    child.once('exit', (code, signal) => {
      end = { code, signal };
      setTimeout(resolve, drainMs, end).unref();
    });
    child.once('close', (code, signal) => resolve(end ?? { code, signal }));
  });
}

/**
 * Starts a server and joins its streams with the client's, byte for byte; the recorder gets a copy of each piece. The server's
 * stderr is this process's own. Signals are passed on. The server, and what it started in its process group, ends with this
 * process, however that ends.
 */
export async function runStdioSession(session: StdioSession): Promise<ServerEnd> {
  const { command, args, recorder, input, output } = session;
  // A group of its own can be ended as a whole.
  const child = spawn(command, [...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: process.platform !== 'win32',
  });
  const stopForwarding = forwardSignals(child);
  const guard = new HostGuard();
  if (process.platform !== 'win32' && child.pid !== undefined) guard.add(child.pid);
  const ending = ended(child);
  const { stdin, stdout } = child;
  // Whoever has gone does not read what is left.
  stdin.on('error', () => undefined);
  output.on('error', () => stdin.end());
  input.on('data', (chunk: Buffer) => recorder.see('client', chunk));
  stdout.on('data', (chunk: Buffer) => recorder.see('server', chunk));
  input.pipe(stdin);
  stdout.pipe(output, { end: false });
  const end = await ending;
  input.unpipe(stdin);
  input.destroy();
  stopForwarding();
  if (child.pid !== undefined) {
    killRemains(child.pid);
    guard.remove(child.pid);
  }
  guard.close();
  return end;
}
