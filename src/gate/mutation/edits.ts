import type { SyntaxNode, VisitedNode } from '../syntax.js';

/** One change of the source text, told by range: what stands at [start, end) becomes `text`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface Mutation extends Edit {
  readonly operator: string;
  readonly line: number;
}

/** A count at the head of the body of a loop, and what closes it again. */
export interface Guard {
  readonly open: Edit;
  readonly close: Edit;
}

/** The small faults that can be put into code, in the order of the text, each once, and how its loops are to be counted. */
export interface PossibleFaults {
  /** How many there are; a very long text may have more than are listed. */
  readonly total: number;
  readonly mutations: readonly Mutation[];
  /** None where the sandbox counts by itself. */
  readonly guards: readonly Guard[];
  /** What the counts need before they are used. */
  readonly head?: Edit;
  /** Changes of the text of every function that change nothing it does, in languages whose functions show their code. */
  readonly neutral?: readonly Edit[];
}

/** Passes through all loops of one call that a mutant may make before it counts as one that never ends. */
export const maxLoopPasses = 200_000;

/** What an operator sees: a node in its place, and the code that it stands in. */
export interface Site extends VisitedNode {
  readonly code: string;
}

export type Operator = (site: Site) => readonly Mutation[];

export function rangeOf(node: SyntaxNode): { start: number; end: number } {
  const { start, end } = node.fields;
  return { start: typeof start === 'number' ? start : 0, end: typeof end === 'number' ? end : 0 };
}

export function textOf(code: string, node: SyntaxNode): string {
  const { start, end } = rangeOf(node);
  return code.slice(start, end);
}

/** The node with other text in its place. */
export function replaced(operator: string, node: SyntaxNode, text: string): Mutation {
  return { operator, line: node.line, ...rangeOf(node), text };
}

/**
 * The token between two parts of a node with another in its place; nothing where a comment stands between them, since
 * the token could then be a word of the comment.
 */
export function tokenReplaced(
  operator: string,
  site: Site,
  token: { readonly between: readonly [SyntaxNode, SyntaxNode]; readonly old: string; readonly text: string },
): Mutation[] {
  const from = rangeOf(token.between[0]).end;
  const gap = site.code.slice(from, rangeOf(token.between[1]).start);
  const at = gap.indexOf(token.old);
  if (at < 0 || gap.includes('//') || gap.includes('/*')) return [];
  const start = from + at;
  return [{ operator, line: site.node.line, start, end: start + token.old.length, text: token.text }];
}

/** Applies edits that do not overlap; what is put in at a place comes before what replaces the text that begins there. */
export function applyEdits(code: string, edits: readonly Edit[]): string {
  const ordered = [...edits].sort((left, right) => left.start - right.start || left.end - right.end);
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, text } of ordered) {
    parts.push(code.slice(at, start), text);
    at = end;
  }
  return parts.join('') + code.slice(at);
}
