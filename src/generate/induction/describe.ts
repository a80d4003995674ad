import { changeText, pathText } from './change-text.js';
import type { InducedSkill } from './induce.js';
import type { Destructive } from './match.js';
import { nounOf, plural, singular, snakeCase, toolWords, unique } from './naming.js';
import type { Param, Program, Step } from './program.js';
import { byText, type Path } from './values.js';
import type { When } from './when.js';
import type { Operand, Where } from './where.js';

const stopWords = new Set(
  `about after also and any are because been but can could did does for from get has have help her him his how into its just know like
  make may more need not now off one only our out please she should some sure than thank thanks that the their them then there they this
  too want was what when where which who will with would you your hello yes let here via
  arrived bought come comes each everything find got long nothing per tell told yet`.split(/\s+/),
);

function isFirst(step: Step): boolean {
  return step.args.some(({ expr }) => expr.kind === 'get' && expr.path.at(-1) === 0);
}

function verb(step: Step): string {
  const words = toolWords(step.tool);
  return words.slice(0, words.length - nounOf(step.tool).length).join('_');
}

/** What a step gives, in a name: without its verb where that was said already. */
function part(step: Step, said: ReadonlySet<string>): string {
  const noun = nounOf(step.tool).join('_');
  const what = step.over ? plural(noun) : isFirst(step) ? `first_${noun}` : noun;
  const how = verb(step);
  return said.has(how) || how === '' ? what : `${how}_${what}`;
}

/** The step that the program is for: its last that changes something, else its last. */
export function mainStep(program: Program, destructive: Destructive): Step | undefined {
  const sure = program.steps.filter((step) => step.when === null);
  return sure.findLast((step) => destructive(step.tool)) ?? sure.at(-1);
}

/** The step that sets a program apart from the others: of its rarest tool; a change that not all programs make, and a later step, first. */
function tellingStep(program: Program, { destructive, uses, programs }: NameRules): Step | undefined {
  const rank = (step: Step): number => {
    const used = uses.get(step.tool) ?? 0;
    if (!destructive(step.tool)) return programs + used * 2 + 1;
    return used < programs ? used * 2 - programs * 2 : programs + used * 2;
  };
  const rest = program.steps.slice(1).filter((step) => step.when === null);
  return rest.reduceRight<Step | undefined>(
    (best, step) => (best === undefined || rank(step) < rank(best) ? step : best),
    undefined,
  );
}

/** How many programs use each tool. */
export function toolUses(programs: readonly Program[]): Map<string, number> {
  const uses = new Map<string, number>();
  for (const program of programs) {
    for (const tool of new Set(program.steps.map((step) => step.tool))) uses.set(tool, (uses.get(tool) ?? 0) + 1);
  }
  return uses;
}

export interface NameRules {
  readonly destructive: Destructive;
  readonly uses: ReadonlyMap<string, number>;
  /** how many programs are named together */
  readonly programs: number;
  /** names that are given already */
  readonly taken: Set<string>;
}

/** Whether two steps are about the same kind of thing. */
function isOf(one: Step, other: Step): boolean {
  return singular(nounOf(one.tool).join('_')) === singular(nounOf(other.tool).join('_'));
}

/** Where the step to name is about what the first is about: with what was done between, else with both verbs. */
function nameOfOne(program: Program, main: Step): string {
  const [first = main, ...rest] = program.steps;
  const between = rest.findLast((step) => step !== main && step.when === null && !isOf(step, main));
  if (!between) {
    const [early, late] = [verb(first), verb(main)];
    const what = part(main, new Set());
    return early === '' || early === late ? what : `${early}_and_${what}`;
  }
  const both = rest.indexOf(between) < rest.indexOf(main) ? [between, main] : [main, between];
  return both.map((step) => part(step, new Set())).join('_and_');
}

/** A name from verb and object of the tools, unique among those taken. One of a program that changes something says a change. */
export function nameOf(program: Program, rules: NameRules): string {
  const { destructive, taken } = rules;
  const [first, second] = program.steps;
  if (!first) return unique('flow', taken);
  const how = verb(first);
  const main = tellingStep(program, rules);
  if (!second || !main) return unique(snakeCase(`${how}_${plural(nounOf(first.tool).join('_'))}_by_list`), taken);
  if (program.steps.length === 2) {
    return unique(snakeCase(`${how}_${part(first, new Set([how]))}_and_${part(second, new Set([how]))}`), taken);
  }
  const said = new Set([verb(main)]);
  if (isOf(main, first)) return unique(snakeCase(nameOfOne(program, main)), taken);
  const change = program.steps.findLast((step) => destructive(step.tool) && step.when === null);
  const rest = change && !destructive(main.tool) ? `and_${part(change, said)}` : `for_${nounOf(first.tool).join('_')}`;
  return unique(snakeCase(`${verb(main)}_${part(main, said)}_${rest}`), taken);
}

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

/** What a step is given of some elements of a list. */
function amongText(step: Step, program: Program): string {
  const told = step.args.flatMap(({ slot, expr }) => {
    if (expr.kind !== 'among') return [];
    const list = fieldText(expr.list.slice(-1)).replace(/^value$/, 'elements');
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
    const list = step.over.list.filter((one) => typeof one === 'string').at(-1) ?? 'elements';
    return `${words} for each of its ${String(list).replaceAll('_', ' ')}${condition(step.over.where, program)}`;
  }
  const select = step.args.find(({ expr }) => expr.kind === 'select')?.expr;
  if (select?.kind === 'select') {
    const { wanted, list, by } = select;
    const element = singular(String(list.filter((one) => typeof one === 'string').at(-1) ?? 'element'));
    if (wanted.kind === 'param')
      return `${words} for the ${element} with the given ${wanted.name.replaceAll('_', ' ')}`;
    const source = nounOf(program.steps[wanted.step]?.tool ?? '').join(' ');
    return `${words} for the ${element} whose ${by.filter((one) => typeof one === 'string').join(' ') || 'key'} is that of the ${source}`;
  }
  const among = amongText(step, program);
  if (among !== '') return `${words}${among}`;
  if (isFirst(step)) return `${words} for the first one listed`;
  const params = step.args.flatMap(({ expr }) => (expr.kind === 'param' ? [expr.name.replaceAll('_', ' ')] : []));
  return step === program.steps[0] && params.length > 0 ? `${words} by ${params.slice(0, 3).join(', ')}` : words;
}

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
      ([word, from]) => from.size >= 2 && from.size / groups.size >= (tellingLift * (background.get(word) ?? 1)) / runs,
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

export function describeParam(param: Param, program: Program): string {
  const step = program.steps[param.step];
  const argument = param.slot.split('.').at(-1) ?? param.slot;
  const tool = step?.tool ?? '';
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
