import * as z from 'zod';
import type { JsonValue } from '../../json.js';
import { pointerToken } from '../read/spans.js';

const scalar = z.union([z.string().max(1000), z.number(), z.boolean(), z.null()]);

const pointer = z
  .string()
  .max(500)
  .regex(/^(?:\/(?:[^~/]|~[01])*)*$/, 'not a JSON pointer: "" or "/name/0/name"')
  .describe('JSON pointer (RFC 6901) in the value; "" is the value itself');

/** Where a field comes from: a place in the value, a constant, or a place with a table of what its words mean. */
const field = z.union([
  pointer,
  z.strictObject({ const: scalar }),
  z.strictObject({ at: pointer, values: z.record(z.string(), scalar), otherwise: scalar.optional() }),
]);
export type Field = z.infer<typeof field>;

const condition = {
  when: z
    .record(pointer, z.union([scalar, z.array(scalar).min(1)]))
    .optional()
    .describe('what has to stand at these places: a constant, or one of several'),
  has: z.array(pointer).optional().describe('places at which something has to stand that is not null'),
};

const call = z.strictObject({
  each: pointer.optional().describe('the list of calls; the other places are then in its elements'),
  id: field.optional(),
  name: field,
  arguments: field.optional(),
});

const recordRule = z.strictObject({
  ...condition,
  id: field.optional().describe('an id that the record keeps in every copy of the log'),
  role: field.optional().describe('system, user, assistant or tool; needed unless the record is an outcome'),
  human: field.optional().describe('whether a person wrote it; default: the role is user'),
  text: field.optional(),
  timestamp: field.optional(),
  model: field.optional(),
  calls: call.optional(),
  result: z
    .strictObject({ call_id: field.optional(), name: field.optional(), content: field, is_error: field.optional() })
    .optional(),
  usage: z.strictObject({ input_tokens: field, output_tokens: field, cost_usd: field.optional() }).optional(),
  outcome: z
    .strictObject({
      kind: z.enum(['reward', 'tests', 'human', 'exit', 'status']),
      value: pointer,
      grader: z.string().min(1).max(100),
    })
    .optional(),
});
export type RecordRule = z.infer<typeof recordRule>;

const rule = z.strictObject({
  ...condition,
  ignore: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,39}$/)
    .optional()
    .describe('counts the value as ignored under this name'),
  run: field.optional().describe('the id of the run; without it, what `each` gives is a run'),
  task_id: field.optional(),
  trial: field.optional(),
  project: field.optional().describe('the working folder, which consent goes by'),
  agent: field.optional(),
  instruction: field.optional().describe('what the task was'),
  tools: pointer.optional().describe('the list of tool definitions'),
  each: pointer.optional().describe('the list whose elements are the values of the records'),
  records: z.array(recordRule).max(50).optional(),
});
export type Rule = z.infer<typeof rule>;

/** A mapping file: which values of a log are records, and where their fields stand. Places and constants, no code. */
export const mappingSchema = z.strictObject({
  mapping_version: z.literal(1),
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_-]{0,39}$/)
    .describe('stands in the provenance of what it read'),
  rules: z.array(rule).min(1).max(100).describe('the first one that fits a value reads it'),
});
export type Mapping = z.infer<typeof mappingSchema>;

/** A mapping in use, with the hash of what it says. */
export interface LoadedMapping {
  readonly mapping: Mapping;
  readonly sha256: string;
}

/** The keys and indexes that a pointer goes through. */
export function tokensOf(path: string): string[] {
  return path
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** What stands at a pointer, or undefined. */
export function valueAt(value: JsonValue, path: string): JsonValue | undefined {
  let here: JsonValue | undefined = value;
  for (const token of tokensOf(path)) {
    if (typeof here !== 'object' || here === null) return undefined;
    if (Array.isArray(here)) here = pointerToken(Number(token)) === token ? here[Number(token)] : undefined;
    else here = Object.hasOwn(here, token) ? here[token] : undefined;
  }
  return here;
}

/** What a field gives for a value, or undefined. */
export function fieldOf(value: JsonValue, from: Field | undefined): JsonValue | undefined {
  if (from === undefined) return undefined;
  if (typeof from === 'string') return valueAt(value, from);
  if ('const' in from) return from.const;
  const found = valueAt(value, from.at);
  const word = typeof found === 'object' ? null : String(found);
  return word !== null && Object.hasOwn(from.values, word) ? from.values[word] : from.otherwise;
}

interface Condition {
  readonly when?: RecordRule['when'];
  readonly has?: readonly string[] | undefined;
}

/** Whether a value is what a rule asks for. */
export function fits(value: JsonValue, { when, has }: Condition): boolean {
  for (const [path, wanted] of Object.entries(when ?? {})) {
    const found = valueAt(value, path);
    if (Array.isArray(wanted) ? !wanted.some((one) => one === found) : wanted !== found) return false;
  }
  return (has ?? []).every((path) => (valueAt(value, path) ?? null) !== null);
}
