import type { JsonObject } from '../../json.js';
import { camelCase, nounOf, singular, snakeCase } from './naming.js';
import type { Argument, Expr, Program, Step } from './program.js';
import { EACH, KEY, type Path } from './values.js';

const reserved = new Set(
  'input ctx execute one break case catch class const continue default delete do else enum export extends false finally for function if import in instanceof new null return super switch this throw true try typeof var void while with yield let static await async of'.split(
    ' ',
  ),
);

function text(value: string): string {
  return `'${JSON.stringify(value).slice(1, -1).replace(/\\"/g, '"').replace(/'/g, "\\'")}'`;
}

function isName(key: string): boolean {
  return /^[A-Za-z_$][\w$]*$/.test(key);
}

function access(base: string, path: Path): string {
  let code = base;
  for (const [at, step] of path.entries()) {
    if (step === EACH) return `${code}.flatMap((one: any) => ${access('one', path.slice(at + 1))})`;
    if (typeof step === 'number') code += `[${step}]`;
    else code += isName(step) ? `.${step}` : `[${text(step)}]`;
  }
  return code;
}

function literal(value: unknown): string {
  return typeof value === 'string' ? text(value) : JSON.stringify(value);
}

interface Names {
  readonly steps: readonly string[];
  readonly taken: Set<string>;
  /** variables of the elements that were selected, by the expression that selects them */
  readonly selected: Map<string, string>;
}

function freeName(wanted: string, taken: Set<string>): string {
  const plain = camelCase(snakeCase(wanted));
  let name = plain;
  for (let at = 2; taken.has(name) || reserved.has(name); at += 1) name = `${plain}${at}`;
  taken.add(name);
  return name;
}

function selectKey(expr: Extract<Expr, { kind: 'select' }>): string {
  return JSON.stringify([expr.step, expr.list, expr.by, expr.wanted]);
}

/** The element that a select takes, found once for all arguments that need it, and the end where none fits. */
function writeSelect(expr: Extract<Expr, { kind: 'select' }>, names: Names, prov: string): string[] {
  const key = selectKey(expr);
  if (names.selected.has(key)) return [];
  const list = access(names.steps[expr.step] ?? '', expr.list);
  const last = expr.list.filter((one) => typeof one === 'string').at(-1);
  const name = freeName(singular(String(last ?? 'element')), names.taken);
  const byKey = expr.by[0] === KEY || expr.get[0] === KEY;
  const wanted =
    expr.wanted.kind === 'param'
      ? access('input', [expr.wanted.name])
      : access(names.steps[expr.wanted.step] ?? '', expr.wanted.path);
  names.selected.set(key, name);
  const found = byKey
    ? `Object.entries<any>(${list}).find(([key, one]) => ${expr.by[0] === KEY ? 'key' : access('one', expr.by)} === ${wanted})`
    : `Object.values<any>(${list}).find((one) => ${access('one', expr.by)} === ${wanted})`;
  return [
    `  const ${name} = ${found};`,
    `  if (${name} === undefined) return { status: 'missing', payload: null, prov: ${prov} };`,
  ];
}

type Get = Extract<Expr, { kind: 'get' }>;

function extremeKey({ step, path, change }: Get): string {
  return change?.op === 'least' || change?.op === 'most' ? JSON.stringify([step, path, change.op, change.by]) : '';
}

/** The element that is the least or the most of its list, found once for all arguments that need it. */
function writeExtreme(expr: Get, names: Names, prov: string): string[] {
  const { step, path, change } = expr;
  if (change?.op !== 'least' && change?.op !== 'most') return [];
  if (names.selected.has(extremeKey(expr))) return [];
  const list = access(names.steps[step] ?? '', path);
  const last = path.filter((one) => typeof one === 'string').at(-1);
  const by = change.by.filter((one) => typeof one === 'string').at(-1);
  const name = freeName(`${change.op}_${by ?? ''}_${singular(String(last ?? 'element'))}`, names.taken);
  names.selected.set(extremeKey(expr), name);
  const better = `${access('one', change.by)} ${change.op === 'least' ? '<' : '>'} ${access('best', change.by)}`;
  return [
    `  if (${list}.length === 0) return { status: 'missing', payload: null, prov: ${prov} };`,
    `  const ${name} = ${list}.reduce((best: any, one: any) => (${better} ? one : best));`,
  ];
}

function writeChange(expr: Get, names: Names): string {
  const { step, path, change } = expr;
  const value = access(names.steps[step] ?? '', path);
  switch (change?.op) {
    case undefined:
      return value;
    case 'lower':
      return `${value}.toLowerCase()`;
    case 'upper':
      return `${value}.toUpperCase()`;
    case 'trim':
      return `${value}.trim()`;
    case 'text':
      return `String(${value})`;
    case 'number':
      return `Number(${value})`;
    case 'date':
      return `${value}.slice(0, 10)`;
    case 'part':
      return `${value}.split(${text(change.separator)}).at(${change.at === 'first' ? 0 : -1})`;
    case 'collect':
      return `${value}.map((one: any) => ${access('one', change.get)})`;
    case 'sum':
      return `${value}.reduce((sum: number, one: any) => sum + ${access('one', change.get)}, 0)`;
    case 'least':
    case 'most':
      return access(names.selected.get(extremeKey(expr)) ?? '', change.get);
  }
}

function writeExpr(expr: Expr, names: Names, item: string): string {
  switch (expr.kind) {
    case 'param':
      return access('input', [expr.name]);
    case 'const':
      return literal(expr.value);
    case 'get':
      return writeChange(expr, names);
    case 'item':
      return expr.path[0] === KEY ? item : access(item, expr.path);
    case 'select': {
      const name = names.selected.get(selectKey(expr)) ?? '';
      const entry = expr.by[0] === KEY || expr.get[0] === KEY;
      if (!entry) return access(name, expr.get);
      return expr.get[0] === KEY ? `${name}[0]` : access(`${name}[1]`, expr.get);
    }
  }
}

type Tree = { [key: string]: Tree | string };

function writeTree(tree: Tree): string {
  const parts = Object.entries(tree).map(([key, value]) => {
    const name = isName(key) ? key : text(key);
    return `${name}: ${typeof value === 'string' ? value : writeTree(value)}`;
  });
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`;
}

function writeArgs(args: readonly Argument[], names: Names, item: string): string {
  const tree: Tree = {};
  for (const arg of args) {
    let at = tree;
    for (const key of arg.keys.slice(0, -1)) {
      const next = at[key];
      const inner: Tree = typeof next === 'object' ? next : {};
      at[key] = inner;
      at = inner;
    }
    at[arg.keys.at(-1) ?? ''] = writeExpr(arg.expr, names, item);
  }
  return writeTree(tree);
}

function writeWhere(over: Step['over']): string {
  if (over?.kind !== 'result' || over.where === null) return '';
  const { by, is, value } = over.where;
  return `.filter((one: any) => ${access('one', by)} ${is ? '===' : '!=='} ${literal(value)})`;
}

function writeWhen(when: Step['when'], names: Names): string {
  if (when === null) return '';
  return `${access(names.steps[when.step] ?? '', when.path)} ${when.is ? '===' : '!=='} ${literal(when.value)} ? `;
}

function writeGuard(guard: Program['guard'], at: number, names: Names, prov: string): string[] {
  if (guard?.before !== at) return [];
  const found = access(names.steps[guard.step] ?? '', guard.path);
  return [
    `  if (${found} ${guard.is ? '!==' : '==='} ${literal(guard.value)}) return { status: 'missing', payload: null, prov: ${prov} };`,
  ];
}

function writeStep(step: Step, at: number, names: Names): string[] {
  const name = names.steps[at] ?? '';
  if (step.over === null) {
    const call = `await ctx.call(${text(step.tool)}, ${writeArgs(step.args, names, '')})`;
    return [`  const ${name} = ${writeWhen(step.when, names)}${call}${step.when === null ? '' : ' : null'};`];
  }
  const over =
    step.over.kind === 'param'
      ? access('input', [step.over.name])
      : access(names.steps[step.over.step] ?? '', step.over.list);
  const keyed = step.args.some((arg) => arg.expr.kind === 'item' && arg.expr.path[0] === KEY);
  const list =
    step.over.kind === 'param' ? step.over.name : step.over.list.filter((one) => typeof one === 'string').at(-1);
  const item = freeName(singular(String(list ?? nounOf(step.tool).join('_'))), names.taken);
  const elements = keyed ? `Object.keys(${over})` : `${over}${writeWhere(step.over)}`;
  return [
    `  const ${name}: unknown[] = [];`,
    `  for (const ${item} of ${elements}) {`,
    `    ${name}.push(await ctx.call(${text(step.tool)}, ${writeArgs(step.args, names, item)}));`,
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

export interface LearntFrom {
  readonly runs: number;
  readonly tasks: number;
  readonly heldOutRuns: number;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** A program as TypeScript that a person can read: one line a step, no imports, nothing but `ctx.call`. */
export function writeCode(program: Program, properties: JsonObject, learnt: LearntFrom): string {
  const taken = new Set<string>();
  const names: Names = { steps: program.steps.map((step) => freeName(step.name, taken)), taken, selected: new Map() };
  const fields = program.params.map((param) => `${param.name}: ${typeOf(properties[param.name])}`);
  const lines: string[] = [];
  const called: string[] = [];
  for (const [at, step] of program.steps.entries()) {
    const prov = `[${called.map(text).join(', ')}]`;
    lines.push(...writeGuard(program.guard, at, names, prov));
    for (const { expr } of step.args) {
      if (expr.kind === 'select') lines.push(...writeSelect(expr, names, prov));
      if (expr.kind === 'get') lines.push(...writeExtreme(expr, names, prov));
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
    `// Learnt from ${count(learnt.runs, 'run')} of ${count(learnt.tasks, 'task')}; it does what was done in ${count(learnt.heldOutRuns, 'held-out run')}, call for call.`,
    'export async function execute(input: Input, ctx: Context) {',
    ...lines,
    '  return {',
    "    status: 'ok',",
    `    payload: { ${payload.join(', ')} },`,
    `    prov: [${called.map(text).join(', ')}],`,
    '  };',
    '}',
    '',
  ].join('\n');
}
