import { sha256 } from '../../hash.js';
import { asNode, parseModule, type VisitedNode } from '../syntax.js';
import { applyEdits, type Edit, type Mutation, rangeOf } from './edits.js';
import { expressionOperators } from './expression-operators.js';
import { statementOperators } from './statement-operators.js';

/** A candidate with one small fault, and what the fault is. */
export interface Mutant {
  readonly line: number;
  readonly operator: string;
  /** What stands there and what stands there instead, for the author. */
  readonly description: string;
  readonly code: string;
}

export interface Mutants {
  /** How many there are, before some were chosen. */
  readonly total: number;
  readonly chosen: readonly Mutant[];
  /** The candidate itself, with the bound on loops that the mutants have. */
  readonly guarded: string;
}

/** Passes through all loops of one call that a mutant may make before it counts as one that never ends. */
export const maxLoopPasses = 200_000;
const maxShown = 60;

function isObservationObject({ node, code }: VisitedNode & { code: string }): boolean {
  const { start, end } = rangeOf(node);
  return node.type === 'ObjectExpression' && /^\{\s*(\.\.\.\w+,\s*)?status\b/.test(code.slice(start, end));
}

function shown(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > maxShown ? `${line.slice(0, maxShown)}...` : line;
}

interface Guard {
  readonly open: Edit;
  readonly close: Edit;
}

/** A name that no code can hold, for it is made of the code's hash: else code could ask whether it is being tried. */
function guardNameIn(code: string): string {
  return `loop_passes_${sha256(code).slice(0, 16)}`;
}

/**
 * A count at the head of every loop: a mutant that never ends then ends by itself and in the same way everywhere,
 * without the wait for a clock.
 */
function loopGuards(code: string, nodes: readonly VisitedNode[]): Guard[] {
  const guardName = guardNameIn(code);
  const guard = `{if(++${guardName}>${maxLoopPasses})throw new RangeError('loop');`;
  return nodes.flatMap(({ node }) => {
    const body = /^(For|ForOf|ForIn|While|DoWhile)Statement$/.test(node.type) ? asNode(node.fields['body']) : undefined;
    if (body === undefined) return [];
    const { start, end } = rangeOf(body);
    return [{ open: { start, end: start, text: guard }, close: { start: end, end, text: '}' } }];
  });
}

/** A mutation over a whole loop takes the guards in it along; one over just the body of a loop leaves them. */
function withGuards(code: string, guards: readonly Guard[], mutation: Mutation | undefined): string {
  const covered = ({ open, close }: Guard): boolean => {
    if (mutation === undefined || mutation.start > open.start || mutation.end < close.end) return false;
    return mutation.start < open.start || mutation.end > close.end;
  };
  const edits: Edit[] = guards.filter((guard) => !covered(guard)).flatMap(({ open, close }) => [open, close]);
  return `var ${guardNameIn(code)}=0;${applyEdits(code, mutation ? [...edits, mutation] : edits)}`;
}

/** Mutations in the order of the text, each once. */
export function mutationsOf(code: string, nodes: readonly VisitedNode[]): Mutation[] {
  const known = new Map<string, Mutation>();
  for (const visited of nodes) {
    const site = { ...visited, code };
    for (const operator of [...statementOperators, ...expressionOperators])
      for (const mutation of operator(site)) {
        // An answer without its status is no answer: it says nothing about the tests.
        if (mutation.operator === 'object emptied' && isObservationObject(site)) continue;
        if (code.slice(mutation.start, mutation.end) === mutation.text) continue;
        const key = `${mutation.start} ${mutation.end} ${mutation.text}`;
        if (!known.has(key)) known.set(key, mutation);
      }
  }
  return [...known.values()].sort((left, right) => left.start - right.start || left.end - right.end);
}

/** As many as wanted, at even distances over the whole. */
export function evenly<T>(list: readonly T[], wanted: number): T[] {
  if (list.length <= wanted) return [...list];
  return Array.from({ length: wanted }, (_, at) => list[Math.floor((at * list.length) / wanted)]).filter(
    (item) => item !== undefined,
  );
}

/**
 * Mutants of a candidate, by the operators of mutation testing (arithmetic, comparison, logical, literals, conditions
 * forced, statements deleted, returns emptied, calls dropped, off by one, defaults removed), at most `wanted`.
 */
export function mutantsOf(code: string, wanted: number): Mutants {
  const parsed = parseModule(code);
  if (!parsed.ok) return { total: 0, chosen: [], guarded: code };
  const guards = loopGuards(code, parsed.nodes);
  const all = mutationsOf(code, parsed.nodes);
  const chosen = evenly(all, wanted).map((mutation): Mutant => {
    const old = shown(code.slice(mutation.start, mutation.end));
    const now = shown(mutation.text);
    const gone = mutation.text === '' || mutation.text === ';';
    return {
      line: mutation.line,
      operator: mutation.operator,
      description: gone ? `\`${old}\` is left out` : `\`${old}\` becomes \`${now}\``,
      code: withGuards(code, guards, mutation),
    };
  });
  return { total: all.length, chosen, guarded: withGuards(code, guards, undefined) };
}
