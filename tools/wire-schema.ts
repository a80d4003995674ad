import type * as z from 'zod';
import { isJsonObject, type JsonValue } from '../src/json.js';

type Converter = z.ZodType['~standard'];

/**
 * Drops from a JSON Schema what every client knows without being told: the dialect (2020-12 is the protocol's default)
 * and the bounds of a safe integer, which cost 20 tokens a field.
 */
function slim(schema: JsonValue, root = true): JsonValue {
  if (Array.isArray(schema)) return schema.map((item) => slim(item, false));
  if (!isJsonObject(schema)) return schema;
  const kept = Object.entries(schema).filter(
    ([key, value]) =>
      !(root && key === '$schema') &&
      !(key === 'maximum' && value === Number.MAX_SAFE_INTEGER) &&
      !(key === 'minimum' && value === Number.MIN_SAFE_INTEGER) &&
      !(key === 'propertyNames' && isJsonObject(value) && value['type'] === 'string'),
  );
  return Object.fromEntries(kept.map(([key, value]) => [key, slim(value, false)]));
}

function slimObject(schema: Record<string, unknown>): Record<string, unknown> {
  const slimmed = slim(schema as JsonValue);
  return isJsonObject(slimmed) ? slimmed : schema;
}

/** The same schema as the SDK takes it, with a shorter JSON Schema on the wire. */
export function lean<S extends z.ZodObject>(schema: S) {
  const standard: Converter = schema['~standard'];
  const { jsonSchema } = standard;
  return {
    '~standard': {
      ...standard,
      jsonSchema: {
        input: (options: Parameters<typeof jsonSchema.input>[0]) => slimObject(jsonSchema.input(options)),
        output: (options: Parameters<typeof jsonSchema.output>[0]) => slimObject(jsonSchema.output(options)),
      },
    },
  };
}
