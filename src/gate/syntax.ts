import { parse } from '@babel/parser';
import { LRUCache } from 'lru-cache';
import { outOfTime, runBounded } from './time-guard.js';

/** A node of the syntax tree, read without trusting more than its type. */
export interface SyntaxNode {
  readonly type: string;
  readonly line: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

export type ParsedModule =
  | { readonly ok: true; readonly program: SyntaxNode; readonly nodes: readonly VisitedNode[] }
  | { readonly ok: false; readonly message: string };

/** A node with the two above it and the field of its parent in which it lies. */
export interface VisitedNode {
  readonly node: SyntaxNode;
  readonly parent: SyntaxNode | undefined;
  readonly grandparent: SyntaxNode | undefined;
  readonly field: string;
}

const parseMs = 2_000;
/** A candidate is parsed by several stages in turn. */
const maxRemembered = 4;
const skipped = new Set(['loc', 'start', 'end', 'extra', 'errors', 'comments', 'leadingComments', 'trailingComments']);
/** TypeScript nodes that hold code; all others of its nodes are erased. */
const kept = new Set([
  'TSAsExpression',
  'TSNonNullExpression',
  'TSSatisfiesExpression',
  'TSTypeAssertion',
  'TSInstantiationExpression',
  'TSEnumDeclaration',
  'TSEnumBody',
  'TSEnumMember',
  'TSModuleDeclaration',
  'TSModuleBlock',
  'TSParameterProperty',
  'TSImportEqualsDeclaration',
  'TSExternalModuleReference',
  'TSExportAssignment',
]);

export function asNode(value: unknown): SyntaxNode | undefined {
  if (typeof value !== 'object' || value === null || !('type' in value) || typeof value.type !== 'string')
    return undefined;
  const place = 'loc' in value ? (value.loc as { start?: { line?: number } } | null) : null;
  return { type: value.type, line: place?.start?.line ?? 0, fields: value as Readonly<Record<string, unknown>> };
}

/** The name of an identifier, or the text of a string literal. */
export function nameIn(value: unknown): string | undefined {
  const node = asNode(value);
  const name = node?.fields[node.type === 'StringLiteral' ? 'value' : 'name'];
  return typeof name === 'string' ? name : undefined;
}

/** All nodes that end in running code, in the order of the text; not recursive, so depth costs nothing. */
function collect(program: SyntaxNode): VisitedNode[] {
  const found: VisitedNode[] = [];
  const open: VisitedNode[] = [{ node: program, parent: undefined, grandparent: undefined, field: '' }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    found.push(next);
    const parent = next.node;
    const below: VisitedNode[] = [];
    for (const [field, value] of Object.entries(parent.fields)) {
      if (skipped.has(field)) continue;
      for (const each of Array.isArray(value) ? value : [value]) {
        const node = asNode(each);
        if (node && (!node.type.startsWith('TS') || kept.has(node.type)))
          below.push({ node, parent, grandparent: next.parent, field });
      }
    }
    open.push(...below.reverse());
  }
  return found;
}

const remembered = new LRUCache<string, WeakRef<ParsedModule>>({ max: maxRemembered });

/** Parses a TypeScript module, in bounded time; the same code soon after is not parsed again. */
export function parseModule(code: string): ParsedModule {
  const known = remembered.get(code)?.deref();
  if (known !== undefined) return known;
  const parsed = parseNow(code);
  remembered.set(code, new WeakRef(parsed));
  return parsed;
}

function parseNow(code: string): ParsedModule {
  try {
    const parsed = runBounded(
      () => parse(code, { sourceType: 'module', plugins: ['typescript'], errorRecovery: false }),
      parseMs,
    );
    if (parsed === outOfTime) return { ok: false, message: 'it takes too long to parse' };
    const program = asNode(parsed.program);
    if (program === undefined) return { ok: false, message: 'it does not parse' };
    return { ok: true, program, nodes: collect(program) };
  } catch (error) {
    if (error instanceof Error && error.name === 'RangeError') return { ok: false, message: 'it is nested too deeply' };
    return { ok: false, message: error instanceof Error ? error.message.slice(0, 300) : 'it does not parse' };
  }
}
