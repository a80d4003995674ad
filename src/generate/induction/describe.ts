import { changeText, pathText } from './change-text.js';
import type { Among, Get } from './expr.js';
import type { InducedSkill } from './induce.js';
import { nounOf, ordinalOf, singular, toolWords } from './naming.js';
import type { Param, Program, Step } from './program.js';
import { isFirst } from './skill-name.js';
import { byText, lastName, type Path } from './values.js';
import type { When } from './when.js';
import type { Operand, Where } from './where.js';

const stopWords = new Set(
  `about after also and any are because been but can could did does for from get has have help her him his how into its just know like
  make may more need not now off one only our out please she should some sure than thank thanks that the their them then there they this
  too want was what when where which who will with would you your hello yes let here via
  across both few itself much really right same started these those two
  arrived bought come comes each everything find got long nothing per tell told yet`.split(/\s+/),
);

const maxConstants = 3;
const maxConstantChars = 40;

/** What a step always sends, as recorded: no caller can change it, so that it must be told. */
function constants(step: Step): string {
  const told = step.args.flatMap(({ slot, expr }) => {
    if (expr.kind !== 'const') return [];
    const value = JSON.stringify(expr.value);
    const name = (slot.split('.').at(-1) ?? slot).replaceAll('_', ' ');
    return [`${name} ${value.length <= maxConstantChars ? value : 'fixed'}`];
  });
  const more = told.length > maxConstants ? ` and ${told.length - maxConstants} more` : '';
  return told.length === 0 ? '' : ` with ${told.slice(0, maxConstants).join(', ')}${more}`;
}

function fieldText(path: Path): string {
  return (path.filter((one) => typeof one === 'string').join(' ') || 'value').replaceAll('_', ' ');
}

function condition(where: Where | null, program: Program): string {
  if (where === null) return '';
  const { by, is, wanted } = where;
  return ` whose ${fieldText(by)} is ${is ? '' : 'not '}${operandText(wanted, program)}`;
}

/** What something is compared with, in words. */
function operandText(operand: Operand, program: Program): string {
  if (operand.kind === 'const') return JSON.stringify(operand.value);
  if (operand.kind === 'param') return `the given ${operand.name.replaceAll('_', ' ')}`;
  return `the ${fieldText(operand.path)} of the ${nounOf(program.steps[operand.step]?.tool ?? '').join(' ')}`;
}

function told(when: When, word: string, program: Program): string {
  if (when.kind === 'given') return ` ${word} ${when.name.replaceAll('_', ' ')} is given`;
  const { of, is, wanted } = when;
  return ` ${word} ${operandText(of, program)} is ${is ? '' : 'not '}${operandText(wanted, program)}`;
}

/** What the elements of a list are called: by its name, else by the step that gave it. */
function elementText(list: Path, step: number, program: Program): string {
  const name = lastName(list) ?? nounOf(program.steps[step]?.tool ?? '').join('_');
  return singular(name).replaceAll('_', ' ');
}

/** The element that a step is for, where it is the least or the most of a list; else nothing. */
function extremeText(expr: Get | Among, program: Program): string {
  const { change } = expr;
  if (change?.op !== 'least' && change?.op !== 'most') return '';
  const element = elementText(expr.kind === 'among' ? expr.list : expr.path, expr.step, program);
  return ` for the ${element} with the ${change.op} ${fieldText(change.by)}`;
}

/** What a step is given of some elements of a list. */
function amongText(step: Step, program: Program): string {
  const told = step.args.flatMap(({ slot, expr }) => {
    if (expr.kind !== 'among') return [];
    const list = fieldText(expr.list.slice(-1)).replace(/^value$/, 'elements');
    const best = extremeText(expr, program);
    if (best !== '') return [`${best} of those${condition(expr.where, program)}`];
    const what =
      expr.change.op === 'collect' ? 'for all of its' : `with the ${fieldText(slot.split('.').slice(-1))} of its`;
    return [` ${what} ${list}${condition(expr.where, program)}`];
  });
  return told.join(' and');
}

function phrase(step: Step, program: Program): string {
  const words = toolWords(step.tool).join(' ');
  if (step.over?.kind === 'param') return `${words} for each of the given ${step.over.name.replaceAll('_', ' ')}`;
  if (step.over) {
    const { list, inner, where } = step.over;
    const nameOf = (path: Path): string => lastName(path) ?? 'elements';
    const of = inner === null ? nameOf(list) : `${nameOf(inner)} of those ${nameOf(list)}`;
    return `${words} for each of its ${of.replaceAll('_', ' ')}${condition(where, program)}`;
  }
  const select = step.args.find(({ expr }) => expr.kind === 'select')?.expr;
  if (select?.kind === 'select') {
    const { wanted, list, by } = select;
    const element = elementText(list, select.step, program);
    if (wanted.kind === 'param')
      return `${words} for the ${element} with the given ${wanted.name.replaceAll('_', ' ')}`;
    if (wanted.kind === 'const')
      return `${words} for the ${element} whose ${fieldText(by)} is ${operandText(wanted, program)}`;
    const source = nounOf(program.steps[wanted.step]?.tool ?? '').join(' ');
    return `${words} for the ${element} whose ${by.filter((one) => typeof one === 'string').join(' ') || 'key'} is that of the ${source}`;
  }
  const among = amongText(step, program);
  if (among !== '') return `${words}${among}`;
  const best = step.args
    .map(({ expr }) => (expr.kind === 'get' ? extremeText(expr, program) : ''))
    .find((one) => one !== '');
  if (best !== undefined) return `${words}${best}`;
  if (isFirst(step)) return `${words} for the first one listed`;
  return isStart(step, program) ? words + givenText(step) : words;
}

/** Whether a step is the first that is always made, or stands before it. */
function isStart(step: Step, { steps }: Program): boolean {
  return steps.indexOf(step) <= steps.findIndex((one) => one.when === null);
}

const maxGiven = 3;

/** By what a step is given its parameters; nothing where the tool's name says it. */
function givenText({ tool, args }: Step): string {
  const params = args.flatMap(({ expr }) => (expr.kind === 'param' ? [expr.name.replaceAll('_', ' ')] : []));
  if (params.length === 0 || toolWords(tool).includes('by')) return '';
  const more = params.length > maxGiven ? ` and ${params.length - maxGiven} more` : '';
  return ` by ${params.slice(0, maxGiven).join(', ')}${more}`;
}

/** Of a skill with many tasks it must come from this share of them, since of many words some are rarer elsewhere by chance. */
const minTermShare = 0.2;

/** A word tells a skill apart where it stands in this much larger a share of its runs than of all runs. */
const tellingLift = 2;

/** The words that people used in the runs of a skill and seldom in others: no names, since each must come from two tasks. */
export function termsOf(skill: InducedSkill, background: ReadonlyMap<string, number>, runs: number): string[] {
  const seen = new Map<string, Set<string>>();
  const groups = new Set<string>();
  for (const { run } of skill.train) {
    groups.add(run.group);
    for (const word of wordsOf(run.request)) seen.set(word, (seen.get(word) ?? new Set<string>()).add(run.group));
  }
  return [...seen]
    .filter(
      ([word, from]) =>
        from.size >= Math.max(2, groups.size * minTermShare) &&
        from.size / groups.size >= (tellingLift * (background.get(word) ?? 1)) / runs,
    )
    .map(([word, from]) => ({
      word,
      weight: (from.size / groups.size) * Math.log(1 + runs / (background.get(word) ?? 1)),
    }))
    .sort((a, b) => b.weight - a.weight || byText(a.word, b.word))
    .slice(0, 5)
    .map(({ word }) => word);
}

export function wordsOf(text: string): Set<string> {
  return new Set((text.match(/\b[a-z]{3,20}\b/g) ?? []).filter((word) => !stopWords.has(word)));
}

/** One sentence that starts with a verb: the steps in order, and what the runs were about. */
export function summaryOf(program: Program, terms: readonly string[]): string {
  const steps = program.steps.map((step, at) => {
    const stop = program.guard?.before === at ? told(program.guard.when, 'only if', program) : '';
    return `${phrase(step, program)}${constants(step)}${step.when ? told(step.when, 'if', program) : ''}${stop}`;
  });
  const sentence = `${steps.join(', then ')}${terms.length > 0 ? ` (for requests about: ${terms.join(', ')})` : ''}.`;
  return (sentence.charAt(0).toUpperCase() + sentence.slice(1)).slice(0, 500);
}

/** The elements that an argument or the calls of a step are of. */
function filterOf(step: Step | undefined, slot: string): { readonly list: Path; readonly where: Where } | null {
  const expr = step?.args.find((arg) => arg.slot === slot)?.expr;
  if (expr?.kind === 'among') return expr;
  const over = step?.over;
  return over?.kind === 'result' && over.where ? { list: over.list, where: over.where } : null;
}

/**
 * What a parameter is for.
 * @param said what the tool's own definition says of the argument; quoted, for it is not ours
 */
export function describeParam(param: Param, program: Program, said = ''): string {
  const step = program.steps[param.step];
  const argument = param.slot.split('.').at(-1) ?? param.slot;
  const earlier = program.steps.slice(0, param.step).map((one) => one.tool);
  const ordinal = ordinalOf(step?.tool ?? '', earlier).replace('_', ' ');
  const called = ordinal === '' ? (step?.tool ?? '') : `the ${ordinal} call of ${step?.tool}`;
  const tool = said === '' ? called : `${called} ("${said}")`;
  if (param.role === 'list') return `The ${argument.replaceAll('_', ' ')} of each call of ${tool}`;
  const filter = param.role === 'filter' ? filterOf(step, param.slot) : null;
  if (filter) {
    const { list, where } = filter;
    return `Which of ${pathText(list) || 'the list'} to use: those whose ${pathText(where.by)} is ${where.is ? '' : 'not '}this`;
  }
  if (param.role === 'selector') {
    const expr = step?.args.find(
      (arg) => arg.expr.kind === 'select' && arg.expr.wanted.kind === 'param' && arg.expr.wanted.name === param.name,
    )?.expr;
    if (expr?.kind === 'select')
      return `What tells the one of ${expr.list.join('.') || 'the list'} to use: its ${expr.by.at(-1) === -2 ? 'key' : expr.by.join('.')}`;
  }
  const usual = step?.args.find(({ expr }) => expr.kind === 'default' && expr.name === param.name)?.expr;
  if (usual?.kind === 'default') {
    const of = nounOf(program.steps[usual.from.step]?.tool ?? '').join(' ');
    const change = usual.from.change === null ? '' : ` (${changeText(usual.from.change)})`;
    return `Argument ${argument} of ${tool}; where it is left out, ${pathText(usual.from.path)} of the ${of}${change}`;
  }
  const isGiven = step?.when?.kind === 'given' && step.when.name === param.name;
  return `Argument ${argument} of ${tool}${isGiven ? ', which is called only where it is given' : ''}`;
}
