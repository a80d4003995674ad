import { oneLine } from '../visible.js';

/** Characters that take two columns on a terminal: East Asian wide ones and emoji. */
const wide =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uA000-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}]/u;
const combining = /\p{Mark}/u;

function widthOfChar(char: string): number {
  if (combining.test(char)) return 0;
  return wide.test(char) ? 2 : 1;
}

/** How many columns a line takes. */
export function widthOf(text: string): number {
  let width = 0;
  for (const char of text) width += widthOfChar(char);
  return width;
}

/** The longest beginning that takes no more columns than these. */
function head(text: string, columns: number): string {
  let taken = 0;
  let kept = '';
  for (const char of text) {
    taken += widthOfChar(char);
    if (taken > columns) break;
    kept += char;
  }
  return kept;
}

/** Text of a log as one line of at most so many columns; what is cut off shows as three dots. */
export function fitted(text: string, columns: number): string {
  const line = oneLine(text);
  return widthOf(line) <= columns ? line : `${head(line, columns - 3)}...`;
}

/** Text of a log in lines of at most so many columns, broken at spaces where it can be; words that are longer are cut up. */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (let word of oneLine(text).split(' ')) {
    if (line !== '' && (word.length > columns || widthOf(line) + 1 + widthOf(word) > columns)) {
      lines.push(line);
      line = '';
    }
    // Only the beginning is measured, for a word may be as long as a file.
    for (let part = head(word, columns); part.length < word.length; part = head(word, columns)) {
      lines.push(part);
      word = word.slice(part.length);
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}

/** As `wrapped`, no more than so many lines. */
export function excerpt(text: string, columns: number, most: number): string[] {
  const lines = wrapped(text.slice(0, 4 * columns * most), columns);
  if (lines.length <= most) return lines;
  const last = lines[most - 1] ?? '';
  return [...lines.slice(0, most - 1), `${head(last, columns - 3)}...`];
}
