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
const base64 = /[A-Za-z0-9+/_-]{16,}(?:\r?\n[A-Za-z0-9+/_-]{4,})*={0,2}/g;

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

function undoPercent(token: string): string {
  return token === '+' ? ' ' : String.fromCharCode(Number.parseInt(token.slice(1), 16));
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
const probeChars = 24;

/** Text that base64 stands for, or undefined where it stands for anything else, as most words by chance do. */
function plainText(encoded: string): string | undefined {
  const compact = encoded.replace(/[\r\n]/g, '');
  // A few bytes tell noise from text at once.
  const probe = Buffer.from(compact.slice(0, probeChars), 'base64');
  if (probe.subarray(0, 12).some((byte) => byte < 9 || (byte > 13 && byte < 32) || byte === 127)) return undefined;
  const bytes = Buffer.from(compact, 'base64');
  try {
    const text = utf8.decode(bytes);
    return [...text].some((char) => char < '\t') ? undefined : text;
  } catch {
    return undefined;
  }
}

function* base64Views(text: string): Generator<View> {
  for (const match of text.matchAll(base64)) {
    if (match[0].length > maxEncoded) continue;
    const whole = plainText(match[0]);
    const end = match.index + match[0].length;
    if (whole !== undefined) yield { text: whole, place: () => [match.index, end] };
    else yield* pieces(match[0], match.index);
  }
}

/** The parts of a path or of a list of lines, each of which may be base64 by itself. */
function* pieces(token: string, offset: number): Generator<View> {
  for (const piece of token.matchAll(/[^/\r\n]+/g)) {
    if (piece[0].length < minEncoded || piece[0].length === token.length) continue;
    const plain = plainText(piece[0]);
    const start = offset + piece.index;
    const end = start + piece[0].length;
    if (plain !== undefined) yield { text: plain, place: () => [start, end] };
  }
}

function* oneStep(text: string): Generator<View> {
  if (text.length > maxEncoded * 4) return;
  if (escaped.test(text)) yield unescaped(text, /\\(?:u[0-9A-Fa-f]{4}|["\\/nrt])/g, undoEscape);
  if (percent.test(text)) yield unescaped(text, /%[0-9A-Fa-f]{2}|\+/g, undoPercent);
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
