import { type Change, dayPattern } from './changes.js';
import type { Among, Expr, Get } from './expr.js';
import type { MadeNumber, MadeText, Part } from './made.js';
import { camelCase, singular, snakeCase } from './naming.js';
import { EACH, KEY, lastName, type Path } from './values.js';
import type { Operand, Where } from './where.js';

const reserved = new Set(
  'input ctx execute one break case catch class const continue default delete do else enum export extends false finally for function if import in instanceof new null return super switch this throw true try typeof var void while with yield let static await async of'.split(
    ' ',
  ),
);

/** A text with what cannot stand in quotes written out; quotes themselves are left. */
function quoted(value: string): string {
  return JSON.stringify(value).slice(1, -1).replace(/\\"/g, '"');
}

export function text(value: string): string {
  return `'${quoted(value).replace(/'/g, "\\'")}'`;
}

export function isName(key: string): boolean {
  return /^[A-Za-z_$][\w$]*$/.test(key);
}

export function access(base: string, path: Path): string {
  let code = base;
  for (const [at, step] of path.entries()) {
    if (step === EACH) return `${code}.flatMap((one: any) => ${access('one', path.slice(at + 1))})`;
    if (typeof step === 'number') code += `[${step}]`;
    else code += isName(step) ? `.${step}` : `[${text(step)}]`;
  }
  return code;
}

export function literal(value: unknown): string {
  return typeof value === 'string' ? text(value) : JSON.stringify(value);
}

export interface Names {
  readonly steps: readonly string[];
  readonly taken: Set<string>;
  /** variables of the elements that were selected, by the expression that selects them */
  readonly selected: Map<string, string>;
}

export function freeName(wanted: string, taken: Set<string>): string {
  const word = camelCase(snakeCase(wanted));
  const plain = reserved.has(word) ? `${word}Result` : word;
  let name = plain;
  for (let at = 2; taken.has(name); at += 1) name = `${plain}${at}`;
  taken.add(name);
  return name;
}

/** What something is compared with. */
export function writeOperand(wanted: Operand, names: Names): string {
  if (wanted.kind === 'const') return literal(wanted.value);
  return wanted.kind === 'param' ? access('input', [wanted.name]) : access(names.steps[wanted.step] ?? '', wanted.path);
}

function selectKey(expr: Extract<Expr, { kind: 'select' }>): string {
  return JSON.stringify([expr.step, expr.list, expr.by, expr.wanted]);
}

/** The name of an element of a list, after the list or after the step that gave it. */
function elementName(path: Path, step: string): string {
  const last = lastName(path) ?? step;
  return path.length === 0 && singular(last) === last ? 'element' : singular(last);
}

/** The element that a select takes, found once for all arguments that need it, and the end where none fits. */
export function writeSelect(expr: Extract<Expr, { kind: 'select' }>, names: Names, prov: string): string[] {
  const key = selectKey(expr);
  if (names.selected.has(key)) return [];
  const list = access(names.steps[expr.step] ?? '', expr.list);
  const name = freeName(elementName(expr.list, names.steps[expr.step] ?? ''), names.taken);
  const byKey = expr.by[0] === KEY || expr.get[0] === KEY;
  const wanted = writeOperand(expr.wanted, names);
  names.selected.set(key, name);
  const found = byKey
    ? `Object.entries<any>(${list}).find(([key, one]) => ${expr.by[0] === KEY ? 'key' : access('one', expr.by)} === ${wanted})`
    : `Object.values<any>(${list}).find((one) => ${access('one', expr.by)} === ${wanted})`;
  return [
    `  const ${name} = ${found};`,
    `  if (${name} === undefined) return { status: 'missing', payload: null, prov: ${prov} };`,
  ];
}

/** A list, or those of its elements that a condition leaves, as code. */
function writeList(expr: Get | Among, names: Names): string {
  const list = access(names.steps[expr.step] ?? '', pathOf(expr));
  return expr.kind === 'among' ? `${list}${writeWhere(expr.where, names)}` : list;
}

function pathOf(expr: Get | Among): Path {
  return expr.kind === 'among' ? expr.list : expr.path;
}

function extremeKey(expr: Get | Among): string {
  const { step, change } = expr;
  const where = expr.kind === 'among' ? expr.where : null;
  return change?.op === 'least' || change?.op === 'most'
    ? JSON.stringify([step, pathOf(expr), where, change.op, change.by])
    : '';
}

/** The element that is the least or the most of its list, found once for all arguments that need it. */
export function writeExtreme(expr: Get | Among, names: Names, prov: string): string[] {
  const { change } = expr;
  if (change?.op !== 'least' && change?.op !== 'most') return [];
  if (names.selected.has(extremeKey(expr))) return [];
  const last = pathOf(expr)
    .filter((one) => typeof one === 'string')
    .at(-1);
  const whole = writeList(expr, names);
  const list = expr.kind === 'among' ? freeName(`fitting_${last ?? 'elements'}`, names.taken) : whole;
  const by = lastName(change.by);
  const name = freeName(
    `${change.op}_${by ?? ''}_${elementName(pathOf(expr), names.steps[expr.step] ?? '')}`,
    names.taken,
  );
  names.selected.set(extremeKey(expr), name);
  const better = `${access('one', change.by)} ${change.op === 'least' ? '<' : '>'} ${access('best', change.by)}`;
  return [
    ...(list === whole ? [] : [`  const ${list} = ${whole};`]),
    `  if (${list}.length === 0) return { status: 'missing', payload: null, prov: ${prov} };`,
    `  const ${name} = ${list}.reduce((best: any, one: any) => (${better} ? one : best));`,
  ];
}

/** The elements that a condition leaves. */
export function writeWhere({ by, is, wanted }: Where, names: Names): string {
  return `.filter((one: any) => ${access('one', by)} ${is ? '===' : '!=='} ${writeOperand(wanted, names)})`;
}

function writeChange(value: string, change: Change): string {
  switch (change.op) {
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
    case 'day':
      return `${value}.replace(${String(dayPattern)}, ${text(change.as)})`;
    case 'part':
      return `${value}.split(${text(change.separator)}).at(${change.at === 'first' ? 0 : -1})`;
    case 'count':
      return `${value}.length`;
    case 'collect':
      return `${value}.map((one: any) => ${access('one', change.get)})`;
    case 'join': {
      const texts = change.get.length === 0 ? value : `${value}.map((one: any) => ${access('one', change.get)})`;
      return `${texts}.join(${text(change.separator)})`;
    }
    case 'sum':
      return `${value}.reduce((sum: number, one: any) => sum + ${access('one', change.get)}, 0)`;
    case 'least':
    case 'most':
      return access(value, change.get);
  }
}

function writeGet(expr: Get | Among, names: Names): string {
  const { change } = expr;
  const value = names.selected.get(extremeKey(expr)) ?? writeList(expr, names);
  return change === null ? value : writeChange(value, change);
}

function writePart(part: Part, names: Names): string {
  if (part.kind === 'const') return literal(part.value);
  if (part.kind === 'get') return writeGet(part, names);
  const value = access('input', [part.name]);
  return part.change === null ? value : writeChange(value, part.change);
}

function writeText({ parts }: MadeText, names: Names): string {
  const inner = parts.map((part) =>
    part.kind === 'const' ? quoted(String(part.value)).replace(/`|\$\{/g, '\\$&') : `\${${writePart(part, names)}}`,
  );
  return `\`${inner.join('')}\``;
}

function writeNumber({ op, left, right, form }: MadeNumber, names: Names): string {
  const value = `${writePart(left, names)} ${op} ${writePart(right, names)}`;
  switch (form) {
    case 'plain':
      return value;
    case 'cents':
      return `Number((${value}).toFixed(2))`;
    case 'text':
      return `String(${value})`;
    case 'fixed':
      return `(${value}).toFixed(2)`;
  }
}

export function writeExpr(expr: Expr, names: Names, item: string): string {
  switch (expr.kind) {
    case 'param':
      return access('input', [expr.name]);
    case 'const':
      return literal(expr.value);
    case 'get':
      return writeGet(expr, names);
    case 'default':
      return `${access('input', [expr.name])} ?? ${writeGet(expr.from, names)}`;
    case 'text':
      return writeText(expr, names);
    case 'number':
      return writeNumber(expr, names);
    case 'among':
      return writeGet(expr, names);
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
