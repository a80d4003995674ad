import { afterAll, describe, expect, test } from 'vitest';
import { readProperty } from '../../../src/gate/properties/phrases.js';
import { specSchema } from '../../../src/specs/model.js';
import { candidate, gateWith, never, openSandbox, rightSum, stageOf, sumSpec } from './support.js';

const sandbox = openSandbox();
const gate = gateWith(sandbox, { mutants: 0 });
afterAll(() => sandbox.close());

const codeOf = (expression: string): string => `export async function execute(input: { items: number[] }) {
  return { status: 'ok', payload: { items: ${expression} }, prov: [] };
}`;

async function check(properties: string[], expression: string) {
  const work = new Function('input', `return ${expression}`) as (input: { items: number[] }) => number[];
  const tests = [[3, 1, 2], [5, 5], [], [-1, 4, 0, 9]].map((items, at) => ({
    name: `case ${at}`,
    input: { items },
    expected: { status: 'ok', payload: { items: work({ items: [...items] }) } },
  }));
  const items = {
    type: 'object',
    properties: { items: { type: 'array', items: { type: 'integer' } } },
    required: ['items'],
  };
  const spec = specSchema.parse({
    ...sumSpec(),
    input_schema: items,
    output_schema: items,
    properties,
    tests: tests.slice(0, 3),
  });
  const report = await gate.judge(
    candidate(codeOf(expression), {
      spec,
      visibleTests: spec.tests,
      hiddenTests: specSchema.parse({ ...spec, tests: tests.slice(3) }).tests,
    }),
    never,
  );
  return stageOf(report, 'properties');
}

const sorted = '[...input.items].sort((a, b) => a - b)';

describe('declared properties', () => {
  test('that hold for the probes are reported with how many those were', async () => {
    const stage = await check(
      [
        'The order of `items` does not matter.',
        'idempotent',
        'payload.items is a permutation of input.items',
        'items is sorted',
        'length is preserved',
        'deterministic',
      ],
      sorted,
    );
    expect(stage.reasons).toEqual([]);
    expect(stage).toMatchObject({ status: 'passed', checked: 6 });
    expect(Object.keys(stage.evidence['held'] as object)).toHaveLength(6);
  });

  test.each([
    ['the order of items does not matter', 'input.items.map((n) => n + 1)'],
    ['idempotent', 'input.items.map((n) => n + 1)'],
    ['items is a permutation of items', 'input.items.slice(0, 2)'],
    ['items is a subset of items', '[...input.items, 7]'],
    ['length is preserved', 'input.items.slice(1)'],
    ['items is sorted', 'input.items'],
    ['items is sorted descending', sorted],
    ['items has no duplicates', 'input.items'],
  ])('"%s" does not hold for %s', async (property, expression) => {
    const stage = await check([property], expression);
    expect(stage.status).toBe('failed');
    expect(stage.reasons[0]).toContain(`"${property}" does not hold: input {"items":`);
  });

  test('that no probe can check, or that are in other words, are listed', async () => {
    const stage = await check(['never lies', 'payload.rank is positive'], sorted);
    expect(stage.status).toBe('not_run');
    expect(stage.reasons).toEqual([
      'not checkable: never lies',
      'not checkable: payload.rank is positive (no probe says anything about it)',
    ]);
  });

  test('of numbers are bounds', () => {
    const bound = readProperty('payload.share is between 0 and 1');
    if (bound?.kind !== 'relation') throw new Error('not read');
    expect([0, 1, 0.5, -0.1, 1.1].map((n) => bound.holds(n, null))).toEqual([true, true, true, false, false]);
    const sign = readProperty('sum is non-negative');
    expect(sign?.kind === 'relation' && [sign.holds(0, null), sign.holds(-1, null), sign.holds('x', null)]).toEqual([
      true,
      false,
      undefined,
    ]);
  });

  test('none declared: nothing is checked', async () => {
    const report = await gate.judge(candidate(rightSum), never);
    expect(stageOf(report, 'properties')).toMatchObject({
      status: 'not_run',
      reasons: ['the spec declares no properties'],
    });
  });
});
