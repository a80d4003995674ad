import { hash } from 'node:crypto';
import { canonicalJson } from './json.js';

/** sha256 as 64 lower-case hex digits. Text is hashed as UTF-8. */
export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}

/** sha256 of the canonical JSON of a value: equal values, equal hashes. */
export function hashOf(value: unknown): string {
  return sha256(canonicalJson(value));
}

/** A short content id: `prefix_` and the first 16 hex digits (64 bits) of the value's hash. */
export function contentId(prefix: string, value: unknown): string {
  return `${prefix}_${hashOf(value).slice(0, 16)}`;
}
