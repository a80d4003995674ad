import { isJsonObject, type JsonValue } from '../../json.js';
import type { Spec, SpecTest } from '../../specs/model.js';
import { show } from '../compare.js';
import { type Finding, type Judgement, type PlacedTest, placedTests, type Stage } from '../judgement.js';
import { parseModule } from '../syntax.js';

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
}

/** String and number literals of the code. */
function codeLiterals(code: string): CodeLiterals {
  const parsed = parseModule(code);
  const strings: string[] = [];
  const numbers = new Set<number>();
  if (!parsed.ok) return { strings, numbers };
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
  return { strings, numbers };
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

/** For each test, its distinctive values that stand in the code, are not the same in all tests, and not in the spec. */
function rememberedBy({ candidate }: Judgement, { strings, numbers }: CodeLiterals): Remembered[] {
  const spec = specText(candidate.spec);
  const tests = placedTests(candidate);
  const inCode = (literal: Literal): boolean =>
    typeof literal === 'number' ? numbers.has(literal) : strings.some((text) => text.includes(literal));
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

function nameLiteral(remembered: Remembered): string {
  if (remembered.placed.from === 'hidden') return 'values of a hidden test stand in the code';
  const values = [...remembered.inputs, ...remembered.answers].slice(0, 3).map(show).join(', ');
  return `values of test "${remembered.placed.test.name}" stand in the code: ${values}`;
}

/** An input and its answer, both in the code. Two words make no pair: that is how a table of classes looks. */
function isPair({ inputs, answers }: Remembered): boolean {
  return inputs.some((input) => answers.some((answer) => answer !== input && !(isWord(input) && isWord(answer))));
}

async function run(judgement: Judgement): Promise<Finding> {
  const facts = await judgement.facts();
  const literals = facts
    ? { strings: facts.strings, numbers: new Set(facts.numbers) }
    : codeLiterals(judgement.candidate.code);
  const remembered = rememberedBy(judgement, literals);
  const hiddenResults = await judgement.untold(() =>
    Promise.all(judgement.candidate.hiddenTests.map((test) => judgement.resultOf(test))),
  );
  const hiddenFailed =
    hiddenResults.some((result) => !result.passed) && remembered.some(({ placed }) => placed.from !== 'hidden');
  const pairs = remembered.filter(isPair);
  const answered = remembered.filter(({ answers }) => answers.some((literal) => !isWord(literal)));
  const answerable = placedTests(judgement.candidate).filter(({ test }) =>
    [...expectedLiterals(test)].some((literal) => !isWord(literal)),
  );
  const touched = remembered.filter(({ inputs, answers }) => inputs.length + answers.length > 0);
  const table = answered.length >= 2 && answered.length * 2 > answerable.length;
  const guilty = hiddenFailed ? touched : table ? [...new Set([...pairs, ...answered])] : pairs;
  // How many hidden values stand in the code is not told: code could be a long list of guesses.
  const shown = (list: readonly Remembered[]): number => list.filter(({ placed }) => placed.from !== 'hidden').length;
  const evidence = { pairs: shown(pairs), answers_in_code: shown(answered) };
  if (guilty.length === 0) return { status: 'passed', checked: remembered.length, reasons: [], evidence };
  return {
    status: 'failed',
    checked: remembered.length,
    reasons: [
      ...new Set(guilty.map(nameLiteral)),
      'compute the answer from the input; a constant that belongs to the task stands in the schemas (as an enum or const)',
    ].slice(-maxReasons),
    evidence,
  };
}

/** Code that remembers the tests instead of doing the work. */
export const specialCaseStage: Stage = {
  code: 'special_case',
  // Most telling where the visible tests pass and the hidden ones fail.
  runsAfter: (failed) => [...failed].every((code) => code === 'hidden' || code === 'determinism'),
  run,
};
