import { isJsonObject, type JsonValue } from '../../json.js';
import type { Spec, SpecTest } from '../../specs/model.js';
import { show } from '../compare.js';
import { type Finding, type Judgement, type PlacedTest, placedTests, type Stage } from '../judgement.js';
import { parseModule } from '../syntax.js';
import { testsAsKeys, writtenOut } from './table-keys.js';
import { tableOfAnswers } from './unseen-inputs.js';

type Literal = string | number;

const minString = 6;
const minDigits = 4;
const maxReasons = 5;

function isDistinctive(value: JsonValue): value is Literal {
  if (typeof value === 'string') return value.length >= minString;
  return typeof value === 'number' && String(value).replace(/\D/g, '').length >= minDigits;
}

/** A word that may well name a class of answers (`refund_request`) is no sign of a remembered answer. */
function isWord(literal: Literal): boolean {
  return typeof literal === 'string' && literal.length < 24 && /^[A-Za-z]+([_-][A-Za-z]+)*$/.test(literal);
}

function leaves(value: JsonValue | undefined, into: Set<Literal>): Set<Literal> {
  if (value === undefined) return into;
  if (Array.isArray(value)) for (const item of value) leaves(item, into);
  else if (isJsonObject(value)) for (const item of Object.values(value)) leaves(item, into);
  else if (isDistinctive(value)) into.add(value);
  return into;
}

function expectedLiterals({ expected }: SpecTest): Set<Literal> {
  return leaves(expected.payload_contains, leaves(expected.payload, new Set()));
}

interface CodeLiterals {
  readonly strings: readonly string[];
  readonly numbers: ReadonlySet<number>;
  /** Lists and objects that are written out, as JSON. */
  readonly lists: readonly string[];
}

/** String and number literals of the code. */
function codeLiterals(code: string): CodeLiterals {
  const parsed = parseModule(code);
  const strings: string[] = [];
  const numbers = new Set<number>();
  if (!parsed.ok) return { strings, numbers, lists: [] };
  for (const { node } of parsed.nodes) {
    const value = node.fields['value'];
    if (node.type === 'StringLiteral' && typeof value === 'string') strings.push(value);
    if (node.type === 'NumericLiteral' && typeof value === 'number') numbers.add(value);
    if (node.type !== 'TemplateElement' || typeof value !== 'object' || value === null) continue;
    if ('cooked' in value && typeof value.cooked === 'string') strings.push(value.cooked);
  }
  // A key of a table is as good a place for a remembered value as any.
  for (const { node, field } of parsed.nodes)
    if (field === 'key' && node.type === 'Identifier') strings.push(String(node.fields['name']));
  return { strings, numbers, lists: writtenOut(parsed.nodes) };
}

/** What the spec itself says: such values belong into the code. */
function specText({ name, summary, input_schema, output_schema, dependencies, properties, permissions }: Spec): string {
  return JSON.stringify([name, summary, input_schema, output_schema, dependencies, properties, permissions]);
}

interface Remembered {
  readonly placed: PlacedTest;
  readonly inputs: readonly Literal[];
  readonly answers: readonly Literal[];
}

/** Hidden values must not shape what is told: code could be a long list of guesses at them. */
function shownTests(candidate: Judgement['candidate']): PlacedTest[] {
  return placedTests(candidate).filter(({ from }) => from !== 'hidden');
}

/** For each test, its distinctive values that stand in the code, are not the same in all tests, and not in the spec. */
function rememberedBy({ candidate }: Judgement, { strings, numbers }: CodeLiterals): Remembered[] {
  const spec = specText(candidate.spec);
  const tests = shownTests(candidate);
  const texts = strings.join('\n\u0000\n');
  const inCode = (literal: Literal): boolean =>
    typeof literal === 'number' ? numbers.has(literal) : texts.includes(literal);
  const counts = new Map<Literal, number>();
  const sets = tests.map((placed) => {
    const inputs = leaves(placed.test.input, new Set());
    const answers = expectedLiterals(placed.test);
    for (const literal of new Set([...inputs, ...answers])) counts.set(literal, (counts.get(literal) ?? 0) + 1);
    return { placed, inputs, answers };
  });
  const counting = (literal: Literal): boolean =>
    inCode(literal) &&
    counts.get(literal) !== tests.length &&
    !spec.includes(JSON.stringify(literal).replace(/^"|"$/g, ''));
  return sets.map(({ placed, inputs, answers }) => ({
    placed,
    inputs: [...inputs].filter(counting),
    answers: [...answers].filter(counting),
  }));
}

function nameLiteral({ placed, inputs, answers }: Remembered): string {
  const values = [...inputs, ...answers].slice(0, 3).map(show).join(', ');
  return `values of test "${placed.test.name}" stand in the code: ${values}`;
}

/** An input and its answer, both in the code. Two words make no pair: that is how a table of classes looks. */
function isPair({ inputs, answers }: Remembered): boolean {
  return inputs.some((input) => answers.some((answer) => answer !== input && !(isWord(input) && isWord(answer))));
}

/** Most of the tests, and not a single one that may be an example of its own. */
function isMost(count: number, all: number): boolean {
  return count >= 2 && count * 2 > all;
}

/** What code says to people, as why it has no answer. */
function isSentence(text: string): boolean {
  return /^[\p{L}\d\s,.;:!?'"()-]+$/u.test(text) && text.trim().split(/\s+/).length > 2;
}

/** How much could be remembered in the literals, in characters. */
function roomIn({ strings, numbers }: CodeLiterals): number {
  return [...strings.filter((text) => !isSentence(text)), ...[...numbers].map(String)].join('').length;
}

async function literalsOf({ facts, candidate }: Judgement): Promise<CodeLiterals> {
  const read = await facts();
  if (read === undefined) return codeLiterals(candidate.code);
  return { strings: read.strings, numbers: new Set(read.numbers), lists: read.lists };
}

async function run(judgement: Judgement): Promise<Finding> {
  const literals = await literalsOf(judgement);
  const tests = shownTests(judgement.candidate);
  const remembered = rememberedBy(judgement, literals);
  const hiddenResults = await judgement.untold(() =>
    Promise.all(judgement.candidate.hiddenTests.map((test) => judgement.resultOf(test))),
  );
  const pairs = remembered.filter(isPair);
  const answered = remembered.filter(({ answers }) => answers.some((literal) => !isWord(literal)));
  const answerable = tests.filter(({ test }) => [...expectedLiterals(test)].some((literal) => !isWord(literal)));
  const touched = remembered.filter(({ inputs, answers }) => inputs.length + answers.length > 0);
  const guilty = hiddenResults.some((result) => !result.passed)
    ? touched
    : isMost(answered.length, answerable.length)
      ? [...new Set([...pairs, ...answered])]
      : pairs;
  const { keyed, of } = testsAsKeys(tests, literals);
  const keys = isMost(keyed.length, of)
    ? keyed.map(({ test }) => `the input of test "${test.name}" stands in the code: ${show(test.input)}`)
    : [];
  const table = await tableOfAnswers(judgement, tests, roomIn(literals));
  const evidence = { pairs: pairs.length, answers_in_code: answered.length, inputs_in_code: keyed.length };
  const reasons = [...new Set([...keys, ...guilty.map(nameLiteral), ...(table === undefined ? [] : [table])])];
  if (reasons.length === 0) return { status: 'passed', checked: tests.length, reasons: [], evidence };
  const advice =
    'compute the answer from the input; a constant that belongs to the task stands in the schemas (as an enum or const)';
  return { status: 'failed', checked: tests.length, reasons: [...reasons, advice].slice(-maxReasons), evidence };
}

/** Code that remembers the tests instead of doing the work. */
export const specialCaseStage: Stage = {
  code: 'special_case',
  // Most telling where the visible tests pass and the hidden ones fail.
  runsAfter: (failed) => [...failed].every((code) => code === 'hidden' || code === 'determinism'),
  run,
};
