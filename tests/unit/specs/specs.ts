import type { CheckContext } from '../../../src/specs/check.js';
import type { Spec, SpecTest } from '../../../src/specs/model.js';

export function aTest(name: string, numbers: number[], total: number): SpecTest {
  return { name, input: { numbers }, expected: { status: 'ok', payload: { total } } };
}

/** A primitive that adds numbers, with five tests. */
export function sumSpec(over: Partial<Spec> = {}): Spec {
  return {
    name: 'sum_numbers',
    kind: 'primitive',
    summary: 'Sum a list of numbers.',
    input_schema: {
      type: 'object',
      properties: { numbers: { type: 'array', items: { type: 'number' } } },
      required: ['numbers'],
    },
    output_schema: { type: 'object', properties: { total: { type: 'number' } } },
    tests: [
      aTest('two', [1, 2], 3),
      aTest('three', [4, 5, 6], 15),
      aTest('negative', [-3, 1], -2),
      aTest('one', [8], 8),
      { name: 'none', input: { numbers: [] }, expected: { status: 'missing' } },
    ],
    dependencies: { capabilities: [], tools: [] },
    properties: [],
    permissions: { net: [] },
    skip: null,
    ...over,
  };
}

export const sumCode = `export async function execute(input, ctx) {
  if (input.numbers.length === 0) return { status: 'missing', payload: {}, prov: [] };
  let total = 0;
  for (const number of input.numbers) total += number;
  return { status: 'ok', payload: { total }, prov: [] };
}
`;

/** Right but for one input, for which it gives a total of its own. */
export function wrongFor(numbers: unknown, total: number): string {
  const special = `if (JSON.stringify(input.numbers) === '${JSON.stringify(numbers)}')
    return { status: 'ok', payload: { total: ${total} }, prov: [] };`;
  return sumCode.replace('  if (input', `  ${special}\n  if (input`);
}

/** A skill that asks one tool for a ticket. */
export function lookupSpec(over: Partial<Spec> = {}): Spec {
  const test = (name: string, id: string, state: string): SpecTest => ({
    name,
    input: { ticket_id: id },
    calls: [{ name: 'desk.get_ticket', args: { id }, result: { id, state } }],
    expected: { status: 'ok', payload: { state } },
  });
  return {
    ...sumSpec(),
    name: 'look_up_ticket_state',
    kind: 'skill',
    summary: 'Look up the state of a ticket.',
    input_schema: { type: 'object', properties: { ticket_id: { type: 'string' } }, required: ['ticket_id'] },
    output_schema: { type: 'object' },
    tests: [test('open', 'T1', 'open'), test('closed', 'T2', 'closed'), test('waiting', 'T3', 'waiting')],
    dependencies: { capabilities: [], tools: ['desk.get_ticket'] },
    ...over,
  };
}

/** Everything there is to call is there, and no name is taken. */
export const openContext: CheckContext = { isTool: () => true, isCapability: () => true, isTaken: () => false };
