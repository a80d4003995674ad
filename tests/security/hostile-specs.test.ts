import { describe, expect, test } from 'vitest';
import { passingBaselines } from '../../src/gate/baselines.js';
import { compareWithExpected } from '../../src/gate/compare.js';
import { compileSchema } from '../../src/gate/json-schema.js';
import { probesFrom, shapeProbes } from '../../src/gate/probes/probes.js';
import { readProperty } from '../../src/gate/properties/phrases.js';
import type { JsonObject, JsonValue } from '../../src/json.js';
import { type Spec, specSchema, specTestSchema } from '../../src/specs/model.js';
import { sumSpec } from '../unit/gate/support.js';

const numbers = (length: number, from = 0): number[] => Array.from({ length }, (_, at) => at + from);

function nested(depth: number): JsonObject {
  return depth === 0 ? { type: 'integer' } : { type: 'array', items: nested(depth - 1) };
}

function specWith(input_schema: JsonObject, tests: Spec['tests'] = sumSpec().tests): Spec {
  return { ...sumSpec(), input_schema, tests };
}

// Each of these held the host up for a minute and more, or filled its memory.
describe('a spec that is to wear the host out', () => {
  test('with lists of lists of lists gets probes of bounded size', () => {
    const schema: JsonObject = { type: 'object', properties: { a: nested(40) }, required: ['a'] };
    for (const { input } of shapeProbes(specWith(schema), compileSchema(schema)))
      expect(JSON.stringify(input).length).toBeLessThan(100_000);
  });

  test('with an enum of thousands and long inputs gets its probes all the same', () => {
    const schema: JsonObject = {
      type: 'object',
      properties: { a: { type: 'array', items: { enum: numbers(5_000) } } },
    };
    const tests = numbers(12).map((at) => ({
      name: `test ${at}`,
      input: { a: numbers(3_000, at) },
      expected: { status: 'ok' as const, payload: at },
    }));
    const spec = specWith(schema, tests);
    expect(probesFrom(spec, tests, { schema: compileSchema(schema), wanted: 64, hints: [] })).toHaveLength(64);
  });

  test('that looks for thousands of parts in a long list is told so', () => {
    const wanted = numbers(20_000, 1_000_000);
    const observed = { status: 'ok' as const, payload: { a: [...numbers(150_000), ...wanted] }, prov: [] };
    expect(compareWithExpected({ payload_contains: { a: wanted } }, observed)).toEqual([
      expect.objectContaining({ property: 'the result takes too long to compare' }),
    ]);
    const provenance = { ...observed, payload: {}, prov: [...numbers(150_000), ...wanted] };
    expect(compareWithExpected({ prov_contains: wanted }, provenance)).toEqual([
      expect.objectContaining({ property: 'the result takes too long to compare' }),
    ]);
  });

  test('that expects a billion entries of provenance, or has thousands of tests, is refused', () => {
    const [first] = sumSpec().tests;
    expect(specTestSchema.safeParse({ ...first, expected: { prov_len: 1_000_000_000 } }).success).toBe(false);
    const many = { ...sumSpec(), tests: numbers(5_000).map((at) => ({ ...first, name: `test ${at}` })) };
    expect(specSchema.safeParse(many).success).toBe(false);
  });

  test('with thousands of tests that all expect the same is judged by its baselines', () => {
    const payload: JsonValue = { list: numbers(200) };
    const tests = numbers(1_500).map((at) => ({
      name: `test ${at}`,
      input: { at },
      expected: { status: 'ok' as const, payload, prov_contains: [at] },
    }));
    expect(passingBaselines(tests)).toContain('merged_constant');
  });

  test.each([
    ['words', 'a '.repeat(2_000_000)],
    ['a name', `${'a.'.repeat(1_000_000)}!`],
    ['dots', `${'.'.repeat(1_000_000)}x`],
    ['spaces', `x is${' \n\t'.repeat(1_000_000)}positive`],
    ['numbers', `x is between ${'1'.repeat(1_000_000)} and`],
  ])('with a property of endless %s has one that cannot be checked', (_what, text) => {
    expect(readProperty(text)).toBeUndefined();
  });

  test('with a schema that is slow for each value is not asked about all of them', () => {
    const schema = compileSchema({ type: 'object', properties: { a: { type: 'array', uniqueItems: true } } });
    const slow = { a: numbers(12_000).map((n) => ({ n })) };
    const answers = numbers(40).map(() => (schema.ok ? schema.validate(slow) : []));
    expect(answers.at(-1)).toEqual(['the schema takes too long to check this value']);
  });
});
