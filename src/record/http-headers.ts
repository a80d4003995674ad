import { isJsonObject, type JsonObject, type JsonValue } from '../json.js';
import { type Message, metaOf } from './messages.js';

/** What a request's own parameter is that stands in the header `Mcp-Name`. */
const nameOf: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'tasks/get': 'taskId',
  'tasks/update': 'taskId',
  'tasks/cancel': 'taskId',
};

/** A text as a header can hold it: as it is, or as `=?base64?...?=` where it would be changed on the way. */
export function headerValue(text: string): string {
  const isPlain = /^[\t\x20-\x7e]+$/.test(text) && text === text.trim() && !/^=\?base64\?.*\?=$/.test(text);
  return isPlain ? text : `=?base64?${Buffer.from(text).toString('base64')}?=`;
}

interface ParameterHeader {
  readonly name: string;
  readonly path: readonly string[];
}

const maxDepth = 16;

/** The arguments of a tool that its schema wants to see as headers too (`x-mcp-header`). */
function parameterHeaders(schema: JsonValue | undefined, path: readonly string[] = []): ParameterHeader[] {
  if (!isJsonObject(schema) || path.length > maxDepth) return [];
  const name = schema['x-mcp-header'];
  const own = typeof name === 'string' && path.length > 0 && /^[\w!#$%&'*+.^`|~-]+$/.test(name) ? [{ name, path }] : [];
  const properties = schema['properties'];
  if (!isJsonObject(properties)) return own;
  return [...own, ...Object.entries(properties).flatMap(([key, one]) => parameterHeaders(one, [...path, key]))];
}

function valueAt(root: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>(
    (at, key) => (isJsonObject(at) && Object.hasOwn(at, key) ? at[key] : undefined),
    root,
  );
}

/** What a message of the 2026 era says again in the headers of its request. */
export class MirroredHeaders {
  readonly #byTool = new Map<string, readonly ParameterHeader[]>();

  /** The tools of an answer to `tools/list`. */
  learn(result: JsonObject): void {
    const tools = Array.isArray(result['tools']) ? result['tools'] : [];
    for (const tool of tools) {
      if (!isJsonObject(tool) || typeof tool['name'] !== 'string') continue;
      this.#byTool.set(tool['name'], parameterHeaders(tool['inputSchema']));
    }
  }

  /** Undefined for a message of the 2025 era, which says nothing in headers. */
  of({ method, params }: Message): Record<string, string> | undefined {
    const version = metaOf(params, 'protocolVersion');
    if (method === null || typeof version !== 'string') return undefined;
    const headers: Record<string, string> = {
      'mcp-protocol-version': headerValue(version),
      'mcp-method': headerValue(method),
    };
    const field = Object.hasOwn(nameOf, method) ? nameOf[method] : undefined;
    const name = field === undefined ? undefined : params[field];
    if (typeof name !== 'string') return headers;
    headers['mcp-name'] = headerValue(name);
    if (method !== 'tools/call') return headers;
    for (const { name: header, path } of this.#byTool.get(name) ?? []) {
      const value = valueAt(params['arguments'], path);
      if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') {
        headers[`mcp-param-${header}`] = headerValue(String(value));
      }
    }
    return headers;
  }
}
