import type { JsonObject } from '../../json.js';
import { plural } from '../../plural.js';
import { nounOf, singular } from './naming.js';
import { isOptional, type Over, type Program, type Step } from './program.js';
import { EACH, KEY, lastName } from './values.js';
import type { When } from './when.js';
import {
  access,
  freeName,
  isName,
  type Names,
  text,
  writeExpr,
  writeExtreme,
  writeOperand,
  writeSelect,
  writeWhere,
} from './write-expr.js';

type Tree = { [key: string]: Tree | string };

const maxLineChars = 120;

/** An object on one line; where there is no room for it, a line for each property. */
function writeTree(tree: Tree, indent: string, room: number): string {
  const parts = Object.entries(tree).map(([key, value]) => {
    const name = isName(key) ? key : text(key);
    return `${name}: ${typeof value === 'string' ? value : writeTree(value, `${indent}  `, maxLineChars - indent.length - name.length)}`;
  });
  if (parts.length === 0) return '{}';
  const line = `{ ${parts.join(', ')} }`;
  return line.length <= room ? line : `{\n${parts.map((one) => `${indent}  ${one},\n`).join('')}${indent}}`;
}

/** The call of a step, after what stands on its line already. */
function writeCall({ tool, args }: Step, names: Names, at: { readonly item: string; readonly before: string }): string {
  const tree: Tree = {};
  for (const arg of args) {
    let inside = tree;
    for (const key of arg.keys.slice(0, -1)) {
      const next = inside[key];
      const inner: Tree = typeof next === 'object' ? next : {};
      inside[key] = inner;
      inside = inner;
    }
    inside[arg.keys.at(-1) ?? ''] = writeExpr(arg.expr, names, at.item);
  }
  const start = `await ctx.call(${text(tool)}, `;
  const indent = /^ */.exec(at.before)?.[0] ?? '';
  return `${start}${writeTree(tree, indent, maxLineChars - at.before.length - start.length)})`;
}

/** A condition as code, or its opposite. */
function writeWhen(when: When, names: Names, isMet = true): string {
  if (when.kind === 'given') return `${access('input', [when.name])} ${isMet ? '!==' : '==='} undefined`;
  const sign = when.is === isMet ? '===' : '!==';
  return `${writeOperand(when.of, names)} ${sign} ${writeOperand(when.wanted, names)}`;
}

function writeGuard(guard: Program['guard'], at: number, names: Names, prov: string): string[] {
  if (guard?.before !== at) return [];
  return [`  if (${writeWhen(guard.when, names, false)}) return { status: 'missing', payload: null, prov: ${prov} };`];
}

/** The name of the list whose elements a map is for. */
function listName(over: Over): string | undefined {
  if (over.kind === 'param') return over.name;
  return lastName([...over.list, ...(over.inner ?? [])]);
}

function writeElements(over: Over, names: Names): string {
  if (over.kind === 'param') return access('input', [over.name]);
  const list = access(names.steps[over.step] ?? '', over.list);
  const left = over.where ? `${list}${writeWhere(over.where, names)}` : list;
  return over.inner === null ? left : access(left, [EACH, ...over.inner]);
}

function writeStep(step: Step, at: number, names: Names): string[] {
  const name = names.steps[at] ?? '';
  if (step.over === null) {
    const before = `  const ${name} = `;
    if (step.when === null) return [`${before}${writeCall(step, names, { item: '', before })};`];
    const call = writeCall(step, names, { item: '', before: '    ' });
    const either = `${writeWhen(step.when, names)} ? ${call} : null;`;
    return before.length + either.length > maxLineChars ? [before.trimEnd(), `    ${either}`] : [before + either];
  }
  const keyed = step.args.some((arg) => arg.expr.kind === 'item' && arg.expr.path[0] === KEY);
  const elements = writeElements(step.over, names);
  const item = freeName(singular(listName(step.over) ?? nounOf(step.tool).join('_')), names.taken);
  const before = `    ${name}.push(`;
  return [
    `  const ${name}: unknown[] = [];`,
    `  for (const ${item} of ${keyed ? `Object.keys(${elements})` : elements}) {`,
    `${before}${writeCall(step, names, { item, before })});`,
    '  }',
  ];
}

function typeOf(schema: unknown): string {
  if (typeof schema !== 'object' || schema === null || !('type' in schema)) return 'unknown';
  const { type } = schema;
  if (type === 'string' || type === 'boolean' || type === 'number') return type;
  if (type === 'integer') return 'number';
  if (type === 'array') return `${'items' in schema ? typeOf(schema.items) : 'unknown'}[]`;
  return type === 'object' ? 'object' : 'unknown';
}

function payloadLines(fields: readonly string[]): string[] {
  const line = `    payload: { ${fields.join(', ')} },`;
  if (line.length <= maxLineChars) return [line];
  return ['    payload: {', ...fields.map((field) => `      ${field},`), '    },'];
}

export interface LearntFrom {
  readonly runs: number;
  readonly tasks: number;
  readonly heldOutRuns: number;
}

/** A program as TypeScript that a person can read: one line a step, no imports, nothing but `ctx.call`. */
export function writeCode(program: Program, properties: JsonObject, learnt: LearntFrom): string {
  const taken = new Set<string>();
  const names: Names = { steps: program.steps.map((step) => freeName(step.name, taken)), taken, selected: new Map() };
  const mark = (name: string): string => (isOptional(program, name) ? '?' : '');
  const fields = program.params.map(({ name }) => `${name}${mark(name)}: ${typeOf(properties[name])}`);
  const lines: string[] = [];
  const called: string[] = [];
  for (const [at, step] of program.steps.entries()) {
    const prov = `[${called.map(text).join(', ')}]`;
    lines.push(...writeGuard(program.guard, at, names, prov));
    for (const { expr } of step.args) {
      if (expr.kind === 'select') lines.push(...writeSelect(expr, names, prov));
      if (expr.kind === 'default') lines.push(...writeExtreme(expr.from, names, prov));
      if (expr.kind === 'get' || expr.kind === 'among') lines.push(...writeExtreme(expr, names, prov));
    }
    lines.push(...writeStep(step, at, names));
    if (!called.includes(step.tool)) called.push(step.tool);
  }
  const payload = program.steps.map((step, at) =>
    step.name === names.steps[at] ? step.name : `${step.name}: ${names.steps[at]}`,
  );
  return [
    'interface Input {',
    ...fields.map((field) => `  ${field};`),
    '}',
    '',
    '// What a tool answers is not ours to type.',
    'interface Context {',
    '  call(name: string, args: object): Promise<any>;',
    '}',
    '',
    `// Learnt from ${plural(learnt.runs, 'run')} of ${plural(learnt.tasks, 'task')}; it does what was done in ${plural(learnt.heldOutRuns, 'held-out run')}, call for call.`,
    'export async function execute(input: Input, ctx: Context) {',
    ...lines,
    '  return {',
    "    status: 'ok',",
    ...payloadLines(payload),
    `    prov: [${called.map(text).join(', ')}],`,
    '  };',
    '}',
    '',
  ].join('\n');
}
