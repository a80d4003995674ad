import { LRUCache } from 'lru-cache';
import type { Config } from '../../config.js';
import { throwIfCancelled } from '../../errors.js';
import { createGrants } from '../../grants.js';
import { sha256 } from '../../hash.js';
import type { Logger } from '../../log.js';
import { requiredByDefault } from '../walls.js';
import { isReusable, OwnSession } from './own-session.js';
import { createWallCheck } from './required-walls.js';
import type { BundledPackages, Invocation, InvokeOutcome, Sandbox, SandboxSession } from './runtime.js';
import { plainAmbience } from './typescript/deno-command.js';
import { createPackageSource } from './typescript/packages.js';
import { ProcessPool } from './typescript/process-pool.js';
import { runInvocation } from './typescript/run-invocation.js';
import { type Transpiled, transpile } from './typescript/transpile.js';

export interface TypescriptSandboxDeps {
  readonly config: Config;
  readonly log: Logger;
}

const defaultMemoryMb = 128;

/** Endings that a process used before may owe to what it did then. */
const doubtfulReasons = new Set(['exit', 'protocol', 'memory_heap', 'memory_rss']);

interface SharedOutcome {
  readonly outcome: InvokeOutcome;
  readonly shared: boolean;
}

function notLoaded({ message }: { readonly message: string }): SandboxSession {
  const outcome: InvokeOutcome = { ok: false, reason: 'load_error', message, durationMs: 0, logs: '' };
  return { invoke: async () => outcome, close: async () => undefined };
}

function withPackages(session: SandboxSession, packages: BundledPackages | undefined): SandboxSession {
  if (packages === undefined) return session;
  return { packages, invoke: (invocation, signal) => session.invoke(invocation, signal), close: () => session.close() };
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

/**
 * Runs TypeScript in Deno children without permissions, one fresh context per call.
 * `open` never fails for the candidate's sake: code that does not load ends each invocation as `load_error`.
 */
export function createTypescriptSandbox({ config, log }: TypescriptSandboxDeps): Sandbox {
  const settings = config.file.gate;
  const { memory_mb: memoryMb = defaultMemoryMb, deno_path: denoPath } = settings ?? {};
  const pool = new ProcessPool({ memoryMb, denoPath }, log);
  const programs = new LRUCache<string, Promise<Transpiled>>({ max: 64 });
  const packageSource = createPackageSource(createGrants(config), config.packagesDir);
  const walls = createWallCheck('typescript', settings?.required_isolation ?? requiredByDefault, {
    async walls() {
      const { up, absent } = await pool.isolation();
      return { up: [...up, 'context_per_call'], absent };
    },
    async fingerprint() {
      const { hello } = await pool.isolation();
      return `deno ${hello.deno} v8 ${hello.v8} ${hello.target}`;
    },
  });

  const programOf = (code: string): Promise<Transpiled> => {
    const key = sha256(code);
    const program = programs.get(key) ?? transpile(code);
    programs.set(key, program);
    return program;
  };

  return {
    language: 'typescript',
    async open(code, options) {
      await walls.require();
      const transpiled = await programOf(code);
      if (!transpiled.ok) return notLoaded(transpiled);
      const given = await packageSource.giveTo(code, options?.packages);
      if (!given.ok) return notLoaded(given);
      const program = given.around(transpiled.program);
      if (options?.pooled) return withPackages(new PooledSession(pool, program), given.packages);
      const session = new OwnSession({
        fresh: (ambience) => pool.fresh(ambience),
        discard: (process) => pool.discard(process),
        run: (process, invocation, signal) => runInvocation(process, program, { invocation, signal }),
      });
      return withPackages(session, given.packages);
    },
    // Every call has a context of its own, so a pool does for variants what it does for admitted code.
    openGroup(packages) {
      return { open: (code) => this.open(code, { pooled: true, packages }), close: async () => undefined };
    },
    health: walls.health,
    close: () => pool.close(),
  };
}
