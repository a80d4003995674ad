import { isJsonObject, type JsonValue } from '../json.js';
import type { Spec } from '../specs/model.js';

export interface SearchText {
  readonly name: string;
  readonly summary: string;
  readonly body: string;
  readonly examples: string;
}

const maxExampleChars = 4_000;

/** Property names and descriptions of a JSON Schema, in order of appearance. */
export function describeSchema(schema: JsonValue, depth = 0): string[] {
  if (depth > 6) return [];
  if (Array.isArray(schema)) return schema.flatMap((part) => describeSchema(part, depth + 1));
  if (!isJsonObject(schema)) return [];
  const found: string[] = [];
  if (typeof schema['description'] === 'string') found.push(schema['description']);
  if (isJsonObject(schema['properties'])) {
    for (const [name, property] of Object.entries(schema['properties'])) {
      found.push(words(name), ...describeSchema(property, depth + 1));
    }
  }
  for (const key of ['items', 'anyOf', 'oneOf', 'allOf', 'additionalProperties']) {
    const part = schema[key];
    if (part !== undefined) found.push(...describeSchema(part, depth + 1));
  }
  return found;
}

/** `desk.closeTicket_now` as words: `desk close ticket now`. */
export function words(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[^A-Za-z0-9]+/g, ' ')
    .trim()
    .toLowerCase();
}

/** What the full-text index holds of a capability: its visible spec, never a hidden test. */
export function searchTextOf(spec: Spec): SearchText {
  const dependencies = [...spec.dependencies.tools, ...spec.dependencies.capabilities];
  return {
    name: words(spec.name),
    summary: spec.summary,
    body: [
      ...describeSchema(spec.input_schema),
      ...describeSchema(spec.output_schema),
      ...dependencies.map(words),
      ...spec.properties,
    ].join('\n'),
    examples: spec.tests
      .map((test) => `${words(test.name)} ${JSON.stringify(test.input)}`)
      .join('\n')
      .slice(0, maxExampleChars),
  };
}

/** What is embedded: short, because the cost is per token and labels would drown the meaning. */
export function embeddingTextOf(spec: Spec): string {
  const inputs = describeSchema(spec.input_schema).slice(0, 12);
  return [words(spec.name), spec.summary, inputs.join(', ')]
    .filter((part) => part !== '')
    .join('. ')
    .slice(0, 600);
}
