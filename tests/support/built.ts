import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectFolder = fileURLToPath(new URL('../..', import.meta.url));

/** Set by the global setup, which runs before any test file is loaded. */
export const buildVariable = 'FOUNDRY_TEST_BUILD';

/** The built program; only for tests that run under the global setup. */
export function builtProgram(): string {
  const folder = process.env[buildVariable];
  if (!folder) throw new Error(`${buildVariable} is not set: the global setup did not run`);
  return join(folder, 'dist', 'src', 'bin.js');
}
