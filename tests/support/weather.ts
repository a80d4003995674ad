import { type Spec, specSchema } from '../../src/specs/model.js';
import { degreesOf } from './web.js';

/** Looks the weather up at an origin: a primitive that fetches, with its recorded answers. */
export function weatherSpec(origin: string, host: string, changes: Partial<Spec> = {}): Spec {
  const call = (city: string, result: object) => ({
    name: 'fetch',
    args: { url: `${origin}/weather?city=${city}` },
    result,
  });
  const known = Object.entries(degreesOf).map(([city, degrees]) => ({
    name: city,
    input: { city },
    calls: [call(city, { status: 200, headers: {}, body: JSON.stringify({ degrees }) })],
    expected: { status: 'ok', payload: { city, degrees }, prov_contains: ['weather'] },
  }));
  const unknown = {
    name: 'no such city',
    input: { city: 'Atlantis' },
    calls: [call('Atlantis', { status: 404, headers: {}, body: '{}' })],
    expected: { status: 'missing', payload: { city: 'Atlantis' }, prov_len: 0 },
  };
  return specSchema.parse({
    name: 'get_temperature',
    kind: 'primitive',
    summary: 'Get the temperature of a city.',
    input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    output_schema: {
      type: 'object',
      properties: { city: { type: 'string' }, degrees: { type: 'number' } },
      required: ['city'],
    },
    tests: [...known, unknown],
    permissions: { net: [host] },
    ...changes,
  });
}

export function weatherCode(origin: string): string {
  return `export async function execute(input, ctx) {
  const answer = await ctx.fetch('${origin}/weather?city=' + input.city);
  if (answer.status !== 200) return { status: 'missing', payload: { city: input.city }, prov: [] };
  const { degrees } = JSON.parse(answer.body);
  return { status: 'ok', payload: { city: input.city, degrees }, prov: ['weather'] };
}
`;
}

export function weatherPython(origin: string): string {
  return `import json

def execute(input, ctx):
    answer = ctx.fetch('${origin}/weather?city=' + input['city'], method='get')
    if answer['status'] != 200:
        return {'status': 'missing', 'payload': {'city': input['city']}, 'prov': []}
    degrees = json.loads(answer['body'])['degrees']
    return {'status': 'ok', 'payload': {'city': input['city'], 'degrees': degrees}, 'prov': ['weather']}
`;
}
