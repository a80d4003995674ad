import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../src/config.js';
import { createPythonSandbox } from '../../src/gate/runtimes/python.js';
import type { Sandbox } from '../../src/gate/runtimes/runtime.js';
import { silentLogger } from '../../src/log.js';
import { configWith } from '../unit/gate/support.js';

/** The memory snapshot takes seconds to make, so all tests share one; its name holds the hash of what it was made of. */
export const pythonHome = join(tmpdir(), 'capability-foundry-test-python');

export function pythonConfig(gate: Record<string, unknown> = {}): Config {
  return { ...configWith(gate), home: pythonHome };
}

export function openPython(gate: Record<string, unknown> = {}): Sandbox {
  return createPythonSandbox({ config: pythonConfig(gate), log: silentLogger });
}
