import type { ToolDefinition } from '../../evidence/model.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json.js';
import { isVisibleText } from '../../specs/check-text.js';
import { oneLine } from '../../visible.js';
import { byText, valueKey } from './values.js';

/** The input schema of each tool that the logs define. */
export type ToolSchemas = ReadonlyMap<string, JsonObject>;

/** A definition of a tool, and in how many files of logs it stands. */
export interface DeclaredTool {
  readonly tool: ToolDefinition;
  readonly files: number;
}

/** Where logs define a tool in more than one way, the way that most of them do; of two, the first by its text. */
export function toolSchemas(declared: readonly DeclaredTool[]): Map<string, JsonObject> {
  const ways = new Map<string, DeclaredTool>();
  for (const { tool, files } of declared) {
    const text = valueKey(tool);
    ways.set(text, { tool, files: files + (ways.get(text)?.files ?? 0) });
  }
  const ranked = [...ways].sort(([a, one], [b, other]) => other.files - one.files || byText(a, b));
  const schemas = new Map<string, JsonObject>();
  for (const [, { tool }] of ranked) if (!schemas.has(tool.name)) schemas.set(tool.name, tool.input_schema);
  return schemas;
}

/** What a tool's input schema says of one of its arguments; nothing where it has no such property. */
export function argumentSchema(schema: JsonObject | undefined, keys: readonly string[]): JsonObject {
  let at: JsonValue | undefined = schema;
  for (const key of keys) {
    const properties: JsonValue | undefined = isJsonObject(at) ? at['properties'] : undefined;
    at = isJsonObject(properties) && Object.hasOwn(properties, key) ? properties[key] : undefined;
  }
  return isJsonObject(at) ? at : {};
}

const maxWords = 200;

/** What a definition says in prose, as one short line: whoever wrote it, it is shown to models later. */
export function wordsOfTool(schema: JsonObject): string {
  const { description } = schema;
  if (typeof description !== 'string') return '';
  const line = [...oneLine(description).replaceAll('"', "'")].filter(isVisibleText).join('');
  if (line.length <= maxWords) return line;
  const sentence = /^.*?[.!?](?= )/u.exec(line)?.[0] ?? line;
  return sentence.length <= maxWords ? sentence : `${cut(sentence)}…`;
}

/** Cut between words where there are some, and never within a character. */
function cut(text: string): string {
  const start = [...text]
    .slice(0, maxWords - 1)
    .join('')
    .slice(0, maxWords - 1);
  return start.replace(/[\ud800-\udbff]$/, '').replace(/(?<=.{100}) \S*$/, '');
}

const maxChoices = 30;
const maxChoiceChars = 100;

/**
 * What a definition allows in plain words: a closed list that has all the recorded values, a format, and numbers with a
 * fraction where only whole ones were recorded.
 */
export function limitsOfTool(schema: JsonObject, values: readonly JsonValue[]): JsonObject {
  const { enum: choices, format, type } = schema;
  const limits: JsonObject = {};
  if (Array.isArray(choices) && isPlain(choices)) {
    const allowed = new Set(choices.map(valueKey));
    if (values.every((value) => allowed.has(valueKey(value)))) limits['enum'] = choices;
  }
  if (typeof format === 'string' && /^[a-z][a-z0-9-]{0,30}$/.test(format)) limits['format'] = format;
  if (type === 'number' && values.length > 0 && values.every((one) => typeof one === 'number')) limits['type'] = type;
  return limits;
}

function isPlain(choices: readonly JsonValue[]): boolean {
  return (
    choices.length > 0 &&
    choices.length <= maxChoices &&
    new Set(choices.map(valueKey)).size === choices.length &&
    choices.every((one) =>
      typeof one === 'string'
        ? one.length <= maxChoiceChars && isVisibleText(one)
        : one === null || typeof one === 'number' || typeof one === 'boolean',
    )
  );
}
