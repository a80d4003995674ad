import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { Socket } from 'node:net';
import * as z from 'zod';
import { tryParseJson } from '../../../json.js';
import type { FailureReason } from '../../model.js';
import type { WallName } from '../../walls.js';
import { residentNow, watchMemory } from '../os/memory-watch.js';
import { killRemains, killTree } from '../os/process-tree.js';
import { standingWalls } from '../os/standing-walls.js';
import type { Command } from './deno-command.js';

const maxReplyChars = 8_000_000;
const maxNoiseChars = 64_000;
const bootMs = 20_000;
const maxStderrChars = 16_000;

const helloSchema = z.object({
  hello: z.object({ deno: z.string(), v8: z.string(), target: z.string(), granted: z.array(z.string()) }),
});
export type Hello = z.infer<typeof helloSchema>['hello'];
const replySchema = z.object({ id: z.string(), text: z.string() });

export type Reply =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: FailureReason; readonly message: string };

interface Pending {
  readonly id: string;
  readonly settle: (reply: Reply) => void;
  readonly stop: () => void;
}

/** One Deno child. It answers one request at a time; whatever else it prints is noise, and too much noise ends it. */
export class DenoProcess {
  readonly exited: Promise<void>;
  readonly secret = `k_${randomUUID().replaceAll('-', '')}`;
  served = 0;
  /** What the child was last sent of the texts that it keeps. */
  held: { readonly glue?: string; readonly program?: string } = {};
  /** The walls that were seen around this very process when it had started. */
  walls: readonly WallName[] = [];

  private readonly child: ChildProcessWithoutNullStreams;
  private readonly ready: Promise<Hello | undefined>;
  private announce: (hello: Hello | undefined) => void = () => undefined;
  private unfinished: string[] = [];
  private unfinishedChars = 0;
  private noise = 0;
  private stderr = '';
  private pending: Pending | undefined;
  private gone: { reason: FailureReason; message: string } | undefined;

  constructor(
    private readonly command: Command,
    private readonly memoryLimitMb: number,
    /** What the child reads before anything else. */
    preamble: readonly Uint8Array[] = [],
  ) {
    // A group of its own, so that one signal ends it with whatever stands around it.
    this.child = spawn(command.file, [...command.args], {
      env: { ...command.env },
      stdio: 'pipe',
      cwd: '/',
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    this.ready = new Promise((resolve) => {
      this.announce = resolve;
    });
    this.child.once('exit', () => killRemains(this.pid));
    this.exited = new Promise((resolve) => {
      this.child.once('close', (code, signal) => {
        this.onExit(code, signal);
        resolve();
      });
      this.child.once('error', () => {
        this.onExit(null, null);
        resolve();
      });
    });
    this.child.stdin.on('error', () => undefined);
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => this.onOutput(text));
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => this.onStderr(text));
    for (const bytes of preamble) this.child.stdin.write(bytes);
    this.holdHost(false);
  }

  /** Settles when the child has introduced itself, or has ended before it did. */
  get introduced(): Promise<unknown> {
    return this.ready;
  }

  get alive(): boolean {
    return this.gone === undefined;
  }

  /** 0 where it could not be started. */
  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Waits until the child has introduced itself; undefined where it ended before. */
  async booted(): Promise<Hello | undefined> {
    this.holdHost(true);
    const timer = setTimeout(() => this.end('wall_timeout', 'the process did not start in time'), bootMs);
    const hello = await this.ready;
    clearTimeout(timer);
    if (this.pending === undefined) this.holdHost(false);
    if (hello !== undefined && this.walls.length === 0) this.walls = this.wallsNow(hello);
    return hello;
  }

  private wallsNow({ granted }: Hello): WallName[] {
    const built = standingWalls(this.command.walls ?? [], this.pid);
    return ['process', ...(granted.length === 0 ? (['deno_permissions'] as const) : []), 'heap_limit', ...built];
  }

  /** Resident memory in MB; 0 where the platform does not tell at once. */
  residentMb(): number {
    return residentNow(this.pid) / 1024;
  }

  /** What the child wrote to stderr, for the log only. */
  get complaint(): string {
    return this.stderr;
  }

  /** Sends one request and waits for its reply, for at most `wallMs`. A failure of any kind has ended the process. */
  async request(message: Readonly<Record<string, unknown>>, wallMs: number): Promise<Reply> {
    if (this.gone) return { ok: false, ...this.gone };
    if (this.pending) throw new Error('a process answers one request at a time');
    const id = randomUUID();
    this.holdHost(true);
    const reply = await new Promise<Reply>((settle) => {
      const wall = setTimeout(() => this.end('wall_timeout', 'the process did not answer in time'), wallMs);
      const unwatch = watchMemory({ pid: this.pid, limitMb: this.memoryLimitMb }, () =>
        this.end('memory_rss', `the code held more memory than is allowed (${this.memoryLimitMb} MB with the runtime)`),
      );
      const stop = (): void => {
        clearTimeout(wall);
        unwatch();
      };
      this.pending = { id, settle, stop };
      this.child.stdin.write(`${JSON.stringify({ ...message, id })}\n`);
    });
    this.holdHost(false);
    return reply;
  }

  /** Ends the process and everything it started. */
  kill(): void {
    this.end('exit', 'the process was ended');
  }

  /** Resolves when the process has gone; the host stays alive to see it, or it would end in the middle of closing. */
  leave(): Promise<void> {
    this.holdHost(true);
    return this.exited;
  }

  private end(reason: FailureReason, message: string): void {
    if (this.gone) return;
    this.gone = { reason, message };
    this.unfinished = [];
    const running = this.child.exitCode === null && this.child.signalCode === null;
    // The child by its handle too, for the system's own way may fail.
    if (running) void killTree(this.pid).then(() => this.child.kill('SIGKILL'));
    this.finish({ ok: false, reason, message });
  }

  private finish(reply: Reply): void {
    this.announce(undefined);
    const { pending } = this;
    this.pending = undefined;
    pending?.stop();
    pending?.settle(reply);
  }

  private onOutput(text: string): void {
    if (this.gone) return;
    // Only what is new is searched: a long reply comes in many pieces.
    const lines = text.split('\n');
    const rest = lines.pop() ?? '';
    for (const line of lines) {
      this.onLine(this.unfinished.join('') + line);
      this.unfinished = [];
      this.unfinishedChars = 0;
    }
    this.unfinished.push(rest);
    this.unfinishedChars += rest.length;
    if (this.unfinishedChars > maxReplyChars || this.noise > maxNoiseChars)
      this.end('output_flood', 'the process printed too much');
  }

  private onLine(line: string): void {
    const parsed = tryParseJson(line);
    const reply = replySchema.safeParse(parsed);
    if (reply.success && reply.data.id === this.pending?.id) {
      const { settle, stop } = this.pending;
      this.pending = undefined;
      stop();
      settle({ ok: true, text: reply.data.text });
      return;
    }
    const hello = helloSchema.safeParse(parsed);
    if (hello.success) this.announce(hello.data.hello);
    else this.noise += line.length + 1;
  }

  private onStderr(text: string): void {
    this.noise += text.length;
    if (this.stderr.length < maxStderrChars) this.stderr += text.slice(0, maxStderrChars);
    if (this.noise > maxNoiseChars) this.end('output_flood', 'the process printed too much');
  }

  private onExit(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.gone) return;
    const heap = /out of memory|heap limit/i.test(this.stderr);
    this.gone = heap
      ? { reason: 'memory_heap', message: 'the code filled the JavaScript heap' }
      : { reason: 'exit', message: `the process ended (${signal ?? `code ${code ?? 'unknown'}`})` };
    this.finish({ ok: false, ...this.gone });
  }

  /** An idle child must not keep the host alive; one that is asked must. */
  private holdHost(hold: boolean): void {
    const streams = [this.child.stdin, this.child.stdout, this.child.stderr];
    const sockets = streams.filter((stream): stream is typeof stream & Socket => stream instanceof Socket);
    for (const each of [this.child, ...sockets]) {
      if (hold) each.ref();
      else each.unref();
    }
  }
}
