/**
 * What a reader does not see but a model or a terminal obeys: control characters but line feed and tab, soft hyphens,
 * zero-width, direction and other format characters, line separators, tags, lone surrogates.
 */
export const unseen =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}]|\p{Surrogate}/gu;

/** Text from outside without what cannot be seen or would turn the writing around. */
export function withoutUnseen(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(unseen, '');
}

/** Text from outside as one line of ours may hold it. */
export function oneLine(text: string): string {
  return text
    .replace(/[\r\u2028\u2029]/g, '\n')
    .replace(unseen, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** The same text with what cannot be seen written out as JSON escapes, so that it shows. */
export function escapeUnseen(text: string): string {
  const escaped = (character: string): string =>
    Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join('');
  return text.replace(unseen, escaped);
}
