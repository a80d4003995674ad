import { isUtf8 } from 'node:buffer';

/** A text as it reads once an encoding is undone, and where each stretch of it stands in what was encoded. */
export interface View {
  readonly text: string;
  place(start: number, end: number): readonly [number, number];
}

/** An encoding within an encoding is followed this far. */
const maxDepth = 2;
/** Encoded text beyond this is not looked into. */
const maxEncoded = 1_000_000;
const minEncoded = 16;

const escaped = /\\(?:u[0-9A-Fa-f]{4}|["\\/nrt])/;
const percent = /%[0-9A-Fa-f]{2}/;
/** From the beginning of a word on. */
const base64 = /[A-Za-z0-9+/_-]{16,}(?:\r?\n[A-Za-z0-9+/_-]{4,})*={0,2}/y;

const noDigit = 255;
/** What each character stands for in base64, either alphabet. */
const sextets = new Uint8Array(128).fill(noDigit);
for (const alphabet of ['+/', '-_']) {
  const digits = `ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789${alphabet}`;
  for (let value = 0; value < digits.length; value += 1) sextets[digits.charCodeAt(value)] = value;
}

const sextetAt = (text: string, at: number): number => sextets[text.charCodeAt(at)] ?? noDigit;

const simpleEscapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** Undoes escapes one by one; `undo` gives one character for each. */
function unescaped(text: string, pattern: RegExp, undo: (token: string) => string): View {
  let decoded = '';
  let from = 0;
  // For each escape: where it ends in the decoded text, and how much longer the encoded text is by then.
  const ends: number[] = [];
  const longer: number[] = [];
  for (const match of text.matchAll(pattern)) {
    decoded += text.slice(from, match.index) + undo(match[0]);
    from = match.index + match[0].length;
    ends.push(decoded.length);
    longer.push(from - decoded.length);
  }
  decoded += text.slice(from);
  const shift = (at: number): number => {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return at + (longer[low - 1] ?? 0);
  };
  return { text: decoded, place: (start, end) => [shift(start), shift(end)] };
}

function undoEscape(token: string): string {
  if (token.startsWith('\\u')) return String.fromCharCode(Number.parseInt(token.slice(2), 16));
  const char = token.charAt(1);
  return simpleEscapes[char] ?? char;
}

/** A character of UTF-8, or what stands for a space. */
const percents =
  /%[Cc][2-9A-Fa-f]%[89ABab][0-9A-Fa-f]|%[Dd][0-9A-Fa-f]%[89ABab][0-9A-Fa-f]|%[Ee][0-9A-Fa-f](?:%[89ABab][0-9A-Fa-f]){2}|%[0-9A-Fa-f]{2}|\+/g;

function undoPercent(token: string): string {
  if (token === '+') return ' ';
  const bytes = Buffer.from(token.replaceAll('%', ''), 'hex');
  return bytes.length === 1 ? String.fromCharCode(bytes[0] ?? 0) : bytes.toString('utf8').slice(0, 1);
}

const probeChars = 16;

/** Whether the first bytes are none that text begins with: that tells most words from encoded text, at little cost. */
function isNoise(encoded: string): boolean {
  let following = 0;
  for (let at = 0; at < probeChars; at += 4) {
    if (sextetAt(encoded, at + 2) === noDigit || sextetAt(encoded, at + 3) === noDigit) return false;
    const bits = (sextetAt(encoded, at) << 18) | (sextetAt(encoded, at + 1) << 12);
    const three = bits | (sextetAt(encoded, at + 2) << 6) | sextetAt(encoded, at + 3);
    for (let shift = 16; shift >= 0; shift -= 8) {
      const byte = (three >> shift) & 255;
      const continues = byte >> 6 === 2;
      if (continues !== following > 0) return true;
      if (continues) following -= 1;
      else if (byte < 9 || (byte > 13 && byte < 32) || byte === 127 || byte > 244) return true;
      else if (byte > 127) following = byte > 239 ? 3 : byte > 223 ? 2 : 1;
    }
  }
  return false;
}

/** Text that base64 stands for, or undefined where it stands for anything else, as most words by chance do. */
function plainText(encoded: string): string | undefined {
  const compact = /[\r\n]/.test(encoded) ? encoded.replace(/[\r\n]/g, '') : encoded;
  if (isNoise(compact)) return undefined;
  const bytes = Buffer.from(compact, 'base64');
  if (!isUtf8(bytes) || bytes.some((byte) => byte < 9)) return undefined;
  return bytes.toString('utf8');
}

/** Words of base64, with what follows them in further lines. */
function* base64Words(text: string): Generator<{ word: string; index: number }> {
  // A long word stands on at least one of every so many characters.
  for (let at = minEncoded - 1; at < text.length; at += minEncoded) {
    if (sextetAt(text, at) === noDigit) continue;
    let start = at;
    while (start > 0 && at - start < minEncoded && sextetAt(text, start - 1) !== noDigit) start -= 1;
    base64.lastIndex = start;
    const word = base64.exec(text)?.[0];
    if (word === undefined) continue;
    yield { word, index: start };
    at = start + word.length - 1;
  }
}

function* base64Views(text: string): Generator<View> {
  for (const { word, index } of base64Words(text)) {
    if (word.length > maxEncoded) continue;
    const whole = plainText(word);
    const end = index + word.length;
    if (whole !== undefined) yield { text: whole, place: () => [index, end] };
    else yield* pieces(word, index);
  }
}

/** The parts of a path or of a list of lines, each of which may be base64 by itself. */
function* pieces(token: string, offset: number): Generator<View> {
  if (!/[/\n]/.test(token)) return;
  for (const piece of token.matchAll(/[^/\r\n]+/g)) {
    if (piece[0].length < minEncoded || piece[0].length === token.length) continue;
    const plain = plainText(piece[0]);
    const start = offset + piece.index;
    const end = start + piece[0].length;
    if (plain !== undefined) yield { text: plain, place: () => [start, end] };
  }
}

/** A cheap look that spares most names and short values the search for encodings. */
export function mayBeEncoded(text: string): boolean {
  return text.length >= minEncoded || text.includes('\\') || text.includes('%');
}

function* oneStep(text: string): Generator<View> {
  if (text.length > maxEncoded * 4) return;
  if (text.includes('\\') && escaped.test(text)) yield unescaped(text, /\\(?:u[0-9A-Fa-f]{4}|["\\/nrt])/g, undoEscape);
  if (text.includes('%') && percent.test(text)) yield unescaped(text, percents, undoPercent);
  yield* base64Views(text);
}

/** How a text reads where parts of it are base64, URL-encoded or JSON-escaped, once or twice over. */
export function* decodedViews(text: string, depth = 1): Generator<View> {
  for (const view of oneStep(text)) {
    yield view;
    if (depth === maxDepth) continue;
    for (const inner of decodedViews(view.text, depth + 1)) {
      yield { text: inner.text, place: (start, end) => view.place(...inner.place(start, end)) };
    }
  }
}
