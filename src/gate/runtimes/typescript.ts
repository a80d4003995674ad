import type { Config } from '../../config.js';
import { FoundryError, throwIfCancelled } from '../../errors.js';
import { sha256 } from '../../hash.js';
import type { Logger } from '../../log.js';
import { isReusable, OwnSession } from './own-session.js';
import type { Invocation, InvokeOutcome, Sandbox, SandboxHealth, SandboxSession } from './runtime.js';
import { plainAmbience } from './typescript/deno-command.js';
import type { Hello } from './typescript/deno-process.js';
import type { Walls } from './typescript/isolation.js';
import { memoryWatchKind } from './typescript/memory-watch.js';
import { ProcessPool } from './typescript/process-pool.js';
import { runInvocation } from './typescript/run-invocation.js';
import { type Transpiled, transpile } from './typescript/transpile.js';

export interface TypescriptSandboxDeps {
  readonly config: Config;
  readonly log: Logger;
}

const defaultMemoryMb = 128;
const maxPrograms = 64;

/** Endings that a process used before may owe to what it did then. */
const doubtfulReasons = new Set(['exit', 'protocol', 'memory_heap', 'memory_rss']);

interface SharedOutcome {
  readonly outcome: InvokeOutcome;
  readonly shared: boolean;
}

function notLoaded(transpiled: Extract<Transpiled, { ok: false }>): InvokeOutcome {
  return { ok: false, reason: 'load_error', message: transpiled.message, durationMs: 0, logs: '' };
}

/** Admitted code: any process that never misbehaved, lent for one invocation. */
class PooledSession implements SandboxSession {
  constructor(
    private readonly pool: ProcessPool,
    private readonly program: string,
  ) {}

  async invoke(invocation: Invocation, signal: AbortSignal): Promise<InvokeOutcome> {
    let called = false;
    const onCall: Invocation['onCall'] = (call, callSignal) => {
      called = true;
      return invocation.onCall(call, callSignal);
    };
    const first = await this.once({ ...invocation, onCall }, signal);
    // What others left behind in the process may have ended it: the blame is this code's only if it happens again alone.
    const doubtful = first.shared && !first.outcome.ok && doubtfulReasons.has(first.outcome.reason) && !called;
    return doubtful ? (await this.once(invocation, signal, true)).outcome : first.outcome;
  }

  private async once(invocation: Invocation, signal: AbortSignal, alone = false): Promise<SharedOutcome> {
    throwIfCancelled(signal);
    const process = await this.pool.borrow(plainAmbience, alone);
    const shared = process.served > 0;
    let reusable = false;
    try {
      const outcome = await runInvocation(process, this.program, { invocation, signal });
      reusable = isReusable(outcome);
      return { outcome, shared };
    } finally {
      this.pool.giveBack(process, reusable);
    }
  }

  async close(): Promise<void> {}
}

function isolationOf(hello: Hello, { bubblewrap, prlimit }: Walls): string[] {
  const memory = memoryWatchKind();
  return [
    'process',
    ...(hello.granted.length === 0 ? ['deno_permissions'] : []),
    ...(bubblewrap === undefined ? [] : ['bubblewrap']),
    'context_per_call',
    'heap_limit',
    ...(prlimit === undefined ? [] : ['data_limit']),
    ...(memory === 'none' ? [] : [`memory_watch_${memory}`]),
  ];
}

/**
 * Runs TypeScript in Deno children without permissions, one fresh context per call.
 * `open` never fails for the candidate's sake: code that does not load ends each invocation as `load_error`.
 */
export function createTypescriptSandbox({ config, log }: TypescriptSandboxDeps): Sandbox {
  const settings = config.file.gate;
  const pool = new ProcessPool({ memoryMb: settings?.memory_mb ?? defaultMemoryMb }, log);
  const required = settings?.required_isolation ?? ['process', 'deno_permissions'];
  const programs = new Map<string, Promise<Transpiled>>();
  let introduced: Promise<{ hello: Hello; isolation: string[] }> | undefined;

  const introduce = (): Promise<{ hello: Hello; isolation: string[] }> => {
    introduced ??= (async () => {
      const walls = await pool.findWalls();
      const hello = await pool.introduce(plainAmbience);
      return { hello, isolation: isolationOf(hello, walls) };
    })().catch((error: unknown) => {
      // What is missing may be there the next time.
      introduced = undefined;
      throw error;
    });
    return introduced;
  };

  const programOf = (code: string): Promise<Transpiled> => {
    const key = sha256(code);
    const program = programs.get(key) ?? transpile(code);
    programs.delete(key);
    programs.set(key, program);
    const oldest = programs.keys().next();
    if (programs.size > maxPrograms && !oldest.done) programs.delete(oldest.value);
    return program;
  };

  const requireWalls = async (): Promise<void> => {
    const { isolation } = await introduce();
    const missing = required.filter((wall) => !isolation.includes(wall));
    if (missing.length === 0) return;
    throw new FoundryError(
      'sandbox_unavailable',
      `The required isolation is not to be had here: ${missing.join(', ')}.`,
      'Install what is missing (bubblewrap needs user namespaces), or take it out of gate.required_isolation.',
    );
  };

  return {
    language: 'typescript',
    async open(code, options) {
      await requireWalls();
      const transpiled = await programOf(code);
      if (!transpiled.ok) return { invoke: async () => notLoaded(transpiled), close: async () => undefined };
      const { program } = transpiled;
      if (options?.pooled) return new PooledSession(pool, program);
      return new OwnSession({
        fresh: (ambience) => pool.fresh(ambience),
        discard: (process) => pool.discard(process),
        run: (process, invocation, signal) => runInvocation(process, program, { invocation, signal }),
      });
    },
    async health(): Promise<SandboxHealth> {
      try {
        const { hello, isolation } = await introduce();
        const fingerprint = `deno ${hello.deno} v8 ${hello.v8} ${hello.target}`;
        return { available: true, fingerprint, isolation, detail: 'candidates run' };
      } catch (error) {
        if (!(error instanceof FoundryError)) throw error;
        return { available: false, fingerprint: 'none', isolation: [], detail: `${error.message} ${error.fix}` };
      }
    },
    close: () => pool.close(),
  };
}
