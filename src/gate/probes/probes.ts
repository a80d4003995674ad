import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from '../../json.js';
import type { Spec, SpecTest } from '../../specs/model.js';
import type { CompiledSchema } from '../json-schema.js';
import { evenly } from '../mutation/mutants.js';
import type { CodeFacts } from '../runtimes/runtime.js';
import { parseModule } from '../syntax.js';
import { inputVariations, schemaValues } from './variations.js';

/** What a candidate is asked beyond its tests: there is no expectation, only what it answers. */
export type Probe = Pick<SpecTest, 'input' | 'context' | 'calls' | 'now' | 'seed'>;

const maxTests = 12;
/** Drafts looked at, valid or not. */
const maxLooks = 2_000;

function isValid(schema: CompiledSchema, input: JsonObject): boolean {
  return schema.ok && schema.validate(input).length === 0;
}

function probeOf({ context, calls, now, seed }: SpecTest, input: JsonObject): Probe {
  return {
    input,
    ...(context && { context }),
    ...(calls && { calls }),
    ...(now !== undefined && { now }),
    ...(seed !== undefined && { seed }),
  };
}

/** Texts to read, changed: one left out, none at all, the other way round, joined up. */
function contextVariations(test: SpecTest): Probe[] {
  const segments = test.context?.segments;
  if (!segments || segments.length === 0) return [];
  const lists = [
    segments.slice(1),
    [],
    [...segments].reverse(),
    [...segments, ...segments.slice(0, 1)],
    segments.map((one) => ({ ...one, text: one.text.toUpperCase() })),
    segments.map((one) => ({ ...one, text: one.text.slice(Math.floor(one.text.length / 2)) })),
  ];
  return lists.map((list) => ({ ...probeOf(test, test.input), context: { segments: list } }));
}

const maxHints = 12;

/** Numbers and texts that stand in TypeScript, in the order of the text. */
function literalsOf(code: string): (string | number)[] {
  const parsed = parseModule(code);
  if (!parsed.ok) return [];
  return parsed.nodes.flatMap(({ node }): (string | number)[] => {
    const { value } = node.fields;
    if (node.type === 'NumericLiteral' && typeof value === 'number') return [value];
    return node.type === 'StringLiteral' && typeof value === 'string' ? [value] : [];
  });
}

/** What code works with, for probes to try: numbers and short texts out of it. */
export function hintsFrom(code: string, facts: CodeFacts | undefined): (string | number)[] {
  const short = (facts?.values ?? literalsOf(code)).filter((one) => typeof one === 'number' || one.length < 40);
  return [...new Set(short)].slice(0, maxHints);
}

/** The lists' first items, then their second ones, and so on: a cut falls on all alike. */
function interleaved<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list.slice(at, at + 1))).flat();
}

/** A probe that is made when it is looked at. */
type Draft = () => Probe | undefined;

function draftsLike(test: SpecTest, schema: JsonObject, from: Parameters<typeof inputVariations>[2]): Draft[][] {
  const changed = inputVariations(test, schema, from).map((list) =>
    list.map((vary): Draft => {
      return () => {
        const input = vary();
        return isJsonObject(input) ? probeOf(test, input) : undefined;
      };
    }),
  );
  return [...changed, contextVariations(test).map((probe) => () => probe)];
}

/**
 * The inputs of the tests and inputs like them, changed in one place each by what the input schema and the other tests
 * say; all meet the schema. The same tests give the same probes.
 */
export function probesFrom(
  spec: Spec,
  tests: readonly SpecTest[],
  options: { readonly schema: CompiledSchema; readonly wanted: number; readonly hints: readonly (string | number)[] },
): Probe[] {
  const { hints } = options;
  const some = evenly(tests, maxTests);
  const inputs = some.map((test) => test.input);
  const own = some.map((test): Draft => {
    return () => probeOf(test, test.input);
  });
  const varied = interleaved(
    some.flatMap((test) => {
      const others = inputs.filter((input) => input !== test.input).slice(0, 4);
      return draftsLike(test, spec.input_schema, { others, hints });
    }),
  );
  const known = new Set<string>();
  const probes: Probe[] = [];
  for (const make of [...own, ...varied].slice(0, maxLooks)) {
    if (probes.length >= options.wanted) break;
    const probe = make();
    if (probe === undefined) continue;
    const key = canonicalJson([probe.input, probe.context ?? null, probe.calls ?? null]);
    if (known.has(key)) continue;
    known.add(key);
    if (isValid(options.schema, probe.input)) probes.push(probe);
  }
  return probes;
}

const numbers = [3, 0, 7, -2, 1, 12, 100, -15, 2, 29, 5, 64, 1_000, 11, -1, 360];
const texts = [
  'alpha beta',
  'Hello World',
  'a',
  '  padded text ',
  'one,two,three',
  '12.50',
  'level',
  'x@example.org wrote',
  'CamelCase_and-dashes',
  '2024-02-29',
  'the the cat',
  '3 apples, 14 pears',
  'ÀÉî',
  'line one\nline two',
  'A1B2',
  'zebra apple mango',
];
const lengths = [3, 0, 1, 5, 2, 4, 6, 3];

function typeOf(schema: JsonObject): string {
  const type = schema['type'];
  if (typeof type === 'string') return type;
  if (Array.isArray(type)) return type.find((one): one is string => typeof one === 'string' && one !== 'null') ?? 'any';
  if (isJsonObject(schema['properties'])) return 'object';
  return schema['items'] === undefined ? 'any' : 'array';
}

function pick<T>(list: readonly T[], at: number): T | undefined {
  return list[at % list.length];
}

/** The place of a value in a probe; `salt` keeps neighbours from being alike, `room` is what the probe may still hold. */
interface Seat {
  readonly at: number;
  readonly salt: number;
  readonly room: { left: number };
}

/** More than any probe needs: lists of lists of lists would fill the memory of the host. */
const maxParts = 2_000;

/** The value of the given number for a schema. */
function valueFor(schema: JsonValue | undefined, seat: Seat): JsonValue {
  const { at, salt, room } = seat;
  room.left -= 1;
  if (room.left < 0) return null;
  if (!isJsonObject(schema)) return pick(texts, at + salt) ?? null;
  const fixed = schemaValues({ ...(schema['enum'] ? { enum: schema['enum'] } : {}), ...constOf(schema) });
  if (fixed.length > 0) return pick(fixed, at + salt) ?? null;
  const type = typeOf(schema);
  const step = at + salt * 5;
  if (type === 'integer') return pick(numbers, step) ?? 0;
  if (type === 'number') return (pick(numbers, step) ?? 0) + (step % 3 === 1 ? 0.5 : 0);
  if (type === 'boolean') return step % 2 === 0;
  if (type === 'null') return null;
  if (type === 'array')
    return Array.from({ length: pick(lengths, step) ?? 0 }, (_, item) =>
      valueFor(schema['items'], { at: at + item, salt: salt + 1, room }),
    );
  if (type === 'object') return objectFor(schema, seat);
  return pick(texts, step) ?? '';
}

function constOf(schema: JsonObject): JsonObject {
  return schema['const'] === undefined ? {} : { const: schema['const'] };
}

function objectFor(schema: JsonObject, { at, salt, room }: Seat): JsonObject {
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  return Object.fromEntries(
    Object.entries(properties).map(([key, part], nth) => [key, valueFor(part, { at, salt: salt + nth, room })]),
  );
}

const shapeProbeCount = 12;

/**
 * Inputs that depend on the types of an input schema alone, by the place of its properties and not their names: what
 * two capabilities of one shape are both asked. Those that the schema refuses are left out of the comparison.
 */
export function shapeProbes(spec: Spec, schema: CompiledSchema): Probe[] {
  return Array.from({ length: shapeProbeCount }, (_, at) => {
    return { input: objectFor(spec.input_schema, { at, salt: 0, room: { left: maxParts } }) };
  }).filter(({ input }) => isValid(schema, input));
}

function shapeOf(schema: JsonValue | undefined, depth: number): JsonValue {
  if (!isJsonObject(schema) || depth > 6) return 'any';
  const type = typeOf(schema);
  if (type === 'array') return [shapeOf(schema['items'], depth + 1)];
  if (type !== 'object') return type === 'integer' ? 'number' : type;
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  return { of: Object.values(properties).map((part) => shapeOf(part, depth + 1)) };
}

/** The types of an input schema, without names: what may be asked the same must look the same. */
export function inputShape(spec: Spec): string {
  return canonicalJson(shapeOf(spec.input_schema, 0));
}
