import type { FoundryError } from '../errors.js';
import type { JsonObject, JsonValue } from '../json.js';

/** Calls to tools of other MCP servers, by `server.tool` or by an alias from the configuration. */
export interface ToolBridge {
  /** The `server.tool` that a logged name stands for here, or undefined where no configured server has it. */
  resolve(name: string): Promise<string | undefined>;
  /** Why a name stands for no tool here: its server is not configured, cannot be reached, or has no such tool. */
  whyMissing(name: string): Promise<FoundryError>;
  /**
   * @returns the structured result, else the text parsed as JSON where it is JSON, else the text
   * @throws FoundryError needs_setup (no such server), upstream (the call failed), timeout
   */
  call(name: string, args: JsonObject, signal: AbortSignal): Promise<JsonValue>;
  /** true where annotations, or else the verb of the name, say that the tool changes state */
  isDestructive(name: string): Promise<boolean>;
  close(): Promise<void>;
}
