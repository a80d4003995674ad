import { asNode, nameIn, type SyntaxNode } from '../syntax.js';
import { type Mutation, type Operator, rangeOf, replaced, type Site, textOf, tokenReplaced } from './edits.js';

const arithmetic: Readonly<Record<string, readonly string[]>> = {
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '**': ['*'],
  '&': ['|'],
  '|': ['&'],
  '^': ['&'],
  '<<': ['>>'],
  '>>': ['<<'],
  '>>>': ['<<'],
};
/** The bound moved, and the comparison turned round. */
const comparison: Readonly<Record<string, readonly string[]>> = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
  '==': ['!='],
  '!=': ['=='],
};
const assignment: Readonly<Record<string, string>> = {
  '+=': '-=',
  '-=': '+=',
  '*=': '/=',
  '/=': '*=',
  '%=': '*=',
  '&&=': '||=',
  '||=': '&&=',
  '??=': '=',
};

function swapped(name: string, site: Site, ends: readonly [unknown, unknown], texts: readonly string[]): Mutation[] {
  const [left, right] = [asNode(ends[0]), asNode(ends[1])];
  const old = site.node.fields['operator'];
  if (!left || !right || typeof old !== 'string') return [];
  return texts.flatMap((text) => tokenReplaced(name, site, { between: [left, right], old, text }));
}

const binary: Operator = (site) => {
  const { left, right, operator } = site.node.fields;
  if (site.node.type !== 'BinaryExpression' || typeof operator !== 'string') return [];
  if (operator in arithmetic) return swapped('arithmetic', site, [left, right], arithmetic[operator] ?? []);
  return swapped('comparison', site, [left, right], comparison[operator] ?? []);
};

const logical: Operator = (site) => {
  const { left, right, operator } = site.node.fields;
  if (site.node.type !== 'LogicalExpression') return [];
  const kept = asNode(left);
  if (operator === '??') return kept ? [replaced('default removed', site.node, textOf(site.code, kept))] : [];
  return swapped('logical', site, [left, right], [operator === '&&' ? '||' : '&&']);
};

const compound: Operator = (site) => {
  const { left, right, operator } = site.node.fields;
  if (site.node.type !== 'AssignmentExpression' || typeof operator !== 'string') return [];
  const other = assignment[operator];
  return other === undefined ? [] : swapped('assignment', site, [left, right], [other]);
};

const unary: Operator = ({ node, code }) => {
  const argument = asNode(node.fields['argument']);
  const operator = node.fields['operator'];
  if (argument === undefined) return [];
  if (node.type === 'UnaryExpression' && (operator === '!' || operator === '-'))
    return [replaced(operator === '!' ? 'logical' : 'arithmetic', node, `(${textOf(code, argument)})`)];
  if (node.type !== 'UpdateExpression') return [];
  const other = operator === '++' ? '--' : '++';
  const name = textOf(code, argument);
  return [replaced('off by one', node, node.fields['prefix'] === true ? `${other}${name}` : `${name}${other}`)];
};

/** Keys of objects and names in exports are no values. */
function isValue({ parent, field }: Site): boolean {
  return (
    field !== 'key' && field !== 'source' && field !== 'exported' && field !== 'id' && parent?.type !== 'Directive'
  );
}

/** A status that is none would end every test; another one is the fault that a test may miss. */
const otherStatus: Readonly<Record<string, string>> = { ok: "'missing'", missing: "'ok'", fail: "'missing'" };

function statusValue({ node, parent }: Site): string | undefined {
  const { value } = node.fields;
  if (parent?.type !== 'ObjectProperty' || nameIn(parent.fields['key']) !== 'status') return undefined;
  return typeof value === 'string' && Object.hasOwn(otherStatus, value) ? otherStatus[value] : undefined;
}

const literal: Operator = (site) => {
  const { node } = site;
  const { value } = node.fields;
  if (!isValue(site)) return [];
  const status = node.type === 'StringLiteral' ? statusValue(site) : undefined;
  if (status !== undefined) return [replaced('status', node, status)];
  if (node.type === 'BooleanLiteral') return [replaced('boolean', node, value === true ? 'false' : 'true')];
  if (node.type === 'StringLiteral') return [replaced('string', node, value === '' ? "'mutant'" : "''")];
  if (node.type === 'NumericLiteral' && typeof value === 'number')
    return [replaced('number', node, value === 1 ? '0' : `${value + 1}`)];
  return [];
};

const template: Operator = ({ node, code, parent }) =>
  node.type === 'TemplateLiteral' && parent?.type !== 'TaggedTemplateExpression' && textOf(code, node).length > 2
    ? [replaced('string', node, "''")]
    : [];

/** Fields in which an object or a list is a value, not a pattern. */
const emptied: Operator = ({ node }) => {
  const { elements, properties } = node.fields;
  if (node.type === 'ArrayExpression' && Array.isArray(elements) && elements.length > 0)
    return [replaced('list emptied', node, '[]')];
  if (node.type === 'ObjectExpression' && Array.isArray(properties) && properties.length > 0)
    return [replaced('object emptied', node, '{}')];
  return [];
};

const conditional: Operator = ({ node }) => {
  const test = asNode(node.fields['test']);
  if (node.type !== 'ConditionalExpression' || test === undefined) return [];
  return ['true', 'false'].map((text) => replaced('condition', test, text));
};

const dropped = new Set(
  'filter map flatMap sort toSorted reverse toReversed slice flat concat trim trimStart trimEnd toLowerCase toUpperCase replace replaceAll normalize padStart padEnd'.split(
    ' ',
  ),
);
const renamed: Readonly<Record<string, string>> = {
  some: 'every',
  every: 'some',
  startsWith: 'endsWith',
  endsWith: 'startsWith',
  min: 'max',
  max: 'min',
  floor: 'ceil',
  ceil: 'floor',
  round: 'floor',
  indexOf: 'lastIndexOf',
  push: 'unshift',
  find: 'findLast',
  add: 'delete',
};

function isContextCall(callee: SyntaxNode | undefined): boolean {
  const name = nameIn(callee?.fields['property']);
  return nameIn(callee?.fields['object']) === 'ctx' && (name === 'call' || name === 'fetch');
}

const call: Operator = ({ node, code }) => {
  const callee = asNode(node.fields['callee']);
  if (node.type !== 'CallExpression' || callee?.type !== 'MemberExpression' || callee.fields['computed'] === true)
    return [];
  const object = asNode(callee.fields['object']);
  const property = asNode(callee.fields['property']);
  const name = nameIn(callee.fields['property']);
  if (object === undefined || property === undefined || name === undefined) return [];
  if (isContextCall(callee)) return [replaced('call dropped', node, 'null')];
  if (dropped.has(name)) return [replaced('call dropped', node, textOf(code, object))];
  if (Object.hasOwn(renamed, name)) return [replaced('call', property, renamed[name] ?? name)];
  return [];
};

/** `x.length` one too few, where it is read. */
const length: Operator = ({ node, code, parent, field }) => {
  const written = field === 'left' && parent?.type === 'AssignmentExpression';
  if (node.type !== 'MemberExpression' || nameIn(node.fields['property']) !== 'length' || written) return [];
  return [replaced('off by one', node, `(${textOf(code, node)} - 1)`)];
};

const optional: Operator = (site) => {
  const { node, code } = site;
  if (node.type === 'AssignmentPattern') {
    const left = asNode(node.fields['left']);
    return left ? [replaced('default removed', node, textOf(code, left))] : [];
  }
  if (node.type !== 'OptionalMemberExpression' || node.fields['optional'] !== true) return [];
  const [object, property] = [asNode(node.fields['object']), asNode(node.fields['property'])];
  if (!object || !property) return [];
  const text = node.fields['computed'] === true ? '' : '.';
  return tokenReplaced('default removed', site, { between: [object, property], old: '?.', text });
};

/** A property of an object that is an argument or a value, left out. */
const property: Operator = ({ node, parent, code }) => {
  if (node.type !== 'SpreadElement' || parent?.type !== 'ObjectExpression') return [];
  const { start, end } = rangeOf(node);
  const comma = code[end] === ',' ? 1 : 0;
  return [{ operator: 'spread dropped', line: node.line, start, end: end + comma, text: '' }];
};

export const expressionOperators: readonly Operator[] = [
  binary,
  logical,
  compound,
  unary,
  literal,
  template,
  emptied,
  conditional,
  call,
  length,
  optional,
  property,
];
