import { join } from 'node:path';
import type { Config } from '../../config.js';
import type { Logger } from '../../log.js';
import { requiredByDefault } from '../walls.js';
import { OwnSession } from './own-session.js';
import { Inspector } from './python/inspector.js';
import { PythonPool } from './python/process-pool.js';
import { RewoundGroup, rewind } from './python/rewound-group.js';
import { createWallCheck } from './required-walls.js';
import type { InvokeOutcome, Sandbox } from './runtime.js';
import { plainAmbience } from './typescript/deno-command.js';
import type { DenoProcess } from './typescript/deno-process.js';
import { runInvocation } from './typescript/run-invocation.js';

export interface PythonSandboxDeps {
  readonly config: Config;
  readonly log: Logger;
}

const defaultMemoryMb = 128;
const maxCodeChars = 200_000;

/** A loop cannot be interrupted from within, so the host's timer is the code's own. */
function named(outcome: InvokeOutcome): InvokeOutcome {
  if (outcome.ok || outcome.reason !== 'wall_timeout') return outcome;
  return { ...outcome, reason: 'timeout', message: 'the code ran longer than its time' };
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
  const folder = join(config.home, 'cache', 'python');
  let pool: PythonPool | undefined;
  let inspector: Inspector | undefined;
  let introduced: Promise<string> | undefined;

  const poolOf = (): PythonPool => {
    pool ??= new PythonPool(
      { memoryMb: settings?.memory_mb ?? defaultMemoryMb, folder, denoPath: settings?.deno_path },
      log,
    );
    return pool;
  };
  const inspectorOf = (): Inspector => {
    inspector ??= new Inspector(poolOf());
    return inspector;
  };
  const introduce = async (): Promise<string> => {
    const { version } = await poolOf().prepare();
    const hello = await poolOf().introduce(plainAmbience);
    return `pyodide ${version} deno ${hello.deno} v8 ${hello.v8} ${hello.target}`;
  };
  const walls = createWallCheck('python', settings?.required_isolation ?? requiredByDefault, {
    async walls() {
      const { up, absent } = await poolOf().isolation();
      return { up: [...up, 'interpreter_per_candidate'], absent };
    },
    fingerprint() {
      introduced ??= introduce().catch((error: unknown) => {
        introduced = undefined;
        throw error;
      });
      return introduced;
    },
  });

  return {
    language: 'python',
    async open(code, options) {
      await walls.require();
      if (code.length > maxCodeChars) return { invoke: async () => tooLong(), close: async () => undefined };
      const processes = poolOf();
      return new OwnSession({
        fresh: (ambience) => processes.fresh(ambience),
        discard: (process) => processes.discard(process),
        run: async (process, invocation, signal) =>
          named(await runInvocation(process, code, { invocation, signal, glue: '' })),
        ...(options?.forgets && { rewind: (process: DenoProcess) => rewind(process, 0) }),
      });
    },
    async inspect(code) {
      await walls.require();
      return inspectorOf().inspect(code);
    },
    async possibleFaults(code) {
      await walls.require();
      return inspectorOf().possibleFaults(code);
    },
    openGroup: () =>
      new RewoundGroup({
        require: () => walls.require(),
        fresh: (place) => poolOf().fresh(place),
        discard: (process) => poolOf().discard(process),
        run: async (process, code, work) => named(await runInvocation(process, code, { ...work, glue: '' })),
      }),
    health: walls.health,
    close: async () => pool?.close(),
  };
}
