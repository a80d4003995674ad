import type { ActCall } from './model.js';

/** What a value of some kind is called in a need text. Order matters: the narrower pattern first. */
const kinds: readonly (readonly [RegExp, string])[] = [
  [/\[([A-Z]+)(?:_[A-Z]+)*_\d+\]/g, ' $1 '],
  [/\bhttps?:\/\/\S+/gi, ' url '],
  [/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, ' email '],
  [/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, ' id '],
  [/\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?Z?)?\b/g, ' date '],
  [/\b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b/g, ' date '],
  [/\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2}(?:st|nd|rd|th)?(?:,? \d{4})?\b/gi, ' date '],
  [/\b\d{1,2}(?::\d{2}(?::\d{2})?\s*(?:[ap]\.?m\b\.?)?|\s*[ap]\.?m\b\.?)/gi, ' time '],
  [/[$€£]\s?\d[\d,]*(?:\.\d+)?/g, ' amount '],
  [/(?:\/[\w.-]+){2,}|\b[A-Za-z]:\\\S+/g, ' path '],
  // Letters and digits in one word are an identifier (an order, a user, a flight), unless it is one like `3d` or `h1`.
  [/#?\b(?=\w*\d)(?=\w*[A-Za-z])\w{4,}\b/g, ' id '],
  [/#\d+\b/g, ' id '],
  [/(?<![\w.])[+-]?\d[\d,]*(?:\.\d+)?(?:st|nd|rd|th)?\b/g, ' number '],
];

/** Text with each id, number, date, amount, address and path replaced by the word for what it is. */
export function withoutValues(text: string): string {
  let plain = text.normalize('NFKC');
  for (const [pattern, word] of kinds) plain = plain.replace(pattern, word);
  return oneLine(plain).replace(/ +([.,;:?!)])/g, '$1');
}

/** Parts of an identifier as words: `get_user_details`, `getUserDetails` and `get-user-details` alike. */
export function identifierWords(name: string): string {
  return name
    .replace(/^mcp__/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .toLowerCase();
}

/** Lower-case words of a text, in order: letters and digits, with an apostrophe inside. */
export function wordsOf(text: string): string[] {
  return (
    text
      .toLowerCase()
      .replace(/[’]/g, "'")
      .match(/[\p{L}\p{N}]+(?:'[\p{L}]+)?/gu) ?? []
  );
}

/** A text on one line. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** The first words of a text, cut between words; what was cut is marked. */
export function firstWords(text: string, limit: number): string {
  const words = oneLine(text).split(' ');
  return words.length <= limit ? words.join(' ') : `${words.slice(0, limit).join(' ')}...`;
}

/** The first characters of a text; what was cut is marked. */
export function clip(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit)}...`;
}

/** What the calls do, in words: each tool once, in order, at most four. `look up order, then issue refund` */
export function toolPhrase(calls: readonly Pick<ActCall, 'tool'>[]): string {
  const names = [...new Set(calls.map((call) => identifierWords(call.tool)))].filter((name) => name !== '');
  const shown = names.slice(0, 4);
  return names.length > shown.length ? `${shown.join(', then ')} and more` : shown.join(', then ');
}
