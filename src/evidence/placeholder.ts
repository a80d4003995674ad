import type { JsonValue } from '../json.js';

/** What redaction puts in the place of a value; induction adds a mark of the run to it. */
const placeholder = /\[[A-Z][A-Z0-9_]*_\d+(?:_[0-9a-f]{6})?\]/;

/** Whether redaction took something out of a value: then it is nothing to be called with. */
export function holdsPlaceholder(value: JsonValue): boolean {
  return placeholder.test(JSON.stringify(value));
}

/** Of what was recorded the first from which nothing was taken out, else the first. */
export function likeliest<T>(values: readonly T[], recorded: (value: T) => JsonValue): T | undefined {
  return values.find((one) => !holdsPlaceholder(recorded(one))) ?? values[0];
}
