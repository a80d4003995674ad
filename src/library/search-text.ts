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

const smallWords = new Set(
  'a an and any are as at be by can do does for from get has have how i if in into is it its let me my of on or our please that the their them they this to want was we what when where which who with you your'.split(
    ' ',
  ),
);

/** Words that carry a meaning, in lower case and the singular. */
export function contentWords(text: string): Set<string> {
  const found = words(text.replace(/['’]s\b/g, '')).match(/[a-z0-9]+/g) ?? [];
  return new Set(found.filter((word) => !smallWords.has(word)).map(singular));
}

function singular(word: string): string {
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (/(ss|x|ch|sh)es$/.test(word)) return word.slice(0, -2);
  return word.length > 3 && /[^su]s$/.test(word) ? word.slice(0, -1) : word;
}

/** Share, 0 to 1, of the words of a query that stand in what is indexed of a capability. */
export function sharedWords(query: string, spec: Spec): number {
  const wanted = [...contentWords(query)];
  const known = contentWords(Object.values(searchTextOf(spec)).join(' '));
  return wanted.length === 0 ? 0 : wanted.filter((word) => known.has(word)).length / wanted.length;
}

/** What is embedded: short, because the cost is per token and labels would drown the meaning. */
export function embeddingTextOf(spec: Spec): string {
  const inputs = describeSchema(spec.input_schema).slice(0, 12);
  return [words(spec.name), spec.summary, inputs.join(', ')]
    .filter((part) => part !== '')
    .join('. ')
    .slice(0, 600);
}
