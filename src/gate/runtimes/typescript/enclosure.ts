import { FoundryError } from '../../../errors.js';
import type { Logger } from '../../../log.js';
import { inOrder } from '../../walls.js';
import { HostGuard } from '../os/host-guard.js';
import { CodeCache } from './code-cache.js';
import { denoBinary } from './deno-binary.js';
import type { Command } from './deno-command.js';
import type { DenoProcess } from './deno-process.js';
import { type Isolation, settle } from './isolation.js';

export interface EnclosureSettings {
  /** The operator's own Deno. */
  readonly denoPath: string | undefined;
  /** Writable memory that a child may map. */
  readonly dataMb: number;
  readonly log: Logger;
  /** The child that is started first, to see which walls stand. */
  inner(binary: string): Command;
  /** `preamble` is what the child reads before anything else. */
  start(command: Command, preamble?: readonly Uint8Array[]): DenoProcess;
}

/** The walls around the children of one pool: settled by the first of them, and held against each later one. */
export class Enclosure {
  private settled: Promise<Isolation> | undefined;
  private guard: HostGuard | undefined;
  private codeCache: CodeCache | undefined;

  constructor(
    private readonly settings: EnclosureSettings,
    /** Takes the first child over. */
    private readonly onFirst: (first: DenoProcess) => void,
  ) {}

  /** Settled once. @throws FoundryError sandbox_unavailable */
  isolation(): Promise<Isolation> {
    this.settled ??= this.settle().catch((error: unknown) => {
      // What is missing may be there the next time.
      this.settled = undefined;
      throw error;
    });
    return this.settled;
  }

  private async settle(): Promise<Isolation> {
    const { denoPath, inner, ...rest } = this.settings;
    const binary = denoBinary(denoPath);
    const { isolation, process: first } = await settle({ ...rest, binary, inner: inner(binary) });
    const guarded =
      isolation.up.includes('dies_with_host') || process.platform === 'win32'
        ? isolation
        : await this.startGuard(isolation);
    this.tie(first);
    this.onFirst(first);
    return guarded;
  }

  /** Where the kernel does not end the children with the host, a shell beside it does. */
  private async startGuard(isolation: Isolation): Promise<Isolation> {
    const guard = new HostGuard();
    if (!(await guard.start())) return isolation;
    this.guard = guard;
    return {
      ...isolation,
      up: inOrder([...isolation.up, 'dies_with_host']),
      absent: isolation.absent.filter(({ wall }) => wall !== 'dies_with_host'),
    };
  }

  /** Starts a child behind the walls. @throws FoundryError sandbox_unavailable */
  async launch(inner: (binary: string) => Command, preamble?: readonly Uint8Array[]): Promise<DenoProcess> {
    const { binary, wrap, up } = await this.isolation();
    this.codeCache ??= new CodeCache(this.settings.inner(binary));
    // Behind bubblewrap a child sees no folder.
    const plain = inner(binary);
    const furnished = up.includes('bubblewrap') ? undefined : this.codeCache.furnish(plain);
    const child = this.settings.start(wrap(furnished?.command ?? plain), preamble);
    furnished?.started(child);
    this.tie(child);
    return child;
  }

  private tie(child: DenoProcess): void {
    const { guard } = this;
    if (guard === undefined || child.pid === 0) return;
    guard.add(child.pid);
    void child.exited.then(() => guard.remove(child.pid));
  }

  /**
   * Sees to it that a child that has started has every wall that was settled, so that what a report lists stood around the
   * very process that judged.
   * @throws FoundryError sandbox_unavailable
   */
  async requireAround(child: DenoProcess): Promise<void> {
    const { seen } = await this.isolation();
    const fallen = seen.filter((wall) => !child.walls.includes(wall));
    if (fallen.length === 0) return;
    child.kill();
    throw new FoundryError(
      'sandbox_unavailable',
      `A process started without walls that were up before: ${fallen.join(', ')}.`,
      'Run "capability-foundry doctor", and start the server again.',
    );
  }

  close(): void {
    this.guard?.close();
  }
}
