/** The commonest English words, and those of who does something and that it can be done: a run says `I` for them. */
const stopWords = new Set(
  `able agent agents allow allowed allows assistant assistants customer customers let lets system systems user users
  a about after again all also always an and any are as at be because been before being below between both but by can could do does
  done down during each either every few for from further had has have having he her here his how i if in into is it its
  itself just may might more most must of off on once only or other our out over own same shall she should so some such than
  that the their them then there these they this those through to too under until up upon very was we were what when where
  which while who whom why will with would you within your`.split(/\s+/),
);

/** English words that turn a statement around. */
const denials =
  /\b(?:no|not|never|none|nobody|nothing|neither|nor|cannot|without|unable|impossible|unavailable|refus(?:e|es|ed)|declin(?:e|es|ed)|den(?:y|ies|ied)|reject(?:s|ed)?|forbid(?:s|den)?|prohibit(?:s|ed)?|disallow(?:s|ed)?|fail(?:s|ed)?|error)\b|n['\u2019]t\b/gi;

/** Whether a statement denies something: an odd number of words that turn it around. */
export function isDenial(text: string): boolean {
  return (text.match(denials)?.length ?? 0) % 2 === 1;
}

const deny = new RegExp(`^(?:${denials.source})$`, 'i');

/** The common beginning of the forms of an English word: `cancelled`, `cancels` and `cancellation` become `cancel`. */
export function stemOf(word: string): string {
  if (/\d/.test(word) || word.length < 5)
    return word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
  const stem = word
    .replace(/(?:ies|ied)$/, 'y')
    .replace(/(?:ations?|ings?|ed|es|s|e|ment|ments)$/, '')
    .replace(/([b-df-hj-np-rtv-z])\1$/, '$1');
  return stem.length >= 3 ? stem : word;
}

function meantWords(text: string): string[] {
  const words = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/(?<=\d),(?=\d{3})/g, '')
    .replace(/['\u2019](?:s|t|re|ve|ll|d|m)\b/g, '')
    .match(/[\p{L}\p{N}]+/gu);
  return (words ?? []).filter(
    (word) => !stopWords.has(word) && !deny.test(word) && (word.length > 1 || /\d/.test(word)),
  );
}

/** The words of a text that carry its meaning, by their stems, each once: no stop words, no words of denial. */
export function meaningOf(text: string): Set<string> {
  return new Set(meantWords(text).map(stemOf));
}

/** What to search for: the words of a text as they stand, and their stems, for the index knows whole words alone. */
export function queriesOf(text: string): string[] {
  const words = meantWords(text);
  return [...new Set([words.join(' '), words.map(stemOf).join(' ')])];
}
