import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as z from 'zod';
import type { Config } from '../../config.js';
import { FoundryError, throwIfCancelled } from '../../errors.js';
import type { Logger } from '../../log.js';
import { Inspector } from './python/inspector.js';
import { ambienceOf, harmless, named } from './python/outcomes.js';
import { PythonPool } from './python/process-pool.js';
import { RewoundGroup } from './python/rewound-group.js';
import type { Invocation, InvokeOutcome, Sandbox, SandboxHealth, SandboxSession } from './runtime.js';
import { plainAmbience } from './typescript/deno-command.js';
import type { DenoProcess, Hello } from './typescript/deno-process.js';
import type { Walls } from './typescript/isolation.js';
import { memoryWatchKind } from './typescript/memory-watch.js';
import { runInvocation } from './typescript/run-invocation.js';

export interface PythonSandboxDeps {
  readonly config: Config;
  readonly log: Logger;
}

const defaultMemoryMb = 128;
const maxCodeChars = 200_000;

/** One candidate: an interpreter of its own for each ambience, each invocation in a fresh module of it. */
class PythonSession implements SandboxSession {
  private readonly processes = new Map<string, DenoProcess>();
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly pool: PythonPool,
    private readonly program: string,
  ) {}

  invoke(invocation: Invocation, signal: AbortSignal): Promise<InvokeOutcome> {
    const next = this.turn.then(() => this.run(invocation, signal));
    this.turn = next.catch(() => undefined);
    return next;
  }

  private async run(invocation: Invocation, signal: AbortSignal): Promise<InvokeOutcome> {
    throwIfCancelled(signal);
    const ambience = ambienceOf(invocation);
    const key = JSON.stringify(ambience);
    const known = this.processes.get(key);
    const process = known?.alive ? known : await this.pool.fresh(ambience);
    this.processes.set(key, process);
    let reusable = false;
    try {
      const outcome = named(await runInvocation(process, this.program, { invocation, signal, glue: '' }));
      reusable = outcome.ok || harmless.has(outcome.reason);
      return outcome;
    } finally {
      if (!reusable) this.pool.discard(process);
    }
  }

  async close(): Promise<void> {
    await this.turn;
    for (const process of this.processes.values()) this.pool.discard(process);
  }
}

function isolationOf(hello: Hello, { bubblewrap, prlimit }: Walls): string[] {
  const memory = memoryWatchKind();
  return [
    'process',
    ...(hello.granted.length === 0 ? ['deno_permissions'] : []),
    ...(bubblewrap === undefined ? [] : ['bubblewrap']),
    'interpreter_per_candidate',
    'heap_limit',
    ...(prlimit === undefined ? [] : ['data_limit']),
    ...(memory === 'none' ? [] : [`memory_watch_${memory}`]),
  ];
}

function denoVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)('deno/package.json');
  return z.object({ version: z.string() }).parse(manifest).version;
}

function tooLong(): InvokeOutcome {
  const message = `the code is longer than ${maxCodeChars} characters`;
  return { ok: false, reason: 'load_error', message, durationMs: 0, logs: '' };
}

/**
 * Runs Python in Pyodide inside Deno children without permissions: an interpreter for each candidate, started from a memory
 * snapshot. `def execute(input, ctx)`; `ctx.call(name, args)` returns the answer and needs no await.
 * `open` never fails for the candidate's sake: code that does not load ends each invocation as `load_error`.
 */
export function createPythonSandbox({ config, log }: PythonSandboxDeps): Sandbox {
  const settings = config.file.gate;
  const required = settings?.required_isolation ?? ['process', 'deno_permissions'];
  const folder = join(config.home, 'cache', 'python');
  let pool: PythonPool | undefined;
  let inspector: Inspector | undefined;
  let introduced: Promise<{ hello: Hello; walls: Walls; version: string }> | undefined;

  const poolOf = (): PythonPool => {
    pool ??= new PythonPool(
      { memoryMb: settings?.memory_mb ?? defaultMemoryMb, folder, denoVersion: denoVersion() },
      log,
    );
    return pool;
  };
  const inspectorOf = (): Inspector => {
    inspector ??= new Inspector(poolOf());
    return inspector;
  };
  const introduce = (): Promise<{ hello: Hello; walls: Walls; version: string }> => {
    introduced ??= (async () => {
      const walls = await poolOf().findWalls();
      const { version } = await poolOf().prepare();
      return { walls, version, hello: await poolOf().introduce(plainAmbience) };
    })().catch((error: unknown) => {
      introduced = undefined;
      throw error;
    });
    return introduced;
  };
  const requireWalls = async (): Promise<void> => {
    const { hello, walls } = await introduce();
    const isolation = isolationOf(hello, walls);
    const missing = required.filter((wall) => !isolation.includes(wall));
    if (missing.length === 0) return;
    throw new FoundryError(
      'sandbox_unavailable',
      `The required isolation is not to be had here: ${missing.join(', ')}.`,
      'Install what is missing (bubblewrap needs user namespaces), or take it out of gate.required_isolation.',
    );
  };

  return {
    language: 'python',
    async open(code) {
      await requireWalls();
      if (code.length > maxCodeChars) return { invoke: async () => tooLong(), close: async () => undefined };
      return new PythonSession(poolOf(), code);
    },
    async inspect(code) {
      await requireWalls();
      return inspectorOf().inspect(code);
    },
    async possibleFaults(code) {
      await requireWalls();
      return inspectorOf().possibleFaults(code);
    },
    openGroup: () => new RewoundGroup(poolOf(), requireWalls),
    async health(): Promise<SandboxHealth> {
      try {
        const { hello, walls, version } = await introduce();
        const fingerprint = `pyodide ${version} deno ${hello.deno} v8 ${hello.v8} ${hello.target}`;
        return { available: true, fingerprint, isolation: isolationOf(hello, walls), detail: 'candidates run' };
      } catch (error) {
        if (!(error instanceof FoundryError)) throw error;
        return { available: false, fingerprint: 'none', isolation: [], detail: `${error.message} ${error.fix}` };
      }
    },
    close: async () => pool?.close(),
  };
}
