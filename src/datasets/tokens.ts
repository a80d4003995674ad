import { canonicalJson } from '../json.js';

export type TokenCounter = (row: unknown) => number;

/**
 * Counts the tokens of a row's JSON text with the o200k encoding. A trainer's chat template counts a little differently:
 * this is a bound to filter by, not a bill. The encoding is loaded on first use, for it is large.
 */
export async function loadTokenCounter(): Promise<TokenCounter> {
  const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base');
  // Text of logs may spell out special tokens; here they are text like any other.
  const asText = { disallowedSpecial: new Set<string>() };
  return (row) => countTokens(canonicalJson(row), asText);
}
