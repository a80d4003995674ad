import type { ToolDefinition } from '../evidence/model.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.js';

/** What was seen at one place of the arguments of a tool's recorded calls. */
interface Shape {
  seen: number;
  objects: number;
  readonly types: Set<string>;
  readonly properties: Map<string, Shape>;
  items: Shape | null;
}

/** More keys than this are taken for a map keyed by data, not for properties. */
const maxProperties = 60;

const emptyShape = (): Shape => ({ seen: 0, objects: 0, types: new Set(), properties: new Map(), items: null });

function typeOf(value: JsonValue): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function observe(shape: Shape, value: JsonValue): void {
  shape.seen += 1;
  shape.types.add(typeOf(value));
  if (Array.isArray(value)) {
    shape.items ??= emptyShape();
    for (const item of value) observe(shape.items, item);
  } else if (isJsonObject(value)) {
    shape.objects += 1;
    for (const [key, inner] of Object.entries(value)) {
      const property = shape.properties.get(key) ?? emptyShape();
      shape.properties.set(key, property);
      observe(property, inner);
    }
  }
}

function schemaOf(shape: Shape): JsonObject {
  const types = [...shape.types].filter((type) => type !== 'integer' || !shape.types.has('number')).sort();
  const schema: JsonObject = {};
  const [only] = types;
  if (only !== undefined) schema['type'] = types.length === 1 ? only : types;
  if (shape.items && shape.items.seen > 0) schema['items'] = schemaOf(shape.items);
  if (shape.objects === 0 || shape.properties.size > maxProperties) return schema;
  const names = [...shape.properties.keys()].sort();
  const properties: JsonObject = {};
  for (const name of names) {
    const property = shape.properties.get(name);
    // defineProperty, for a property may be called __proto__
    if (property) {
      Object.defineProperty(properties, name, { value: schemaOf(property), enumerable: true, configurable: true });
    }
  }
  schema['properties'] = properties;
  const required = names.filter((name) => shape.properties.get(name)?.seen === shape.objects);
  if (required.length > 0) schema['required'] = required;
  return schema;
}

export interface ListedTools {
  readonly tools: readonly ToolDefinition[];
  /** names of those whose schema was inferred */
  readonly inferred: readonly string[];
}

/** One recorded call, as far as its tool's schema goes. */
export interface ObservedCall {
  readonly name: string;
  readonly args: JsonObject;
  readonly failed: boolean;
}

/** The tools of one source: as the log declares them, and inferred from accepted calls where it does not. */
export interface ToolCatalog {
  observe(source: string, call: ObservedCall): void;
  /** Tools in order of name. `declared` are the log's definitions; an inferred one among them gives way to ours. */
  toolsOf(source: string, declared: readonly ToolDefinition[]): ListedTools;
}

/** Calls that failed say what a tool does not take: they speak only where no other call does. */
interface Observed {
  good: Shape | null;
  failed: Shape | null;
}

const byName = (a: ToolDefinition, b: ToolDefinition): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

export function createToolCatalog(): ToolCatalog {
  const observed = new Map<string, Map<string, Observed>>();
  return {
    observe(source, call) {
      const tools = observed.get(source) ?? new Map<string, Observed>();
      observed.set(source, tools);
      const one = tools.get(call.name) ?? { good: null, failed: null };
      tools.set(call.name, one);
      const kind = call.failed ? 'failed' : 'good';
      one[kind] ??= emptyShape();
      observe(one[kind], call.args);
    },
    toolsOf(source, declared) {
      const known = new Map(declared.filter((one) => !one.inferred).map((one) => [one.name, one]));
      const inferred: string[] = [];
      for (const [name, { good, failed }] of observed.get(source) ?? []) {
        const shape = good ?? failed;
        if (known.has(name) || !shape) continue;
        inferred.push(name);
        const description = 'The schema was inferred from recorded calls.';
        known.set(name, { name, description, input_schema: schemaOf(shape), inferred: true, annotations: null });
      }
      return { tools: [...known.values()].sort(byName), inferred: inferred.sort() };
    },
  };
}
