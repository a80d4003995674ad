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

/** Markdown marks taken away: what is left is what a reader sees. */
function plain(text: string): string {
  return text
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/`([^`]*)`/g, '$1')
    .replace(/(\*\*|__|\*|~~)(?=\S)(.*?\S)\1/g, '$2')
    .replace(/\s+/g, ' ')
    .trim();
}

/** The lines of a document without front matter, code and comments; what is left out becomes an empty line. */
function visibleLines(markdown: string): string[] {
  const lines = markdown
    .replaceAll('\r\n', '\n')
    .replace(/<!--[\s\S]*?-->/g, (comment) => comment.replace(/[^\n]+/g, ''))
    .split('\n');
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

/**
 * The claims of a Markdown document: each list item, each row of a table but its head, and each sentence of a paragraph
 * that is no question. Headings only say what claims stand under; code, comments and front matter say nothing.
 */
export function claimsOf(markdown: string): Claim[] {
  const claims: Claim[] = [];
  const under: string[] = [];
  let block: Block | null = null;
  const close = (): void => {
    if (block) {
      for (const one of sentencesOf({ ...block, text: plain(block.text) })) {
        if (/\p{L}{2}/u.test(one.text)) claims.push({ ...one, under: under.filter((part) => part !== undefined) });
      }
    }
    block = null;
  };
  const lines = visibleLines(markdown);
  for (const [at, line] of lines.entries()) {
    const titled = heading.exec(line);
    const listed = item.exec(line);
    const row = rowOf(line);
    if (line.trim() === '') close();
    else if (titled) {
      close();
      under.splice((titled[1]?.length ?? 1) - 1, under.length, plain(titled[2] ?? ''));
    } else if (row !== null) {
      close();
      const isHead = rowOf(lines[at + 1] ?? '') === '';
      if (row !== '' && !isHead) block = { line: at + 1, text: row, isItem: true };
      close();
    } else if (listed) {
      close();
      block = { line: at + 1, text: listed[1] ?? '', isItem: true };
    } else {
      const before: Block | null = block;
      block = before
        ? { ...(before as Block), text: `${(before as Block).text} ${line.trim()}` }
        : { line: at + 1, text: line.trim(), isItem: false };
    }
  }
  close();
  return claims;
}
