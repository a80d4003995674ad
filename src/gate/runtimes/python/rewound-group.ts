import { FoundryError, throwIfCancelled } from '../../../errors.js';
import { maxLoopPasses } from '../../mutation/edits.js';
import type { Invocation, InvokeOutcome, SandboxSession, SessionGroup } from '../runtime.js';
import { type Ambience, plainAmbience } from '../typescript/deno-command.js';
import type { DenoProcess } from '../typescript/deno-process.js';

const rewindMs = 10_000;

/**
 * Puts an interpreter back to what it was when this was first asked of it, with so many passes through loops from then on.
 * False where the process has ended, or holds on to so much memory that the next run would have too little.
 */
export async function rewind(process: DenoProcess, passes: number): Promise<boolean> {
  if (!process.alive) return false;
  const reply = await process.request({ op: 'rewind', passes }, rewindMs);
  return reply.ok && reply.text === 'rewound';
}

/** How the interpreters are got, and a variant is run in them. */
export interface VariantProcesses {
  /** @throws FoundryError sandbox_unavailable where the required isolation is not to be had. */
  require(): Promise<void>;
  fresh(place: Ambience): Promise<DenoProcess>;
  discard(process: DenoProcess): void;
  run(
    process: DenoProcess,
    code: string,
    work: { invocation: Invocation; signal: AbortSignal },
  ): Promise<InvokeOutcome>;
}

/**
 * Variants of one author's code in one interpreter, one invocation after the other. Before each one the interpreter is
 * put back to what it was before any of them ran, so that nothing can count how often it was asked or tell the next
 * variant; one that does not answer any more is replaced.
 */
export class RewoundGroup implements SessionGroup {
  private process: DenoProcess | undefined;
  private place = plainAmbience;
  private turn: Promise<unknown> = Promise.resolve();
  private closed = false;

  constructor(private readonly processes: VariantProcesses) {}

  async open(code: string): Promise<SandboxSession> {
    await this.processes.require();
    return {
      invoke: (invocation, signal) => {
        const next = this.turn.then(() => this.run(code, invocation, signal));
        this.turn = next.catch(() => undefined);
        return next;
      },
      close: async () => undefined,
    };
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.turn;
    this.drop();
  }

  private async run(code: string, invocation: Invocation, signal: AbortSignal): Promise<InvokeOutcome> {
    throwIfCancelled(signal);
    const process = await this.rewound(invocation.place ?? plainAmbience);
    return this.processes.run(process, code, { invocation, signal });
  }

  private async rewound(place: Ambience): Promise<DenoProcess> {
    const same = JSON.stringify(place) === JSON.stringify(this.place);
    if (same && this.process !== undefined && (await rewind(this.process, maxLoopPasses))) return this.process;
    this.drop();
    if (!this.closed) {
      this.place = place;
      this.process = await this.processes.fresh(place);
      if (await rewind(this.process, maxLoopPasses)) return this.process;
      this.drop();
    }
    throw new FoundryError(
      'sandbox_unavailable',
      'The interpreter for variants of a candidate does not answer.',
      'Repeat the same call; the log on stderr may say more.',
    );
  }

  private drop(): void {
    if (this.process !== undefined) this.processes.discard(this.process);
    this.process = undefined;
  }
}
