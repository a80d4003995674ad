import { isJsonObject, type JsonObject, type JsonValue } from '../../json.js';
import { valueKey } from './values.js';

const maxDepth = 4;
/** Fewer different objects than this say too little about which keys every one has. */
const minObjects = 3;

function typeName(value: JsonValue): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function objectSchema(objects: readonly JsonObject[], depth: number, sure: boolean): JsonObject {
  if (depth >= maxDepth || (!sure && new Set(objects.map(valueKey)).size < minObjects)) return { type: 'object' };
  const [first] = objects;
  const common = Object.keys(first ?? {})
    .filter((key) => objects.every((one) => Object.hasOwn(one, key)))
    .sort();
  if (common.length === 0) return { type: 'object' };
  const properties: JsonObject = {};
  for (const key of common) {
    properties[key] = schemaOf(
      objects.map((one) => one[key] ?? null),
      { depth: depth + 1, sure: false },
    );
  }
  return { type: 'object', properties, required: common };
}

/**
 * JSON Schema (2020-12) of recorded values: what all of them have in common, and open where they differ.
 * `sure` says that the outermost objects are of our own making, so that their keys are not chance.
 */
export function schemaOf(
  values: readonly JsonValue[],
  at: { depth: number; sure: boolean } = { depth: 0, sure: false },
): JsonObject {
  const types = new Set(values.map(typeName));
  if (types.has('number')) types.delete('integer');
  if (types.size !== 1) return types.size === 0 ? {} : { type: [...types].sort() };
  const [type] = types;
  if (type === 'object') return objectSchema(values.filter(isJsonObject), at.depth, at.sure);
  if (type === 'array') {
    const items = values.filter(Array.isArray).flat();
    if (items.length === 0 || at.depth >= maxDepth) return { type: 'array' };
    return { type: 'array', items: schemaOf(items, { depth: at.depth + 1, sure: false }) };
  }
  return { type: type ?? 'null' };
}
