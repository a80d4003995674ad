import { basename } from 'node:path';
import { isFile } from '../src/evidence/model.js';
import type { Services } from '../src/services.js';

// Control characters but line feed and tab, soft hyphens, zero-width, bidi and other format characters, tags.
const unseen =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}]|\p{Surrogate}/gu;

/** Text from outside without what cannot be seen or would turn the writing around. */
export function clean(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(unseen, '');
}

/** JSON with what cannot be seen written out: the data stay the same, and show what they are. */
export function escapeUnseen(jsonText: string): string {
  const escaped = (character: string): string =>
    Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join('');
  return jsonText.replace(unseen, escaped);
}

export function clip(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}... [${text.length - length} more characters]` : text;
}

/** A fenced block that its content cannot close. */
export function fence(text: string, language = 'text', length = 4000): string {
  const body = clip(clean(text), length);
  const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map((run) => run[0].length));
  const ticks = '`'.repeat(longest + 1);
  return `${ticks}${language}\n${body}\n${ticks}`;
}

/** Text from outside inside a line: one line, no markup, as code. */
export function inline(text: string, length = 160): string {
  const line = clip(clean(text).replaceAll(/\s+/g, ' ').trim(), length).replaceAll('`', "'").replaceAll('|', '/');
  return line === '' ? '-' : `\`${line}\``;
}

export function fenceJson(value: unknown, length = 4000): string {
  return fence(JSON.stringify(value, null, 2) ?? 'null', 'json', length);
}

/** The log's file as it may be shown: relative to a granted folder, or its name alone. */
export function shownFile(services: Services, path: string): string {
  if (!isFile(path)) return clean(path);
  const shown = services.roots.display(path);
  return clean(shown.startsWith('/') ? basename(shown) : shown);
}
