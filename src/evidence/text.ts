import type { JsonValue } from '../json.js';
import type { EvidenceRecord } from './model.js';

const maxIndexed = 50_000;

/** The leaves of a value as text. Names of fields are left out: they stand in every record and would decide every ranking. */
function leaves(value: JsonValue, into: string[]): void {
  if (typeof value === 'string') into.push(value);
  else if (typeof value === 'number') into.push(String(value));
  else if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) leaves(one, into);
}

/** What full-text search sees of a record: its words, the names of the tools, and the values that went in and out. */
export function searchableText(record: EvidenceRecord): string {
  const parts: string[] = [];
  if (record.text) parts.push(record.text);
  for (const call of record.tool_calls) {
    parts.push(call.name);
    if (call.arguments) leaves(call.arguments, parts);
    else if (call.raw_arguments) parts.push(call.raw_arguments);
  }
  if (record.tool_result) {
    if (record.tool_result.name) parts.push(record.tool_result.name);
    if (record.text === null) leaves(record.tool_result.content, parts);
  }
  if (record.act) {
    parts.push(record.act.grounding_ref ?? '');
    for (const call of record.act.latent_calls) leaves(call as JsonValue, parts);
  }
  if (record.outcome) leaves(record.outcome.value, parts);
  return parts.join('\n').slice(0, maxIndexed);
}

const maxWordChars = 1_000;

/** The words of a text, without ids, numbers and codes: what an embedding can make something of. */
export function wordsOf(text: string): string {
  const words = text.slice(0, maxWordChars * 4).match(/(?<![\p{L}\p{N}])[\p{L}']{2,24}(?![\p{L}\p{N}])/gu) ?? [];
  return words.join(' ').slice(0, maxWordChars);
}

/** Words of a query as the full-text index knows them: lower case, without accents, each once. */
export function queryTerms(query: string): string[] {
  const plain = query
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase();
  return [...new Set(plain.match(/[\p{L}\p{N}]+/gu) ?? [])];
}

const before = 60;
const width = 220;

/** A stretch of text around the first of the terms (given rarest first) that occurs in it. */
export function snippetOf(text: string, terms: readonly string[]): string {
  const lower = text.toLowerCase();
  let at = 0;
  for (const term of terms) {
    const found = lower.indexOf(term);
    if (found === -1) continue;
    at = found;
    break;
  }
  const start = Math.max(0, at - before);
  const end = Math.min(text.length, start + width);
  const cut = text.slice(start, end).replace(/\s+/g, ' ').trim();
  return `${start > 0 ? '...' : ''}${cut}${end < text.length ? '...' : ''}`;
}
