import { sha256 } from '../../hash.js';
import type { JsonObject, JsonValue } from '../../json.js';

const placeholder = /\[([A-Z][A-Z0-9_]*_\d+)\]/g;

/** What redaction numbered alike in two runs is not the same value: gives each run's placeholders a mark of that run. */
export function markedByRun(runId: string): <T extends JsonValue>(value: T) => T {
  const mark = sha256(runId).slice(0, 6);
  const change = (value: JsonValue): JsonValue => {
    if (typeof value === 'string') return value.includes('[') ? value.replace(placeholder, `[$1_${mark}]`) : value;
    if (Array.isArray(value)) return value.map(change);
    if (typeof value !== 'object' || value === null) return value;
    const changed: [string, JsonValue][] = Object.entries(value).map(([key, one]) => [
      String(change(key)),
      change(one),
    ]);
    return Object.fromEntries(changed) satisfies JsonObject;
  };
  // Text is replaced by text: the shape stays.
  return (value) => change(value) as typeof value;
}
