import type { ToolDefinition } from '../../evidence/model.js';
import type { JsonObject } from '../../json.js';
import type { FlatMessage } from '../conversation.js';

export interface RowOptions {
  readonly tools: readonly ToolDefinition[];
  /** Whether assistant messages whose calls failed are kept out of the loss, where the format can say so. */
  readonly maskFailedSteps: boolean;
}

/** One shape of training rows. */
export interface RowFormat {
  readonly name: 'trl' | 'openai';
  /** Whether a message can be kept out of the loss. */
  readonly canMask: boolean;
  render(messages: readonly FlatMessage[], options: RowOptions): JsonObject;
  /** @returns what is wrong with a row, or null where it is valid */
  problem(row: unknown): string | null;
}

/** Says where and what the first issue of a zod check is. */
export function firstIssue(error: {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}): string {
  const issue = error.issues[0];
  return issue ? `${issue.path.map(String).join('.') || 'row'}: ${issue.message}` : 'not valid';
}
