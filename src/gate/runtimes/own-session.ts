import { throwIfCancelled } from '../../errors.js';
import type { Invocation, InvokeOutcome, SandboxSession } from './runtime.js';
import { type Ambience, plainAmbience } from './typescript/deno-command.js';
import type { DenoProcess } from './typescript/deno-process.js';

/** How a language gets processes for one candidate alone, and runs an invocation in them. */
export interface OwnProcesses {
  fresh(ambience: Ambience): Promise<DenoProcess>;
  discard(process: DenoProcess): void;
  run(process: DenoProcess, invocation: Invocation, signal: AbortSignal): Promise<InvokeOutcome>;
  /**
   * Puts a process back to what it was when this was first asked of it; false where it cannot. Given where invocations
   * could find what earlier ones left behind, and may not.
   */
  rewind?(process: DenoProcess): Promise<boolean>;
}

/** Failures after which a process is as good as before: the code ended by itself and what it ran in is dropped. */
const harmless = new Set(['throw', 'bad_output', 'too_big', 'load_error', 'no_export']);

export function isReusable(outcome: InvokeOutcome): boolean {
  return outcome.ok || harmless.has(outcome.reason);
}

/** Code under judgement: processes that run nothing else, one for each place it is run in, in turn. */
export class OwnSession implements SandboxSession {
  private readonly byPlace = new Map<string, DenoProcess>();
  /** Those that ran the code since they were last put back. */
  private readonly used = new Map<DenoProcess, Ambience>();
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly processes: OwnProcesses) {}

  invoke(invocation: Invocation, signal: AbortSignal): Promise<InvokeOutcome> {
    const next = this.turn.then(() => this.run(invocation, signal));
    this.turn = next.catch(() => undefined);
    return next;
  }

  /** Processes that have run the code are rewound or, where that cannot be, replaced at once: how long that takes tells of what ran. */
  forget(): Promise<void> {
    const work = this.turn.then(() => this.rewindUsed());
    this.turn = work.catch(() => undefined);
    return work;
  }

  private async rewindUsed(): Promise<void> {
    const { rewind, discard } = this.processes;
    if (rewind === undefined) return;
    for (const [process, place] of this.used) {
      if (await rewind(process)) continue;
      discard(process);
      await this.placed(place);
    }
    this.used.clear();
  }

  private async placed(place: Ambience): Promise<DenoProcess> {
    const key = JSON.stringify(place);
    const known = this.byPlace.get(key);
    if (known?.alive) return known;
    const process = await this.processes.fresh(place);
    this.byPlace.set(key, process);
    await this.processes.rewind?.(process);
    return process;
  }

  private async run(invocation: Invocation, signal: AbortSignal): Promise<InvokeOutcome> {
    throwIfCancelled(signal);
    const place = invocation.place ?? plainAmbience;
    const process = await this.placed(place);
    this.used.set(process, place);
    let reusable = false;
    try {
      const outcome = await this.processes.run(process, invocation, signal);
      reusable = isReusable(outcome);
      return outcome;
    } finally {
      if (!reusable) this.processes.discard(process);
    }
  }

  async close(): Promise<void> {
    await this.turn;
    for (const process of this.byPlace.values()) this.processes.discard(process);
  }
}
