import type * as z from 'zod';
import { isJsonObject, type JsonValue } from '../src/json.js';

type Converter = z.ZodType['~standard'];
type Direction = 'input' | 'output';

const isEmpty = (value: JsonValue): boolean => isJsonObject(value) && Object.keys(value).length === 0;

/** What says nothing to a client: it costs tokens in every conversation, an unbounded integer alone 20. */
function saysNothing(key: string, value: JsonValue, direction: Direction): boolean {
  if (key === '$schema') return true; // 2020-12 is the protocol's default
  // Bounds that no caller comes near; the server checks them all the same.
  if (key === 'maximum') return Number(value) >= 1_000_000;
  if (key === 'maxLength') return Number(value) >= 1000;
  if (key === 'minimum') return value === Number.MIN_SAFE_INTEGER || (direction === 'output' && value === 0);
  if (key === 'maxItems') return direction === 'output';
  if (key === 'propertyNames') return isJsonObject(value) && value['type'] === 'string';
  // Results may gain fields; a client that holds an older list must not refuse them.
  return key === 'additionalProperties' && (isEmpty(value) || (direction === 'output' && value === false));
}

interface Place {
  /** The keys here are names of fields, not keywords. */
  readonly fields: boolean;
  /** Inside a result, where what is required is of no use to a caller. */
  readonly inner: boolean;
}

/** Keywords whose values are names of the schema's own fields, not keywords. */
const holdsFields: ReadonlySet<string> = new Set(['properties', '$defs']);

function slim(schema: JsonValue, direction: Direction, { fields, inner }: Place): JsonValue {
  const below = direction === 'output';
  if (Array.isArray(schema)) return schema.map((item) => slim(item, direction, { fields: false, inner: below }));
  if (!isJsonObject(schema)) return schema;
  const kept = Object.entries(schema).filter(
    ([key, value]) => fields || !(saysNothing(key, value, direction) || (inner && key === 'required')),
  );
  return Object.fromEntries(
    kept.map(([key, value]) => [
      key,
      slim(value, direction, { fields: !fields && holdsFields.has(key), inner: below }),
    ]),
  );
}

function slimObject(schema: Record<string, unknown>, direction: Direction): Record<string, unknown> {
  const slimmed = slim(schema as JsonValue, direction, { fields: false, inner: false });
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
        input: (options: Parameters<typeof jsonSchema.input>[0]) => slimObject(jsonSchema.input(options), 'input'),
        output: (options: Parameters<typeof jsonSchema.output>[0]) => slimObject(jsonSchema.output(options), 'output'),
      },
    },
  };
}
