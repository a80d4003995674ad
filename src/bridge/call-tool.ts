import { setTimeout } from 'node:timers/promises';
import { type CallToolResult, type Client, SdkError, SdkErrorCode } from '@modelcontextprotocol/client';
import { FoundryError } from '../errors.js';
import type { JsonObject } from '../json.js';
import { isLost } from './lost.js';
import type { ServerPool } from './server-pool.js';
import { quoteOutside } from './tool-result.js';

export interface ToolRequest {
  readonly server: string;
  readonly tool: string;
  readonly args: JsonObject;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

const backoffMs = [200, 1_000];
function explained(error: unknown, { server, tool, signal, timeoutMs }: ToolRequest): FoundryError {
  const shown = `${server}.${tool}`;
  const cause = { cause: error };
  if (error instanceof FoundryError) return error;
  if (signal.aborted) {
    return new FoundryError('cancelled', `The call of ${shown} was cancelled.`, 'Call again when it is wanted.', cause);
  }
  if (error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout) {
    return new FoundryError(
      'timeout',
      `The tool ${shown} did not answer within ${Math.round(timeoutMs / 1000)} s.`,
      'Check whether it did its work before calling it again.',
      cause,
    );
  }
  return new FoundryError(
    'upstream',
    `The call of ${shown} failed: "${quoteOutside(error instanceof Error ? error.message : String(error))}".`,
    isLost(error)
      ? 'The next call connects again. Check whether this one did its work before repeating it.'
      : 'Check the arguments and the server; a repeat helps only where the server was down.',
    cause,
  );
}

async function ask(client: Client, { tool, args, signal, timeoutMs }: ToolRequest): Promise<CallToolResult> {
  const options = { signal, timeout: timeoutMs, maxTotalTimeout: timeoutMs };
  return client.callTool({ name: tool, arguments: args }, options);
}

/**
 * Calls a tool of a server. A call whose server was lost is repeated, over a new connection, only where the server marks the tool
 * as idempotent; for any other tool it may have done its work before the answer was lost.
 * @throws FoundryError upstream, timeout, cancelled
 */
export async function callTool(pool: ServerPool, request: ToolRequest): Promise<CallToolResult> {
  const { server, tool, signal } = request;
  for (let tries = 0; ; tries += 1) {
    const mayRepeat = (await pool.tools(server)).get(tool)?.annotations?.idempotentHint === true;
    const connection = await pool.connection(server);
    try {
      return await ask(connection.client, request);
    } catch (error) {
      const lost = isLost(error) && !signal.aborted;
      if (lost) await pool.drop(server, connection);
      const wait = backoffMs[tries];
      if (!lost || !mayRepeat || wait === undefined) throw explained(error, request);
      pool.options.log.warn('tool_call_repeated', { server, tool, tries: tries + 1 });
      await setTimeout(wait, undefined, { signal }).catch((aborted: unknown) => {
        throw explained(aborted, request);
      });
    }
  }
}
