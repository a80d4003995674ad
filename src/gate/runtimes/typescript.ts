import type { Config } from '../../config.js';
import type { Logger } from '../../log.js';
import type { Sandbox } from './runtime.js';

export interface TypescriptSandboxDeps {
  readonly config: Config;
  readonly log: Logger;
}

export function createTypescriptSandbox(_deps: TypescriptSandboxDeps): Sandbox {
  throw new Error('not built yet');
}
