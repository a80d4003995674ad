import type { GenerateInput } from '../specs/contract.js';

/** What a careless author hands in: code that gives the first test's answer to every question. The gate must see through it. */
export const handedIn: GenerateInput = {
  spec: {
    name: 'sum_order_prices',
    kind: 'primitive',
    summary: 'Adds up the prices of a list of orders.',
    input_schema: {
      type: 'object',
      properties: {
        orders: {
          type: 'array',
          items: { type: 'object', properties: { price: { type: 'number' } }, required: ['price'] },
        },
      },
      required: ['orders'],
    },
    output_schema: { type: 'object', properties: { total: { type: 'number' } }, required: ['total'] },
    tests: [
      {
        name: 'two orders',
        input: { orders: [{ price: 66 }, { price: 176 }] },
        expected: { status: 'ok', payload: { total: 242 } },
      },
      { name: 'one order', input: { orders: [{ price: 12 }] }, expected: { status: 'ok', payload: { total: 12 } } },
      { name: 'no orders', input: { orders: [] }, expected: { status: 'ok', payload: { total: 0 } } },
    ],
  },
  code: `export async function execute(input, ctx) {
  return { status: 'ok', payload: { total: 242 }, prov: [] };
}
`,
};
