import { asNode, nameIn, type SyntaxNode } from '../syntax.js';
import { type Operator, rangeOf, replaced, type Site } from './edits.js';

/** `if` is forced both ways; a loop is only kept from running: one that is forced on never ends. */
const condition: Operator = ({ node }) => {
  const test = asNode(node.fields['test']);
  if (test === undefined) return [];
  if (node.type === 'IfStatement') return ['true', 'false'].map((text) => replaced('condition', test, text));
  return node.type === 'WhileStatement' || node.type === 'ForStatement' ? [replaced('condition', test, 'false')] : [];
};

const deletable = new Set([
  'ExpressionStatement',
  'ThrowStatement',
  'BreakStatement',
  'ContinueStatement',
  'ForOfStatement',
  'ForInStatement',
]);

function inList({ field }: Site): boolean {
  return field === 'body' || field === 'consequent' || field === 'alternate';
}

const deleted: Operator = (site) =>
  deletable.has(site.node.type) && inList(site) ? [replaced('statement deleted', site.node, ';')] : [];

const switchCase: Operator = ({ node }) => {
  const list: unknown = node.fields['consequent'];
  if (node.type !== 'SwitchCase' || !Array.isArray(list)) return [];
  const [first, last] = [asNode(list[0]), asNode(list.at(-1))];
  if (!first || !last) return [];
  const { start } = rangeOf(first);
  return [{ operator: 'case emptied', line: node.line, start, end: rangeOf(last).end, text: 'break;' }];
};

/** An answer of the whole: its parts are mutated one by one, since without them it would not even be one. */
function isObservation(node: SyntaxNode): boolean {
  const properties: unknown = node.fields['properties'];
  if (node.type !== 'ObjectExpression' || !Array.isArray(properties)) return false;
  return properties.some((one) => nameIn(asNode(one)?.fields['key']) === 'status');
}

const emptyOf: Readonly<Record<string, string>> = {
  ArrayExpression: '[]',
  ObjectExpression: '{}',
  StringLiteral: "''",
  TemplateLiteral: "''",
  NumericLiteral: '0',
};

/** Literals are left to the operators of literals. */
const returned: Operator = ({ node }) => {
  const argument = asNode(node.fields['argument']);
  if (node.type !== 'ReturnStatement' || argument === undefined || isObservation(argument)) return [];
  return argument.type in emptyOf || argument.type === 'BooleanLiteral' || argument.type === 'NullLiteral'
    ? []
    : [replaced('return emptied', argument, 'null')];
};

export const statementOperators: readonly Operator[] = [condition, deleted, switchCase, returned];
