import { availableParallelism } from 'node:os';
import { FoundryError } from '../../../errors.js';
import type { Logger } from '../../../log.js';
import { type Ambience, type Command, denoCommand, plainAmbience } from './deno-command.js';
import { DenoProcess } from './deno-process.js';
import { Enclosure } from './enclosure.js';
import type { Isolation } from './isolation.js';

export interface ProcessLimits {
  /** What the candidate may hold, in MB: its heap at most this, its process this and the runtime's own. */
  readonly memoryMb: number;
  /** The operator's own Deno. */
  readonly denoPath?: string | undefined;
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
  private readonly enclosure: Enclosure;
  private readonly all = new Set<DenoProcess>();
  private readonly spares = new Map<string, Promise<DenoProcess | undefined>>();
  private idle: DenoProcess[] = [];
  private lent = 0;
  private closed = false;

  constructor(
    private readonly limits: ProcessLimits,
    private readonly log: Logger,
  ) {
    const { memoryMb, denoPath } = limits;
    this.enclosure = new Enclosure(
      {
        denoPath,
        dataMb: runtimeDataMb + memoryMb,
        log,
        inner: (binary) => denoCommand(binary, memoryMb, { ambience: plainAmbience }),
        start: (command) => this.start(command),
      },
      (first) => this.keepSpare(plainAmbience, first),
    );
  }

  /** What stands around the processes; the first one of them is started to see it. @throws FoundryError sandbox_unavailable */
  isolation(): Promise<Isolation> {
    return this.enclosure.isolation();
  }

  /** A process that has never run anything. The next one is warmed meanwhile. */
  async fresh(ambience: Ambience): Promise<DenoProcess> {
    const key = JSON.stringify(ambience);
    const waiting = this.spares.get(key);
    this.spares.delete(key);
    const spare = await waiting;
    const process = spare?.alive ? spare : await this.spawn(ambience);
    await this.requireReady(process);
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
      await this.requireReady(process);
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
    process.kill();
  }

  async close(): Promise<void> {
    this.closed = true;
    const ending = [...this.all];
    for (const process of ending) this.discard(process);
    this.spares.clear();
    this.idle = [];
    await Promise.all(ending.map((process) => process.leave()));
    this.enclosure.close();
  }

  private keepSpare(ambience: Ambience, process: DenoProcess): void {
    if (this.closed) this.discard(process);
    else this.spares.set(JSON.stringify(ambience), Promise.resolve(process));
  }

  private async requireReady(process: DenoProcess): Promise<void> {
    const hello = await process.booted();
    if (hello === undefined || !process.alive) throw this.unavailable(process);
    await this.enclosure.requireAround(process);
  }

  /** @throws FoundryError sandbox_unavailable once it has been closed */
  private start(command: Command): DenoProcess {
    if (this.closed)
      throw new FoundryError('sandbox_unavailable', 'The sandbox has been closed.', 'Start the server again.');
    const process = new DenoProcess(command, this.limits.memoryMb + runtimeMb);
    this.all.add(process);
    void process.exited.then(() => this.all.delete(process));
    return process;
  }

  private spawn(ambience: Ambience): Promise<DenoProcess> {
    return this.enclosure.launch((binary) => denoCommand(binary, this.limits.memoryMb, { ambience }));
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
