/** One thing that a requirements document says, with where it stands. */
export interface Claim {
  /** 1-based line in which it begins */
  readonly line: number;
  /** headings above it, outermost first */
  readonly under: readonly string[];
  readonly text: string;
}

interface Block {
  readonly line: number;
  readonly text: string;
  readonly isItem: boolean;
}

const fence = /^\s*(```+|~~~+)/;
const heading = /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/;
const item = /^\s*(?:[-*+]|\d{1,9}[.)])\s+(?:\[[ xX]\]\s+)?(.*)$/;
const tableRule = /^\s*\|?\s*:?-{2,}.*$/;

/** Markdown marks taken away: what is left is what a reader sees. No pattern looks past the next mark of its kind. */
function plain(text: string): string {
  return text
    .replace(/!?\[([^[\]]*)\]\([^()]*\)/g, '$1')
    .replace(/`([^`]*)`/g, '$1')
    .replace(/\*{1,3}([^*]+)\*{1,3}/g, '$1')
    .replace(/\b__([^_]+)__\b/g, '$1')
    .replace(/~~([^~]+)~~/g, '$1')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Without HTML comments; the lines that they stood in stay. */
function withoutComments(text: string): string {
  const parts: string[] = [];
  let at = 0;
  for (;;) {
    const start = text.indexOf('<!--', at);
    const end = start < 0 ? -1 : text.indexOf('-->', start + 4);
    if (end < 0) return parts.join('') + text.slice(at);
    parts.push(text.slice(at, start), text.slice(start, end).replace(/[^\n]+/g, ''));
    at = end + 3;
  }
}

/** The lines of a document without front matter, code and comments; what is left out becomes an empty line. */
function visibleLines(markdown: string): string[] {
  const lines = withoutComments(markdown.replaceAll('\r\n', '\n')).split('\n');
  let open: string | null = null;
  let isFront = lines[0]?.trim() === '---';
  return lines.map((line, at) => {
    if (isFront) {
      if (at > 0 && line.trim() === '---') isFront = false;
      return '';
    }
    const mark = fence.exec(line)?.[1]?.slice(0, 3) ?? null;
    if (open !== null) {
      if (mark === open) open = null;
      return '';
    }
    if (mark === null) return line;
    open = mark;
    return '';
  });
}

function sentencesOf({ line, text, isItem }: Block): { line: number; text: string }[] {
  if (isItem) return [{ line, text }];
  return text
    .split(/(?<=[.!?;])\s+(?=\p{Lu}|\p{N})/u)
    .map((sentence) => ({ line, text: sentence.trim() }))
    .filter((sentence) => !sentence.text.endsWith('?'));
}

/** Cells of a table row as one text; null where the line is no row, or the rule under a head. */
function rowOf(line: string): string | null {
  if (!/^\s*\|.*\|\s*$/.test(line)) return null;
  return tableRule.test(line)
    ? ''
    : line
        .split('|')
        .map((cell) => cell.trim())
        .filter((cell) => cell !== '')
        .join(': ');
}

/** Collects claims block by block. */
class Collector {
  readonly claims: Claim[] = [];
  private readonly under: string[] = [];
  private block: Block | null = null;

  /** Ends the block that is open, if one is. */
  close(): void {
    const { block } = this;
    this.block = null;
    if (!block) return;
    for (const one of sentencesOf({ ...block, text: plain(block.text) })) {
      if (/\p{L}{2}/u.test(one.text)) this.claims.push({ ...one, under: [...this.under] });
    }
  }

  open(block: Block): void {
    this.close();
    this.block = block;
  }

  goOn(line: number, text: string): void {
    if (this.block) this.block = { ...this.block, text: `${this.block.text} ${text}` };
    else this.block = { line, text, isItem: false };
  }

  title(level: number, text: string): void {
    this.close();
    this.under.splice(level - 1, this.under.length, plain(text));
  }
}

/**
 * The claims of a Markdown document: each list item, each row of a table but its head, and each sentence of a paragraph
 * that is no question. Headings only say what claims stand under; code, comments and front matter say nothing.
 */
export function claimsOf(markdown: string): Claim[] {
  const found = new Collector();
  const lines = visibleLines(markdown);
  for (const [at, line] of lines.entries()) {
    const titled = heading.exec(line);
    const listed = item.exec(line);
    const row = rowOf(line);
    if (line.trim() === '') found.close();
    else if (titled) found.title(titled[1]?.length ?? 1, titled[2] ?? '');
    else if (row !== null) {
      const isHead = rowOf(lines[at + 1] ?? '') === '';
      if (row !== '' && !isHead) found.open({ line: at + 1, text: row, isItem: true });
      found.close();
    } else if (listed) found.open({ line: at + 1, text: listed[1] ?? '', isItem: true });
    else found.goOn(at + 1, line.trim());
  }
  found.close();
  return found.claims;
}
