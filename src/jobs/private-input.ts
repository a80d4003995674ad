import type { JsonObject } from '../json.js';

export interface Withheld {
  readonly full: JsonObject;
  readonly stored: JsonObject;
}

/**
 * Log text that a client hands in has not passed redaction yet: it is kept in memory for its job and never stored.
 * @returns undefined where the input holds no such text
 */
export function withholdPrivate(kind: string, input: JsonObject): Withheld | undefined {
  if (kind !== 'import_evidence' || typeof input['content'] !== 'string') return undefined;
  const { content, ...rest } = input;
  return { full: input, stored: { ...rest, withheld: 'content', content_chars: content.length } };
}
