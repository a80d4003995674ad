import type { Config } from '../config.js';
import type { Logger } from '../log.js';
import type { ToolBridge } from './model.js';

export interface ToolBridgeDeps {
  readonly config: Config;
  readonly log: Logger;
}

export function createToolBridge(_deps: ToolBridgeDeps): ToolBridge {
  throw new Error('not built yet');
}
