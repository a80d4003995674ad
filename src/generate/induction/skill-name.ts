import type { Destructive } from './match.js';
import { nounOf, plural, singular, snakeCase, toolWords, unique } from './naming.js';
import type { Program, Step } from './program.js';

/** Whether a step takes the first element of a list. */
export function isFirst(step: Step): boolean {
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
  const noun = singular(nounOf(other.tool).join('_'));
  // Not every verb is known: `note_incident` is about what `get_incident` gives.
  return [nounOf(one.tool), toolWords(one.tool).slice(1)].some((words) => singular(words.join('_')) === noun);
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

/** A name of two steps: the verb once where both have it, the words that both begin with once, and the number where it is one tool. */
function nameOfTwo(first: Step, second: Step): string {
  const how = verb(first);
  if (first.tool === second.tool && !first.over && !second.over) {
    return `${how}_two_${plural(nounOf(first.tool).join('_'))}`;
  }
  if (isOf(first, second) && verb(second) !== how && !first.over && !second.over) {
    return `${how}_and_${part(second, new Set())}`;
  }
  const said = new Set([how]);
  const whole = part(first, said);
  const words = part(second, said).split('_');
  const shared = whole.split('_').findIndex((word, at) => word !== words[at]);
  const rest = words.slice(shared < 0 ? whole.split('_').length : shared);
  return `${how}_${whole}_and_${(rest.length > 0 ? rest : words).join('_')}`;
}

/** What a name says of the first step: only what it was found by where the rest of it is said (`bills_for_customer`, `customer_by_phone`). */
function forFirst(what: string, first: Step): string {
  const noun = nounOf(first.tool).join('_');
  const [head, ...by] = noun.split('_by_');
  return by.length > 0 && what.endsWith(`for_${head}`) ? `by_${by.join('_by_')}` : `for_${noun}`;
}

function plainName(program: Program, rules: NameRules): string {
  const { destructive } = rules;
  const sure = program.steps.filter((step) => step.when === null);
  const [first, second, third] = sure.length > 1 ? sure : program.steps;
  if (!first) return 'flow';
  const how = verb(first);
  const main = tellingStep(program, rules);
  if (!second || !main) return `${how}_${plural(nounOf(first.tool).join('_'))}_by_list`;
  if (!third) return nameOfTwo(first, second);
  const said = new Set([verb(main)]);
  if (isOf(main, first)) return nameOfOne(program, main);
  const change = program.steps.findLast((step) => destructive(step.tool) && step.when === null);
  const what = `${verb(main)}_${part(main, said)}`;
  return `${what}_${change && !destructive(main.tool) ? `and_${part(change, said)}` : forFirst(what, first)}`;
}

const maxName = 64;

/**
 * A name from verb and object of the tools, unique among those taken: one that others have goes on with the last step, or else
 * with what is asked for last. One of a program that changes something says a change.
 */
export function nameOf(program: Program, rules: NameRules): string {
  const { taken } = rules;
  const name = snakeCase(plainName(program, rules));
  const last = program.steps.at(-1);
  const more = last === undefined ? '' : snakeCase(part(last, new Set([verb(last)])));
  const asked = program.params.at(-1)?.name;
  const longer = [
    ...(name.includes(more) ? [] : [`${name}_and_${more}`]),
    ...(asked === undefined ? [] : [`${name}_by_${asked}`]),
  ];
  const free = [name, ...longer].find((one) => !taken.has(one) && one.length <= maxName);
  return unique(free ?? longer[0] ?? name, taken, maxName);
}
