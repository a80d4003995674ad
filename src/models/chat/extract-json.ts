import { isJsonObject, type JsonObject, tryParseJson } from '../../json.js';

/** End of the balanced object that opens at `start`, or -1 where it never closes. Braces inside strings do not count. */
function endOfObject(text: string, start: number): number {
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at += 1) {
    const char = text[at];
    if (inString) {
      if (char === '\\') at += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{') depth += 1;
    else if (char === '}') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}

/** How often a scan may start over: a text of nothing but open braces would otherwise cost its length squared. */
const maxStarts = 200;

/**
 * The JSON object in a model's answer: the whole answer, or the largest object that stands whole in it, whatever prose
 * or code fence is around. undefined where there is none, as in an answer that was cut off.
 */
export function extractJsonObject(text: string): JsonObject | undefined {
  const whole = tryParseJson(text.trim());
  if (isJsonObject(whole)) return whole;
  let best: { value: JsonObject; length: number } | undefined;
  let at = text.indexOf('{');
  for (let starts = 0; at !== -1 && starts < maxStarts; starts += 1) {
    const end = endOfObject(text, at);
    const value = end === -1 ? undefined : tryParseJson(text.slice(at, end));
    if (isJsonObject(value)) {
      if (!best || end - at > best.length) best = { value, length: end - at };
      at = text.indexOf('{', end);
    } else if (end === -1 && best === undefined && /^[\s`\w]*$/.test(text.slice(0, at))) {
      // The answer opens with an object that never closes: an inner object is a fragment of it, not the answer.
      return undefined;
    } else at = text.indexOf('{', at + 1);
  }
  return best?.value;
}

/** The first fenced block of code in an answer, or undefined. */
export function extractCodeBlock(text: string): { language: string; code: string } | undefined {
  const found = /```([a-zA-Z]*)[^\S\n]*\n([\s\S]*?)\n?```/.exec(text);
  const code = found?.[2];
  return code === undefined ? undefined : { language: (found?.[1] ?? '').toLowerCase(), code };
}
