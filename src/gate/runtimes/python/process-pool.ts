import { availableParallelism } from 'node:os';
import { FoundryError } from '../../../errors.js';
import type { Logger } from '../../../log.js';
import { type Ambience, type Command, denoCommand, plainAmbience } from '../typescript/deno-command.js';
import { DenoProcess, type Hello } from '../typescript/deno-process.js';
import { Enclosure } from '../typescript/enclosure.js';
import type { Isolation } from '../typescript/isolation.js';
import { childSource } from './child-source.js';
import { loadPreamble, type Preamble } from './snapshot.js';

/** Resident memory of an interpreter that has run nothing, generously; measured 190 to 230 MB. */
const runtimeMb = 320;
/** The interpreter's own linear memory, and the heap of the JavaScript around it. */
const interpreterMb = 40;
const heapMb = 256;
/** What an idle child maps writable, with a stack for each thread that it may start. */
const runtimeDataMb = 1_536 + 64 * availableParallelism();
const maxAtOnce = 16;
const spareMs = 60_000;

export interface PythonPoolSettings {
  readonly memoryMb: number;
  /** Where the memory snapshot is kept. */
  readonly folder: string;
  /** The operator's own Deno. */
  readonly denoPath: string | undefined;
}

interface Spare {
  readonly process: DenoProcess;
  readonly expiry: NodeJS.Timeout;
}

function pythonCommand(binary: string, ambience: Ambience): Command {
  return denoCommand(binary, heapMb, { ambience, source: childSource });
}

/** Makes, warms and ends the Deno children that run Python. No two candidates share one. */
export class PythonPool {
  private readonly enclosure: Enclosure;
  private readonly closing = new AbortController();
  private preamble: Promise<Preamble> | undefined;
  private readonly all = new Set<DenoProcess>();
  private readonly lent = new Set<DenoProcess>();
  private readonly spares = new Map<string, Spare>();
  private closed = false;

  constructor(
    private readonly settings: PythonPoolSettings,
    private readonly log: Logger,
  ) {
    this.enclosure = new Enclosure(
      {
        denoPath: settings.denoPath,
        dataMb: runtimeDataMb + settings.memoryMb,
        log,
        // The small harness tells as much of the walls as the interpreter, and starts at once.
        inner: (binary) => denoCommand(binary, heapMb, { ambience: plainAmbience }),
        start: (command, preamble) => this.start(command, preamble),
      },
      (first) => this.discard(first),
    );
  }

  private get linearMb(): number {
    return interpreterMb + this.settings.memoryMb;
  }

  /** What stands around the processes; one is started to see it. @throws FoundryError sandbox_unavailable */
  isolation(): Promise<Isolation> {
    return this.enclosure.isolation();
  }

  /** The interpreter with its snapshot; the first time ever this takes some seconds. @throws FoundryError sandbox_unavailable */
  prepare(): Promise<Preamble> {
    this.preamble ??= this.load().catch((error: unknown) => {
      // What is missing may be there the next time.
      this.preamble = undefined;
      throw error;
    });
    return this.preamble;
  }

  private async load(): Promise<Preamble> {
    const { hello, binary, wrap } = await this.isolation();
    return loadPreamble({
      folder: this.settings.folder,
      denoVersion: hello.deno,
      command: wrap(pythonCommand(binary, plainAmbience)),
      memoryMb: this.linearMb,
      signal: this.closing.signal,
      log: this.log,
    });
  }

  /** A process that has never run anything, for one candidate alone. Another one is warmed meanwhile. */
  async fresh(ambience: Ambience): Promise<DenoProcess> {
    if (this.lent.size >= maxAtOnce)
      throw new FoundryError(
        'busy',
        'Too many Python candidates run at the same time.',
        'Repeat the call in a second.',
      );
    const process = this.takeSpare(ambience) ?? (await this.spawn(ambience));
    this.lent.add(process);
    try {
      if ((await process.booted()) === undefined || !process.alive) throw this.unavailable(process);
      await this.enclosure.requireAround(process);
    } catch (error) {
      this.discard(process);
      throw error;
    }
    await this.warm(ambience);
    return process;
  }

  discard(process: DenoProcess): void {
    this.lent.delete(process);
    process.kill();
  }

  /** Starts a process only to hear what it is; it stays as a spare. */
  async introduce(ambience: Ambience): Promise<Hello> {
    await this.warm(ambience);
    const spare = this.spares.get(JSON.stringify(ambience))?.process;
    const hello = await spare?.booted();
    if (spare !== undefined && hello === undefined) throw this.unavailable(spare);
    if (hello === undefined) throw this.closedError();
    return hello;
  }

  async close(): Promise<void> {
    this.closed = true;
    this.closing.abort();
    for (const { expiry } of this.spares.values()) clearTimeout(expiry);
    this.spares.clear();
    const ending = [...this.all];
    for (const process of ending) this.discard(process);
    // Idle children do not hold the host; while it waits for their end, something must.
    const hold = setInterval(() => undefined, 1_000);
    await Promise.all(ending.map((process) => process.exited));
    clearInterval(hold);
    this.enclosure.close();
  }

  /** @throws FoundryError sandbox_unavailable once it has been closed */
  private start(command: Command, preamble?: readonly Uint8Array[]): DenoProcess {
    if (this.closed) throw this.closedError();
    const process = new DenoProcess(command, this.settings.memoryMb + runtimeMb, preamble);
    this.all.add(process);
    void process.exited.then(() => this.all.delete(process));
    return process;
  }

  private takeSpare(ambience: Ambience): DenoProcess | undefined {
    const key = JSON.stringify(ambience);
    const spare = this.spares.get(key);
    if (spare === undefined) return undefined;
    this.spares.delete(key);
    clearTimeout(spare.expiry);
    return spare.process.alive ? spare.process : undefined;
  }

  /** An interpreter holds some 200 MB, so one that nobody came for is let go. */
  private async warm(ambience: Ambience): Promise<void> {
    const key = JSON.stringify(ambience);
    if (this.closed || this.spares.has(key)) return;
    const process = await this.spawn(ambience);
    const expiry = setTimeout(() => {
      if (this.spares.get(key)?.process !== process) return;
      this.spares.delete(key);
      this.discard(process);
    }, spareMs);
    expiry.unref();
    this.spares.set(key, { process, expiry });
  }

  private async spawn(ambience: Ambience): Promise<DenoProcess> {
    const { chunks } = await this.prepare();
    return this.enclosure.launch((binary) => pythonCommand(binary, ambience), chunks);
  }

  private closedError(): FoundryError {
    return new FoundryError('sandbox_unavailable', 'The sandbox has been closed.', 'Start the server again.');
  }

  private unavailable(process: DenoProcess): FoundryError {
    this.log.error('python.start_failed', { stderr: process.complaint });
    return new FoundryError(
      'sandbox_unavailable',
      'The process that runs Python candidates does not start.',
      'Run "capability-foundry doctor"; the log on stderr has what it said.',
    );
  }
}
