import type { Config } from '../config.js';
import type { Clock } from '../context.js';
import type { Gate } from './model.js';
import type { Sandbox } from './runtimes/runtime.js';

export interface GateDeps {
  readonly config: Config;
  readonly sandboxes: readonly Sandbox[];
  readonly clock: Clock;
}

export function createGate(_deps: GateDeps): Gate {
  throw new Error('not built yet');
}
