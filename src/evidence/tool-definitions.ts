import type { JsonObject, JsonValue } from '../json.js';
import { listOf, objectOf, textOf } from './importers/importer.js';
import type { EvidenceRecord, ToolDefinition } from './model.js';

/**
 * Reads a tool definition in any of the shapes that logs hold: `{type, function: {name, parameters}}`, the bare function,
 * MCP's `{name, inputSchema}`, or an attachment's `{name, schema: {input_schema}}`.
 */
export function readToolDefinition(value: JsonValue): ToolDefinition | null {
  const outer = objectOf(value);
  const tool = objectOf(outer?.['function']) ?? outer;
  const name = textOf(tool?.['name']);
  if (!tool || !name) return null;
  const nested = objectOf(tool['schema']);
  const schema =
    tool['parameters'] ?? tool['input_schema'] ?? tool['inputSchema'] ?? nested?.['input_schema'] ?? nested ?? null;
  return {
    name,
    description: textOf(tool['description']) ?? '',
    input_schema: objectOf(schema) ?? { type: 'object' },
    inferred: false,
    annotations: objectOf(tool['annotations']) ?? null,
  };
}

const maxProperties = 100;

interface Seen {
  calls: number;
  readonly properties: Map<string, { calls: number; readonly types: Set<string> }>;
}

function typeOf(value: JsonValue): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function propertySchema(types: ReadonlySet<string>): JsonObject {
  const all = [...types].filter((type) => type !== 'integer' || !types.has('number')).sort();
  return { type: all.length === 1 ? (all[0] ?? 'object') : all };
}

/** Gathers the arguments of recorded calls into minimal schemas, for tools that the log does not define. */
export class ToolInference {
  readonly #tools = new Map<string, Seen>();

  see(record: EvidenceRecord): void {
    for (const call of record.tool_calls) {
      const seen: Seen = this.#tools.get(call.name) ?? { calls: 0, properties: new Map() };
      this.#tools.set(call.name, seen);
      if (call.arguments === null) continue;
      seen.calls += 1;
      for (const [name, value] of Object.entries(call.arguments)) {
        const property = seen.properties.get(name) ?? { calls: 0, types: new Set<string>() };
        if (!seen.properties.has(name) && seen.properties.size >= maxProperties) continue;
        seen.properties.set(name, property);
        property.calls += 1;
        property.types.add(typeOf(value));
      }
    }
  }

  /** A property that every call had is required. */
  definitions(): ToolDefinition[] {
    return [...this.#tools].map(([name, seen]) => {
      const properties = [...seen.properties].sort((a, b) => (a[0] < b[0] ? -1 : 1));
      const required = properties.filter(([, one]) => one.calls === seen.calls).map(([key]) => key);
      const input_schema: JsonObject = {
        type: 'object',
        properties: Object.fromEntries(properties.map(([key, one]) => [key, propertySchema(one.types)])),
        required,
      };
      return { name, description: '', input_schema, inferred: true, annotations: null };
    });
  }
}

/** The tools that a log declares, each name once; `bad` counts what could not be read. */
export function declaredTools(values: readonly JsonValue[]): { tools: ToolDefinition[]; bad: number } {
  const tools = new Map<string, ToolDefinition>();
  let bad = 0;
  for (const value of listOf([...values])) {
    const tool = readToolDefinition(value);
    if (tool) tools.set(tool.name, tool);
    else bad += 1;
  }
  return { tools: [...tools.values()], bad };
}
