import { throwIfCancelled } from '../../errors.js';
import type { Invocation, InvokeOutcome, SandboxSession } from './runtime.js';
import { type Ambience, plainAmbience } from './typescript/deno-command.js';
import type { DenoProcess } from './typescript/deno-process.js';

/** How a language gets processes for one candidate alone, and runs an invocation in them. */
export interface OwnProcesses {
  fresh(ambience: Ambience): Promise<DenoProcess>;
  discard(process: DenoProcess): void;
  run(process: DenoProcess, invocation: Invocation, signal: AbortSignal): Promise<InvokeOutcome>;
}

/** Failures after which a process is as good as before: the code ended by itself and what it ran in is dropped. */
const harmless = new Set(['throw', 'bad_output', 'too_big', 'load_error', 'no_export']);

export function isReusable(outcome: InvokeOutcome): boolean {
  return outcome.ok || harmless.has(outcome.reason);
}

/** Code under judgement: processes that run nothing else, one for each place it is run in, in turn. */
export class OwnSession implements SandboxSession {
  private readonly byPlace = new Map<string, DenoProcess>();
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly processes: OwnProcesses) {}

  invoke(invocation: Invocation, signal: AbortSignal): Promise<InvokeOutcome> {
    const next = this.turn.then(() => this.run(invocation, signal));
    this.turn = next.catch(() => undefined);
    return next;
  }

  private async run(invocation: Invocation, signal: AbortSignal): Promise<InvokeOutcome> {
    throwIfCancelled(signal);
    const place = invocation.place ?? plainAmbience;
    const key = JSON.stringify(place);
    const known = this.byPlace.get(key);
    const process = known?.alive ? known : await this.processes.fresh(place);
    this.byPlace.set(key, process);
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
