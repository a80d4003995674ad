import { canonicalJson, isJsonObject, type JsonValue, tryParseJson } from '../../json.js';
import type { SpecTest } from '../../specs/model.js';
import { asNode, type SyntaxNode, type VisitedNode } from '../syntax.js';

/** Keys of this length and more say enough without their brackets: `1,10,100`. */
const minBareKey = 6;
const maxLists = 2_000;

function partsOf(value: JsonValue): readonly JsonValue[] {
  return Array.isArray(value) ? value : isJsonObject(value) ? Object.values(value) : [];
}

function withoutSpaces(text: string): string {
  return text.replace(/\s/g, '');
}

/** How a table of remembered answers would name the lists and objects of an input: as JSON, or a list by its elements. */
function addKeys(value: JsonValue, into: Set<string>): void {
  const parts = partsOf(value);
  for (const part of parts) addKeys(part, into);
  if (parts.length < 2) return;
  into.add(canonicalJson(value));
  into.add(withoutSpaces(JSON.stringify(value)));
  const bare = Array.isArray(value) ? withoutSpaces(value.join(',')) : '';
  if (bare.length >= minBareKey) into.add(bare);
}

function constantOf(node: SyntaxNode | undefined): JsonValue | undefined {
  const { value, elements, properties, operator, argument } = node?.fields ?? {};
  if (node?.type === 'NullLiteral') return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (operator === '-') {
    const negated = constantOf(asNode(argument));
    return typeof negated === 'number' ? -negated : undefined;
  }
  if (Array.isArray(elements)) return allOf(elements.map((each) => constantOf(asNode(each))));
  if (!Array.isArray(properties)) return undefined;
  const entries = properties.map((each) => entryOf(asNode(each)));
  return entries.every((entry) => entry !== undefined) ? Object.fromEntries(entries) : undefined;
}

function entryOf(property: SyntaxNode | undefined): readonly [string, JsonValue] | undefined {
  const key = asNode(property?.fields['key']);
  const name = key?.fields['name'] ?? key?.fields['value'];
  const value = constantOf(asNode(property?.fields['value']));
  return (typeof name === 'string' || typeof name === 'number') && value !== undefined
    ? [String(name), value]
    : undefined;
}

function allOf(values: readonly (JsonValue | undefined)[]): JsonValue[] | undefined {
  const found = values.filter((value) => value !== undefined);
  return found.length === values.length ? found : undefined;
}

/** Lists and objects that stand written out in the code, as JSON. */
export function writtenOut(nodes: readonly VisitedNode[]): string[] {
  return nodes
    .filter(({ node }) => node.type === 'ArrayExpression' || node.type === 'ObjectExpression')
    .slice(0, maxLists)
    .flatMap(({ node }) => {
      const value = constantOf(node);
      return value === undefined ? [] : [JSON.stringify(value)];
    });
}

/** The tests one of whose lists or objects stands in the code by itself, as a key of a table would. */
export function testsAsKeys<T extends { readonly test: SpecTest }>(
  tests: readonly T[],
  code: { readonly strings: readonly string[]; readonly lists: readonly string[] },
): { readonly keyed: readonly T[]; readonly of: number } {
  const written = new Set(code.strings.map(withoutSpaces));
  for (const list of code.lists) written.add(canonicalJson(tryParseJson(list) ?? null));
  const keys = tests.map((placed) => {
    const own = new Set<string>();
    addKeys(placed.test.input, own);
    return { placed, own };
  });
  const inAll = (key: string): boolean => keys.every(({ own }) => own.has(key));
  const keyed = keys.filter(({ own }) => [...own].some((key) => written.has(key) && !inAll(key)));
  return { keyed: keyed.map(({ placed }) => placed), of: keys.filter(({ own }) => own.size > 0).length };
}
