import type { InducedSkill } from './induce.js';
import type { Destructive } from './match.js';
import { nounOf, plural, singular, snakeCase, toolWords, unique } from './naming.js';
import type { Param, Program, Step } from './program.js';
import { byText } from './values.js';

const stopWords = new Set(
  `about after also and any are because been but can could did does for from get has have help her him his how into its just know like
  make may more need not now off one only our out please she should some sure than thank thanks that the their them then there they this
  too want was what when where which who will with would you your hello yes let here via`.split(/\s+/),
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
  return program.steps.findLast((step) => destructive(step.tool)) ?? program.steps.at(-1);
}

/** A name from verb and object of the tools; `taken` keeps names unique. */
export function nameOf(program: Program, destructive: Destructive, taken: Set<string>): string {
  const [first, second] = program.steps;
  const main = mainStep(program, destructive);
  if (!first || !main) return unique('flow', taken);
  if (program.steps.length === 1)
    return unique(snakeCase(`${verb(first)}_${plural(nounOf(first.tool).join('_'))}_by_list`), taken);
  if (second && program.steps.length === 2) {
    const how = verb(first);
    return unique(snakeCase(`${how}_${part(first, new Set([how]))}_and_${part(second, new Set([how]))}`), taken);
  }
  const noun = nounOf(first.tool).join('_');
  return unique(snakeCase(`${verb(main)}_${part(main, new Set([verb(main)]))}_from_${noun}`), taken);
}

function phrase(step: Step, program: Program): string {
  const words = toolWords(step.tool).join(' ');
  if (step.over?.kind === 'param') return `${words} for each of the given ${step.over.name.replaceAll('_', ' ')}`;
  if (step.over) {
    const list = step.over.list.filter((one) => typeof one === 'string').at(-1) ?? 'elements';
    return `${words} for each of its ${String(list).replaceAll('_', ' ')}`;
  }
  const select = step.args.find(({ expr }) => expr.kind === 'select')?.expr;
  if (select?.kind === 'select')
    return `${words} for the ${singular(String(select.list.at(-1) ?? 'element'))} with the given ${select.param.replaceAll('_', ' ')}`;
  if (isFirst(step)) return `${words} for the first one listed`;
  const params = step.args.flatMap(({ expr }) => (expr.kind === 'param' ? [expr.name.replaceAll('_', ' ')] : []));
  return step === program.steps[0] && params.length > 0 ? `${words} by ${params.slice(0, 3).join(', ')}` : words;
}

/** The words that people used in the runs of a skill and seldom in others: no names, since each must come from two tasks. */
export function termsOf(skill: InducedSkill, background: ReadonlyMap<string, number>, runs: number): string[] {
  const seen = new Map<string, Set<string>>();
  const groups = new Set<string>();
  for (const { run } of skill.train) {
    groups.add(run.group);
    for (const word of wordsOf(run.opening)) seen.set(word, (seen.get(word) ?? new Set<string>()).add(run.group));
  }
  return [...seen]
    .filter(([, from]) => from.size >= 2)
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
  const steps = program.steps.map((step) => phrase(step, program));
  const sentence = `${steps.join(', then ')}${terms.length > 0 ? ` (for requests about: ${terms.join(', ')})` : ''}.`;
  return (sentence.charAt(0).toUpperCase() + sentence.slice(1)).slice(0, 500);
}

export function describeParam(param: Param, program: Program): string {
  const step = program.steps[param.step];
  const argument = param.slot.split('.').at(-1) ?? param.slot;
  const tool = step?.tool ?? '';
  if (param.role === 'list') return `The ${argument.replaceAll('_', ' ')} of each call of ${tool}`;
  if (param.role === 'selector') {
    const expr = step?.args.find((arg) => arg.expr.kind === 'select' && arg.expr.param === param.name)?.expr;
    if (expr?.kind === 'select')
      return `What tells the one of ${expr.list.join('.') || 'the list'} to use: its ${expr.by.at(-1) === -2 ? 'key' : expr.by.join('.')}`;
  }
  return `Argument ${argument} of ${tool}`;
}
