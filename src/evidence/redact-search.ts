import type { JsonValue } from '../json.js';
import { kindByKey } from './personal-rules.js';
import { findSecrets, type SearchRules } from './redact-detect.js';
import { secretUnderKey } from './redact-named.js';
import { awsSecretName, awsSecretValue, type Finding } from './redact-rules.js';
import { type Part, visit } from './redact-walk.js';

/** What a search found in values. */
export interface Findings {
  /** those of a text that has any */
  get(text: string): readonly Finding[] | undefined;
  /** Whether a value that was searched holds nothing to be taken out; false where it was not searched. */
  isClean(value: JsonValue): boolean;
}

export const joinedText = (parts: readonly Part[]): string => parts.map((part) => part.text).join('');

/** The kind of a whole text by the key that it stands under, where no text shows it by its shape. */
export function kindUnderKey(key: string, text: string, rules: SearchRules): string | null {
  if (awsSecretValue.test(text) && awsSecretName.test(key)) return 'AWS_SECRET_KEY';
  return secretUnderKey(key, text) ?? kindByKey(key, text, rules.personal);
}

/** The texts of an object, where no key makes one of them a finding. */
function textsOf(value: JsonValue, rules: SearchRules, into: Set<string>): string[] | null {
  const texts: string[] = [];
  let isKnownByKey = false;
  const see = (text: string): void => {
    texts.push(text);
    into.add(text);
  };
  visit(value, {
    text(text, key) {
      see(text);
      if (key !== null && kindUnderKey(key, text, rules) !== null) isKnownByKey = true;
    },
    number(number, key) {
      if (kindByKey(key, String(number), rules.personal) !== null) isKnownByKey = true;
    },
    parts: (parts) => see(joinedText(parts)),
  });
  return isKnownByKey ? null : texts;
}

/** Searches the strings of values, all together; what is found in one does not depend on the others. */
export async function searchValues(values: Iterable<JsonValue>, rules: SearchRules): Promise<Findings> {
  const all = new Set<string>();
  const searched: { value: object; texts: readonly string[] }[] = [];
  for (const value of values) {
    const texts = textsOf(value, rules, all);
    if (texts !== null && typeof value === 'object' && value !== null) searched.push({ value, texts });
  }
  const found = await findSecrets(all, rules);
  // Most values hold nothing: to know it spares them a second walk.
  const clean = new WeakSet<object>();
  for (const { value, texts } of searched) if (!texts.some((text) => found.has(text))) clean.add(value);
  return {
    get: (text) => found.get(text),
    isClean: (value) => typeof value === 'object' && value !== null && clean.has(value),
  };
}
