import { expect, test } from 'vitest';
import type { JsonObject } from '../../../src/json.js';
import { type CheckContext, checkSpec, deriveSpecJsonSchema, skipReasonOf } from '../../../src/specs/check.js';
import type { Spec, SpecIssue } from '../../../src/specs/model.js';
import { aTest, lookupSpec, openContext, sumSpec } from './specs.js';

function issuesOf(spec: object, context: CheckContext = openContext): readonly SpecIssue[] {
  const checked = checkSpec(spec as JsonObject, context);
  return 'issues' in checked ? checked.issues : [];
}

const codesOf = (spec: object, context?: CheckContext): string[] => issuesOf(spec, context).map(({ code }) => code);

function without(spec: Spec, key: keyof Spec): JsonObject {
  const { [key]: _, ...rest } = spec;
  return rest as unknown as JsonObject;
}

test('a good primitive and a good skill pass, and defaults are filled in', () => {
  expect(issuesOf(lookupSpec())).toEqual([]);
  const checked = checkSpec(without(without(sumSpec(), 'dependencies') as unknown as Spec, 'skip'), openContext);
  expect('spec' in checked && checked.spec.dependencies).toEqual({ capabilities: [], tools: [] });
});

test.each<[string, object, string, string]>([
  ['no tests', sumSpec({ tests: [] }), 'no_test', 'tests'],
  ['no key for tests', without(sumSpec(), 'tests'), 'no_test', 'tests'],
  [
    'only failing tests',
    sumSpec({ tests: [{ name: 'a', input: { numbers: [] }, expected: { status: 'missing' } }] }),
    'no_ok_test',
    'tests',
  ],
  [
    'an input that the schema rejects',
    sumSpec({ tests: [aTest('a', ['x' as unknown as number], 1)] }),
    'input_schema_rejects',
    'tests[0].input',
  ],
  [
    'a payload that the schema rejects',
    sumSpec({ tests: [aTest('a', [1], 'one' as unknown as number)] }),
    'output_schema_rejects',
    'tests[0].expected.payload',
  ],
  [
    'an empty expectation',
    sumSpec({ tests: [aTest('a', [1], 1), { name: 'b', input: { numbers: [1] }, expected: { payload_keys: [] } }] }),
    'empty_expectation',
    'tests[1].expected',
  ],
  [
    'no expectation at all',
    { ...sumSpec(), tests: [aTest('a', [1], 1), { name: 'b', input: { numbers: [1] } }] },
    'empty_expectation',
    'tests[1].expected',
  ],
  ['a skill that calls nothing', sumSpec({ kind: 'skill' }), 'skill_without_dependencies', 'dependencies'],
  [
    'a primitive that calls something',
    sumSpec({ dependencies: { capabilities: [], tools: ['desk.x'] } }),
    'primitive_with_dependencies',
    'dependencies',
  ],
  [
    'a skill test without calls',
    lookupSpec({ tests: lookupSpec().tests.map(({ calls: _, ...rest }) => rest) }),
    'no_recorded_answers',
    'tests[0].calls',
  ],
  [
    'a call without its answer',
    lookupSpec({
      tests: lookupSpec().tests.map((each) => ({ ...each, calls: [{ name: 'desk.get_ticket', args: {} }] })),
    }),
    'no_recorded_answers',
    'tests[0].calls[0]',
  ],
  [
    'a call to something undeclared',
    lookupSpec({
      tests: lookupSpec().tests.map((each) => ({ ...each, calls: [{ name: 'desk.other', args: {}, result: 1 }] })),
    }),
    'undeclared_call',
    'tests[0].calls[0]',
  ],
  ['a vague goal', sumSpec({ summary: 'Assess the novelty of an idea.' }), 'vague_goal', 'summary'],
  ['another vague goal', sumSpec({ summary: 'Help users with important things.' }), 'vague_goal', 'summary'],
  ['a summary that names a thing', sumSpec({ summary: 'A tool for sums.' }), 'summary_not_a_verb', 'summary'],
  ['a name in camel case', sumSpec({ name: 'sumNumbers' }), 'bad_name', 'name'],
  ['the reserved name', sumSpec({ name: 'index' }), 'bad_name', 'name'],
  ['a name that is too long', sumSpec({ name: 'a'.repeat(65) }), 'bad_name', 'name'],
  ['an input schema that is no object', sumSpec({ input_schema: { type: 'array' } }), 'bad_schema', 'input_schema'],
  ['a schema that does not compile', sumSpec({ output_schema: { type: 'nonsense' } }), 'bad_schema', 'output_schema'],
  ['a zero-width summary', sumSpec({ summary: 'Sum\u200b a list.' }), 'bad_characters', 'summary'],
  [
    'a name of a test that turns around',
    sumSpec({ tests: [aTest('a\u202e', [1], 1)] }),
    'bad_characters',
    'tests[0].name',
  ],
  [
    'hidden text in a description',
    sumSpec({ input_schema: { type: 'object', properties: { numbers: { description: 'x\u{e0041}' } } } }),
    'bad_characters',
    'input_schema.properties.numbers.description',
  ],
  ['a wrong type', { ...sumSpec(), summary: 7 }, 'shape', 'summary'],
  ['an unknown key', { ...sumSpec(), extra: 1 }, 'shape', ''],
])('refuses %s', (_, spec, code, path) => {
  const found = issuesOf(spec).find((issue) => issue.code === code);
  expect(found, JSON.stringify(issuesOf(spec))).toBeDefined();
  expect(found?.path).toBe(path);
  expect(found?.message.length).toBeGreaterThan(10);
});

test('refuses what is neither there nor specified alongside', () => {
  const nothing = { ...openContext, isTool: () => false, isCapability: () => false };
  expect(codesOf(lookupSpec(), nothing)).toEqual(['unknown_dependency']);
  const calls = { capabilities: ['add'], tools: ['desk.get_ticket'] };
  expect(issuesOf(lookupSpec({ dependencies: calls }), nothing).map(({ path }) => path)).toEqual([
    'dependencies.tools[0]',
    'dependencies.capabilities[0]',
  ]);
});

test('refuses a taken name and says how to supersede', () => {
  const [issue] = issuesOf(sumSpec(), { ...openContext, isTaken: () => true });
  expect(issue).toMatchObject({ code: 'name_taken', path: 'name' });
  expect(issue?.message).toContain('supersedes: "sum_numbers"');
});

test('a test that expects a refusal of a skill needs no calls', () => {
  const tests = [
    ...lookupSpec().tests,
    { name: 'none', input: { ticket_id: '' }, expected: { status: 'missing' as const } },
  ];
  expect(issuesOf(lookupSpec({ tests }))).toEqual([]);
});

test.each([
  'Evaluate an arithmetic expression and return its value.',
  'Find the best flight and book it.',
  'Summarize the quality scores of a batch by their mean.',
  'Cancels a reservation and refunds it.',
  'Zähle die offenen Fälle.',
])('"%s" names an operation', (summary) => {
  expect(issuesOf(sumSpec({ summary }))).toEqual([]);
});

test('all faults are told at once', () => {
  const spec = sumSpec({ name: 'No Good', summary: 'The sum.', tests: [] });
  expect(codesOf(spec).sort()).toEqual(['bad_name', 'no_test', 'summary_not_a_verb']);
});

test('the schema for briefs is what is checked', () => {
  const schema = deriveSpecJsonSchema();
  expect(schema['$schema']).toBeUndefined();
  expect(schema['required']).toEqual(['name', 'kind', 'summary', 'input_schema', 'output_schema', 'tests']);
});

test('a reason to skip is one only where it says something', () => {
  expect(skipReasonOf({ skip: ' needs taste ' })).toBe('needs taste');
  expect(skipReasonOf({ skip: '' })).toBeUndefined();
  expect(skipReasonOf({ skip: null })).toBeUndefined();
});
