import type { Worker } from 'node:worker_threads';
import type { Config } from '../config.js';
import type { Clock } from '../context.js';
import type { Logger } from '../log.js';
import { startWorker } from '../workers.js';
import { MessageLines } from './message-lines.js';
import type { From, Moment, SessionOptions } from './session.js';

/** What the recording thread is told. */
export type RecorderRequest =
  | { readonly type: 'line'; readonly from: From; readonly line: Uint8Array; readonly moment: Moment }
  | { readonly type: 'close'; readonly moment: Moment; readonly notObserved: number };

/** What it says: so many bytes are dealt with, or everything is. */
export type RecorderAnswer = { readonly type: 'taken'; readonly bytes: number } | { readonly type: 'closed' };

export type RecorderSettings = Omit<SessionOptions, 'newId'>;

/** What the recording thread is started with. */
export interface RecorderData {
  readonly config: Config;
  readonly session: RecorderSettings;
}

/** Looks on at what passes, and writes it down on a thread of its own: nothing here waits, and nothing here throws. */
export interface Recorder {
  /** A piece of the client's or the server's stream, as it came. */
  see(from: From, chunk: Buffer): void;
  /** Waits until everything is written down, but not longer than this. */
  close(withinMs: number): Promise<void>;
}

export interface RecorderDeps extends RecorderData {
  readonly clock: Clock;
  readonly log: Logger;
}

/** Longer messages pass, but are not written down. */
const maxLineBytes = 48 << 20;
/** What may wait for the recording thread; what comes beyond passes unobserved. */
const maxWaitingBytes = 128 << 20;
const callMark = Buffer.from('"tools/call"');
/** A server that is only asked what it is leaves nothing behind: the thread starts with the first call. */
const maxHeldBytes = 16 << 20;

class ThreadRecorder implements Recorder {
  #worker: Worker | undefined;
  #held: RecorderRequest[] = [];
  #heldBytes = 0;
  #waiting = 0;
  #notObserved = 0;
  #ended = false;
  #closed: (() => void) | undefined;
  readonly #lines: Readonly<Record<From, MessageLines>>;

  constructor(readonly deps: RecorderDeps) {
    const missed = (): void => this.#miss();
    this.#lines = {
      client: new MessageLines(maxLineBytes, (line) => this.#take('client', line), missed),
      server: new MessageLines(maxLineBytes, (line) => this.#take('server', line), missed),
    };
  }

  see(from: From, chunk: Buffer): void {
    if (!this.#ended) this.#lines[from].push(chunk);
  }

  async close(withinMs: number): Promise<void> {
    for (const from of ['client', 'server'] as const) this.#lines[from].end();
    const worker = this.#worker;
    if (!worker || this.#ended) return;
    this.#ended = true;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#closed = resolve;
      timer = setTimeout(() => {
        this.deps.log.warn('recording_unfinished', { fix: 'The next record puts what is missing into the store.' });
        resolve();
      }, withinMs);
      worker.postMessage({ type: 'close', moment: this.#now(), notObserved: this.#notObserved });
    });
    clearTimeout(timer);
    await worker.terminate();
  }

  #now(): Moment {
    return { at: this.deps.clock.now(), ms: this.deps.clock.elapsed() };
  }

  #miss(): void {
    if (this.#notObserved === 0) this.deps.log.warn('message_not_recorded', { reason: 'too much at once' });
    this.#notObserved += 1;
  }

  #take(from: From, line: Buffer): void {
    if (this.#ended) return;
    const request: RecorderRequest = { type: 'line', from, line, moment: this.#now() };
    if (this.#worker) this.#send(this.#worker, request, line.length);
    else this.#hold(request, line);
  }

  #hold(request: RecorderRequest, line: Buffer): void {
    this.#held.push(request);
    this.#heldBytes += line.length;
    if (!line.includes(callMark) && this.#heldBytes < maxHeldBytes) return;
    const worker = this.#start();
    for (const held of this.#held) if (held.type === 'line') this.#send(worker, held, held.line.length);
    this.#held = [];
  }

  #send(worker: Worker, request: RecorderRequest, bytes: number): void {
    if (this.#waiting + bytes > maxWaitingBytes) {
      this.#miss();
      return;
    }
    this.#waiting += bytes;
    worker.postMessage(request);
  }

  #start(): Worker {
    const { config, session } = this.deps;
    const data: RecorderData = { config, session };
    const worker = startWorker(new URL('./recorder-thread.js', import.meta.url), { workerData: data });
    worker.on('message', (answer: RecorderAnswer) => {
      if (answer.type === 'taken') this.#waiting -= answer.bytes;
      else this.#closed?.();
    });
    worker.on('error', (error: unknown) => this.deps.log.report(error, 'record'));
    worker.on('exit', () => {
      if (!this.#ended) this.deps.log.warn('recording_stopped', { fix: 'The session goes on, but is not recorded.' });
      this.#ended = true;
      this.#closed?.();
    });
    // The traffic keeps the process alive, not the recording of it.
    worker.unref();
    this.#worker = worker;
    return worker;
  }
}

export function createRecorder(deps: RecorderDeps): Recorder {
  return new ThreadRecorder(deps);
}

/** For sessions that are not to be recorded. */
export const noRecorder: Recorder = { see: () => undefined, close: async () => undefined };
