import { basename } from 'node:path';
import { isFile } from '../src/evidence/model.js';
import type { Services } from '../src/services.js';
import { escapeUnseen, withoutUnseen } from '../src/visible.js';

/** Text from outside without what cannot be seen or would turn the writing around. */
export { escapeUnseen, withoutUnseen as clean };

export function clip(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}... [${text.length - length} more characters]` : text;
}

/** A fenced block that its content cannot close. */
export function fence(text: string, language = 'text', length = 4000): string {
  const body = clip(withoutUnseen(text), length);
  const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map((run) => run[0].length));
  const ticks = '`'.repeat(longest + 1);
  return `${ticks}${language}\n${body}\n${ticks}`;
}

/** Text from outside inside a line: one line, no markup, as code. */
export function inline(text: string, length = 160): string {
  const line = clip(withoutUnseen(text).replaceAll(/\s+/g, ' ').trim(), length).replaceAll('`', "'");
  return line === '' ? '-' : `\`${line}\``;
}

/** As `inline`, inside a table, where a bar would end the cell. */
export function cell(text: string, length?: number): string {
  return inline(text, length).replaceAll('|', '\\|');
}

export function fenceJson(value: unknown, length = 4000): string {
  return fence(JSON.stringify(value, null, 2) ?? 'null', 'json', length);
}

/** The log's file as it may be shown: relative to a granted folder, or its name alone. */
export function shownFile(services: Services, path: string): string {
  if (!isFile(path)) return withoutUnseen(path);
  const shown = services.roots.display(path);
  return withoutUnseen(shown.startsWith('/') ? basename(shown) : shown);
}
