import { sha256 } from '../../hash.js';
import { asNode, parseModule, type VisitedNode } from '../syntax.js';
import { type Guard, type Mutation, maxLoopPasses, type PossibleFaults, rangeOf } from './edits.js';
import { expressionOperators } from './expression-operators.js';
import { statementOperators } from './statement-operators.js';

/** A name that no code can hold, for it is made of the code's hash: else code could ask whether it is being tried. */
function guardNameIn(code: string): string {
  return `loop_passes_${sha256(code).slice(0, 16)}`;
}

function isObservationObject({ node, code }: VisitedNode & { code: string }): boolean {
  const { start, end } = rangeOf(node);
  return node.type === 'ObjectExpression' && /^\{\s*(\.\.\.\w+,\s*)?status\b/.test(code.slice(start, end));
}

/**
 * A count at the head of every loop: a mutant that never ends then ends by itself and in the same way everywhere,
 * without the wait for a clock.
 */
function loopGuards(guardName: string, nodes: readonly VisitedNode[]): Guard[] {
  const guard = `{if(++${guardName}>${maxLoopPasses})throw new RangeError('loop');`;
  return nodes.flatMap(({ node }) => {
    const body = /^(For|ForOf|ForIn|While|DoWhile)Statement$/.test(node.type) ? asNode(node.fields['body']) : undefined;
    if (body === undefined) return [];
    const { start, end } = rangeOf(body);
    return [{ open: { start, end: start, text: guard }, close: { start: end, end, text: '}' } }];
  });
}

function mutationsOf(code: string, nodes: readonly VisitedNode[]): Mutation[] {
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

/**
 * The faults that can be put into TypeScript, undefined where it cannot be read, by the operators of mutation testing: arithmetic, comparison, logical,
 * literals, conditions forced, statements deleted, returns emptied, calls dropped, off by one, defaults removed.
 */
export function typescriptFaults(code: string): PossibleFaults | undefined {
  const parsed = parseModule(code);
  if (!parsed.ok) return undefined;
  const guardName = guardNameIn(code);
  const head = { start: 0, end: 0, text: `var ${guardName}=0;` };
  const mutations = mutationsOf(code, parsed.nodes);
  return { total: mutations.length, mutations, guards: loopGuards(guardName, parsed.nodes), head };
}
