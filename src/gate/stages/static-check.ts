import type { PackageProblem } from '../../packages/installed.js';
import { packageOfImport, parsePackage } from '../../packages/names.js';
import { counted, type Finding, type Judgement, type Stage } from '../judgement.js';
import type { CodeFacts } from '../runtimes/runtime.js';
import { asNode, nameIn, parseModule, type SyntaxNode, type VisitedNode } from '../syntax.js';

/** The longest candidate, in characters. */
export const maxCandidateChars = 100_000;
const maxReasons = 10;

const instead: Readonly<Record<string, string>> = {
  fetch: 'use ctx.fetch for hosts that are granted',
  setTimeout: 'there are no timers',
  setInterval: 'there are no timers',
  setImmediate: 'there are no timers',
};
const forbidden = new Set([
  ...Object.keys(instead),
  ...['Deno', 'process', 'globalThis', 'global', 'window', 'self', 'Function', 'eval', 'require', 'importScripts'],
  ...['WebAssembly', 'SharedArrayBuffer', 'Atomics', 'WeakRef', 'FinalizationRegistry', 'ShadowRealm', 'Temporal'],
  ...['Worker', 'WebSocket', 'XMLHttpRequest', 'EventSource', 'BroadcastChannel', 'localStorage', 'sessionStorage'],
]);
const forbiddenMembers = new Set([
  'constructor',
  '__proto__',
  '__defineGetter__',
  '__defineSetter__',
  'caller',
  'callee',
]);
const importing = new Set(['ImportExpression', 'Import', 'TSImportEqualsDeclaration', 'ExportAllDeclaration']);
const members = new Set(['MemberExpression', 'OptionalMemberExpression']);
const importSpecifiers = new Set(['ImportSpecifier', 'ImportDefaultSpecifier', 'ImportNamespaceSpecifier']);
const declaring = new Set(['VariableDeclarator', 'FunctionDeclaration', 'ClassDeclaration', 'TSEnumDeclaration']);

/** Names that the code declares itself, at any depth: a parameter called `process` is no crime, and the walls stand anyway. */
function declaredNames(nodes: readonly VisitedNode[]): Set<string> {
  const names = new Set<string>();
  for (const { node, parent, grandparent, field } of nodes) {
    if (node.type !== 'Identifier') continue;
    const name = nameIn(node.fields);
    const declares =
      field === 'params' || field === 'param' || (parent !== undefined && declaring.has(parent.type) && field === 'id');
    const inPattern =
      (grandparent?.type === 'ObjectPattern' && field === 'value') ||
      (parent?.type === 'AssignmentPattern' && field === 'left') ||
      parent?.type === 'ArrayPattern' ||
      parent?.type === 'RestElement';
    const imports = parent !== undefined && importSpecifiers.has(parent.type) && field === 'local';
    if (name !== undefined && (declares || inPattern || imports)) names.add(name);
  }
  return names;
}

function isReference({ parent, field }: VisitedNode): boolean {
  if (parent === undefined) return true;
  const computed = parent.fields['computed'] === true;
  if (members.has(parent.type) && field === 'property') return computed;
  if (field === 'key') return computed;
  if (importSpecifiers.has(parent.type)) return false;
  return !['LabeledStatement', 'BreakStatement', 'ContinueStatement', 'ExportSpecifier', 'MetaProperty'].includes(
    parent.type,
  );
}

function memberProblem(node: SyntaxNode): string | undefined {
  const property = asNode(node.fields['property']);
  const literal = property?.type === 'StringLiteral' || node.fields['computed'] !== true;
  const name = literal ? nameIn(node.fields['property']) : undefined;
  if (name !== undefined && forbiddenMembers.has(name)) return `.${name} is not allowed`;
  const owner = nameIn(node.fields['object']);
  if (owner === 'Math' && name === 'random') return 'Math.random is not allowed; use ctx.random()';
  if (owner === 'Date' && name === 'now') return 'Date.now is not allowed; use ctx.now()';
  return undefined;
}

/** Packages that a spec declares, with what stands against those that cannot be used. */
export interface AskedPackages {
  readonly declared: readonly string[];
  readonly problems: readonly PackageProblem[];
}
const noPackages: AskedPackages = { declared: [], problems: [] };

function importProblem(node: SyntaxNode, { declared, problems }: AskedPackages): string | undefined {
  if (declared.length === 0) return 'imports are not allowed; everything is in the one module';
  const name = packageOfImport(nameIn(node.fields['source']) ?? '');
  if (name === undefined || !declared.some((text) => parsePackage(text)?.name === name))
    return 'imports are not allowed, but of packages that the spec declares under permissions.packages';
  return problems.find((one) => one.name === name)?.message;
}

interface Surroundings {
  readonly declared: ReadonlySet<string>;
  readonly packages: AskedPackages;
}

function nodeProblem(visited: VisitedNode, { declared, packages }: Surroundings): string | undefined {
  const { node } = visited;
  if (node.type === 'ImportDeclaration') return importProblem(node, packages);
  if (importing.has(node.type)) return 'imports are not allowed; everything is in the one module';
  if (node.type === 'ExportNamedDeclaration' && asNode(node.fields['source']))
    return 'exports from other modules are not allowed';
  if (node.type === 'MetaProperty' && nameIn(node.fields['meta']) === 'import') return 'import.meta is not allowed';
  if (members.has(node.type)) return memberProblem(node);
  const noArguments = Array.isArray(node.fields['arguments']) && node.fields['arguments'].length === 0;
  const callsDate = nameIn(node.fields['callee']) === 'Date' && !declared.has('Date');
  if (node.type === 'NewExpression' && callsDate && noArguments)
    return 'new Date() without a time is not allowed; use ctx.now()';
  if (node.type === 'CallExpression' && callsDate) return 'Date() is not allowed; use ctx.now()';
  if (node.type !== 'Identifier' || !isReference(visited)) return undefined;
  const name = nameIn(node.fields);
  if (name === undefined || !forbidden.has(name) || declared.has(name)) return undefined;
  return `${name} is not allowed${instead[name] ? `; ${instead[name]}` : ''}`;
}

function isAsyncFunction(value: unknown): boolean {
  const node = asNode(value);
  if (node === undefined || !/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type))
    return false;
  return node.fields['async'] === true && node.fields['generator'] !== true;
}

function declarationsOf(statement: SyntaxNode | undefined): { name: string | undefined; value: unknown }[] {
  if (statement === undefined) return [];
  if (statement.type !== 'VariableDeclaration')
    return [{ name: nameIn(statement.fields['id']), value: statement.fields }];
  const list: unknown = statement.fields['declarations'];
  return (Array.isArray(list) ? list : []).map((each) => {
    const declarator = asNode(each);
    return { name: nameIn(declarator?.fields['id']), value: declarator?.fields['init'] };
  });
}

/** What is wrong with the export of `execute`; undefined where it is exported and async. */
function exportProblem(program: SyntaxNode): string | undefined {
  const body: unknown = program.fields['body'];
  const statements = (Array.isArray(body) ? body : []).map(asNode).filter((node) => node !== undefined);
  const exported = statements.filter((node) => node.type === 'ExportNamedDeclaration');
  const direct = exported.flatMap((node) => declarationsOf(asNode(node.fields['declaration'])));
  const lists = exported.flatMap((node) => (Array.isArray(node.fields['specifiers']) ? node.fields['specifiers'] : []));
  const named = lists.map(asNode).find((node) => nameIn(node?.fields['exported']) === 'execute');
  const local = named ? nameIn(named.fields['local']) : 'execute';
  const found = named ? statements.flatMap(declarationsOf) : direct;
  const execute = found.find(({ name }) => name === local);
  if (execute === undefined) return 'the module must have "export async function execute(input, ctx)"';
  return isAsyncFunction(execute.value) ? undefined : 'execute must be an async function';
}

function sizeProblem(code: string): string | undefined {
  if (code.length <= maxCandidateChars) return undefined;
  return `the code has ${code.length} characters; at most ${maxCandidateChars} are allowed`;
}

/** What may not be in a candidate in TypeScript. Empty where the code may be run. */
export function staticProblems(code: string, packages: AskedPackages = noPackages): string[] {
  const tooLong = sizeProblem(code);
  if (tooLong !== undefined) return [tooLong];
  const parsed = parseModule(code);
  if (!parsed.ok) return [`the code cannot be read: ${parsed.message}`];
  const declared = declaredNames(parsed.nodes);
  const found = parsed.nodes.flatMap((visited) => {
    const problem = nodeProblem(visited, { declared, packages });
    return problem === undefined ? [] : [`line ${visited.node.line}: ${problem}`];
  });
  const exporting = exportProblem(parsed.program);
  return counted(exporting === undefined ? found : [exporting, ...found]);
}

/** Hosts need no grant to be judged, for none is asked; the report says what a live call will lack. */
function hostEvidence({ candidate, grants }: Judgement): Finding['evidence'] {
  const { permissions } = candidate.spec;
  if (permissions.net.length === 0) return {};
  return { hosts: { declared: permissions.net, not_granted: grants.hostsNotGranted(permissions) } };
}

async function problemsOf({ candidate, grants }: Judgement, read: CodeFacts | undefined): Promise<string[]> {
  const { packages: declared = [] } = candidate.spec.permissions;
  if (read === undefined)
    return staticProblems(candidate.code, {
      declared,
      problems: await grants.packageProblems(candidate.spec.permissions),
    });
  const python =
    declared.length > 0 ? ['permissions.packages are for TypeScript; Python has its standard library alone'] : [];
  return counted([...python, ...read.problems]);
}

async function run(judgement: Judgement): Promise<Finding> {
  const { candidate, facts } = judgement;
  const tooLong = sizeProblem(candidate.code);
  const read = tooLong === undefined ? await facts() : undefined;
  const reasons = tooLong === undefined ? await problemsOf(judgement, read) : [tooLong];
  return {
    status: reasons.length === 0 ? 'passed' : 'failed',
    checked: 1,
    reasons: reasons.slice(0, maxReasons),
    evidence: {
      characters: candidate.code.length,
      ...hostEvidence(judgement),
      ...(read && read.flags.length > 0 && { flags: counted(read.flags) }),
    },
  };
}

export const staticStage: Stage = { code: 'static', runsAfter: () => true, run };
