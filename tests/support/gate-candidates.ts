import type { Candidate } from '../../src/gate/model.js';
import type { JsonObject } from '../../src/json.js';
import { type SpecTest, specSchema } from '../../src/specs/model.js';
import { type Family, firstFamilies } from './honest-families.js';
import { moreFamilies } from './more-families.js';

export const families: readonly Family[] = [...firstFamilies, ...moreFamilies];
export const variants = 9;

const outputs = ['result', 'value', 'answer', 'found', 'outcome', 'output', 'given', 'got', 'end'];

interface Built {
  readonly id: string;
  readonly candidate: Candidate;
}

function testFor(family: Family, k: number, key: string, input: JsonObject, at: number): SpecTest {
  const answer = family.answer(k, input);
  if (answer !== undefined)
    return { name: `case ${at}`, input, expected: { status: 'ok', payload: { [key]: answer } } };
  const status = family.code(k).includes("'fail'") ? 'fail' : 'missing';
  return { name: `case ${at}`, input, expected: { status } };
}

function codeOf(family: Family, k: number, key: string): string {
  const body = family.code(k).replaceAll('KEY', key);
  if (family.language === 'python') {
    const answer = `return {'status': 'ok', 'payload': {'${key}': result}, 'prov': []}`;
    return `def execute(input, ctx):\n${`${body}\n${answer}`.replace(/^/gm, '    ')}\n`;
  }
  return `export async function execute(input: any) {
      ${body}
      return { status: 'ok', payload: { ${key}: result }, prov: [] };
    }\n`;
}

/** Family and variant with good tests, of which each third one is hidden. */
export function honest(family: Family, variant: number): Built {
  const k = variant + 2;
  const key = outputs[variant % outputs.length] ?? 'result';
  const tests = family.inputs(k).map((input, at) => testFor(family, k, key, input, at));
  const visible = tests.filter((_, at) => at % 3 !== 2);
  const spec = specSchema.parse({
    name: `${family.name}_${k}`,
    kind: 'primitive',
    summary: `Work out ${family.name.replaceAll('_', ' ')} with ${k}.`,
    input_schema: {
      type: 'object',
      properties: family.fields,
      required: Object.keys(family.fields),
      additionalProperties: false,
    },
    output_schema: { type: 'object', properties: { [key]: family.output }, required: [key] },
    tests: visible,
  });
  const code = codeOf(family, k, key);
  const hiddenTests = tests.filter((_, at) => at % 3 === 2);
  return {
    id: `${family.name} ${k}`,
    candidate: {
      spec,
      code,
      language: family.language ?? 'typescript',
      visibleTests: visible,
      hiddenTests,
      inheritedTests: [],
      authorSawAll: false,
    },
  };
}

/** How tests are weak, and the reason that the gate then gives. */
export const weaknesses = {
  same_answer: { verdict: 'rejected', stage: 'strength', reason: /baseline "(constant|first_answer)"/ },
  keys_only: { verdict: 'rejected', stage: 'strength', reason: /baseline "merged_constant"/ },
  status_only: { verdict: 'rejected', stage: 'strength', reason: /baseline "empty"/ },
  nothing_expected: { verdict: 'rejected', stage: 'strength', reason: /baseline "identity"/ },
  two_tests: { verdict: 'inconclusive', stage: null, reason: /at least 3 are needed/ },
  none_hidden: { verdict: 'inconclusive', stage: null, reason: /at least one hidden test is needed/ },
  one_way_only: { verdict: 'rejected', stage: 'strength', reason: /small faults put into the code/ },
} as const;
export type Weakness = keyof typeof weaknesses;

function withTests(built: Built, visible: readonly SpecTest[], hidden: readonly SpecTest[]): Candidate {
  const { candidate } = built;
  return { ...candidate, visibleTests: visible, hiddenTests: hidden, spec: { ...candidate.spec, tests: [...visible] } };
}

function expecting(tests: readonly SpecTest[], expected: (test: SpecTest) => SpecTest['expected']): SpecTest[] {
  return tests.filter((test) => test.expected.status === 'ok').map((test) => ({ ...test, expected: expected(test) }));
}

/** The same candidate with tests that are weak in one way. */
export function weak(family: Family, variant: number, weakness: Weakness): Candidate {
  const built = honest(family, variant);
  const { visibleTests, hiddenTests, spec } = built.candidate;
  const good = [...visibleTests, ...hiddenTests].filter((test) => test.expected.status === 'ok');
  const [first] = good;
  const second = good.find((test) => JSON.stringify(test.expected) !== JSON.stringify(first?.expected));
  if (!first || !second) throw new Error(`${built.id} has too few good tests`);
  const keys = Object.keys(first.expected.payload as JsonObject);
  const split = (tests: readonly SpecTest[]): Candidate => withTests(built, tests.slice(0, -1), tests.slice(-1));
  switch (weakness) {
    case 'same_answer':
      return split([first, { ...first, name: 'again' }, { ...first, name: 'once more' }]);
    case 'keys_only':
      return split(expecting(good, () => ({ status: 'ok', payload_keys: keys })));
    case 'status_only':
      return split(expecting(good, () => ({ status: 'ok' })));
    case 'nothing_expected':
      return split(expecting(good, () => ({ payload_contains: {} })));
    case 'two_tests':
      return split([first, second]);
    case 'none_hidden':
      return withTests(built, good, []);
    case 'one_way_only': {
      const k = variant + 2;
      const [key] = Object.keys(spec.output_schema['properties'] as JsonObject);
      const inputs = family.inputs(k);
      const chosen = (family.easy ?? []).flatMap((at) => inputs.slice(at, at + 1));
      const tests = chosen.map((input, at) => testFor(family, k, key ?? 'result', input, at));
      const last = tests.at(-1);
      while (last && tests.length < 3) tests.push({ ...last, name: `again ${tests.length}` });
      return split(tests);
    }
  }
}
