import { availableParallelism } from 'node:os';
import { FoundryError } from '../../../errors.js';
import type { Logger } from '../../../log.js';
import { type Ambience, bubblewrapped, denoBinary, denoCommand, limited } from './deno-command.js';
import { DenoProcess, type Hello } from './deno-process.js';
import { findWalls, type Walls } from './isolation.js';

export interface ProcessLimits {
  /** What the candidate may hold, in MB: its heap at most this, its process this and the runtime's own. */
  readonly memoryMb: number;
}

/** The runtime's own resident memory, generously; measured 40 to 60 MB. */
const runtimeMb = 128;
const maxIdle = 2;
const maxAtOnce = 32;
const maxServed = 400;

/** What an idle runtime maps writable, measured 560 MB, with a stack for each thread it may start. */
const runtimeDataMb = 1_024 + 64 * availableParallelism();

/** Makes, warms, lends and ends the Deno children. */
export class ProcessPool {
  private walls: Promise<Walls> | undefined;
  private readonly all = new Set<DenoProcess>();
  private readonly spares = new Map<string, Promise<DenoProcess | undefined>>();
  private idle: DenoProcess[] = [];
  private lent = 0;
  private closed = false;

  constructor(
    private readonly limits: ProcessLimits,
    private readonly log: Logger,
  ) {}

  private get dataMb(): number {
    return runtimeDataMb + this.limits.memoryMb;
  }

  /** The walls that this machine gives; looked for once. @throws FoundryError sandbox_unavailable */
  async findWalls(): Promise<Walls> {
    const binary = denoBinary();
    this.walls ??= findWalls(binary, this.dataMb);
    return this.walls;
  }

  /** A process that has never run anything. The next one is warmed meanwhile. */
  async fresh(ambience: Ambience): Promise<DenoProcess> {
    const key = JSON.stringify(ambience);
    const waiting = this.spares.get(key);
    this.spares.delete(key);
    const spare = await waiting;
    const process = spare?.alive ? spare : await this.spawn(ambience);
    const hello = await process.booted();
    if (hello === undefined || !process.alive) throw this.unavailable(process);
    this.warm(key, ambience);
    return process;
  }

  private warm(key: string, ambience: Ambience): void {
    if (this.closed || this.spares.has(key)) return;
    this.spares.set(
      key,
      this.spawn(ambience).catch(() => undefined),
    );
  }

  /**
   * A process for one invocation of admitted code. Unless it is to be `alone`, it may have served others, of which none
   * misbehaved.
   */
  async borrow(ambience: Ambience, alone = false): Promise<DenoProcess> {
    if (this.lent >= maxAtOnce)
      throw new FoundryError(
        'busy',
        'Too many capabilities run at the same time.',
        'Repeat the same call in a second.',
      );
    this.lent += 1;
    try {
      this.idle = this.idle.filter((process) => process.alive);
      const waiting = alone ? undefined : this.idle.pop();
      if (waiting) return waiting;
      const process = await this.spawn(ambience);
      if ((await process.booted()) === undefined) throw this.unavailable(process);
      return process;
    } catch (error) {
      this.lent -= 1;
      throw error;
    }
  }

  giveBack(process: DenoProcess, wellBehaved: boolean): void {
    this.lent -= 1;
    // The next one must find the room that it was promised.
    const slim = process.residentMb() < runtimeMb;
    const reusable = wellBehaved && process.alive && slim && process.served < maxServed && this.idle.length < maxIdle;
    if (reusable && !this.closed) this.idle.push(process);
    else this.discard(process);
  }

  discard(process: DenoProcess): void {
    this.all.delete(process);
    process.kill();
  }

  /** Starts a process only to hear what it is; it is kept as a spare. */
  async introduce(ambience: Ambience): Promise<Hello> {
    const process = await this.fresh(ambience);
    const hello = await process.booted();
    this.discard(process);
    if (hello === undefined) throw this.unavailable(process);
    return hello;
  }

  async close(): Promise<void> {
    this.closed = true;
    const ending = [...this.all];
    for (const process of ending) this.discard(process);
    this.spares.clear();
    this.idle = [];
    await Promise.all(ending.map((process) => process.leave()));
  }

  private async spawn(ambience: Ambience): Promise<DenoProcess> {
    const { binary, bubblewrap, prlimit } = await this.findWalls();
    if (this.closed)
      throw new FoundryError('sandbox_unavailable', 'The sandbox has been closed.', 'Start the server again.');
    const inner = denoCommand(binary, this.limits.memoryMb, { ambience });
    const walled = bubblewrap === undefined ? inner : bubblewrapped(inner, bubblewrap);
    const command = prlimit === undefined ? walled : limited(walled, prlimit, this.dataMb);
    const process = new DenoProcess(command, this.limits.memoryMb + runtimeMb);
    this.all.add(process);
    void process.exited.then(() => this.all.delete(process));
    return process;
  }

  private unavailable(process: DenoProcess): FoundryError {
    this.log.error('sandbox.start_failed', { stderr: process.complaint });
    return new FoundryError(
      'sandbox_unavailable',
      'The Deno process that runs candidates does not start.',
      'Run "capability-foundry doctor"; the log on stderr has what Deno said.',
    );
  }
}
