import * as z from 'zod';
import { type CompiledSchema, compileSchema } from '../gate/json-schema.js';
import type { Language } from '../gate/model.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.js';
import { permissionIssues, reservedIssues } from './check-permissions.js';
import { type CompiledSpec, checkTests } from './check-tests.js';
import { characterIssues, summaryIssues } from './check-text.js';
import { namePattern, type Spec, type SpecIssue, specSchema } from './model.js';

/** What a spec is checked against: what there is to call, and which names are taken. */
export interface CheckContext {
  isTool(name: string): boolean;
  /** In the library, or specified alongside. */
  isCapability(name: string): boolean;
  /** By another capability that this spec does not supersede. */
  isTaken(name: string): boolean;
  /** Of the code, where it came with the spec. */
  readonly language?: Language | undefined;
}

export type CheckedSpec = { readonly spec: Spec } | { readonly issues: readonly SpecIssue[] };

/** JSON Schema of a spec, for briefs and prompts. Derived, so that it never differs from what is checked. */
export function deriveSpecJsonSchema(): JsonObject {
  const { $schema: _, ...schema } = z.toJSONSchema(specSchema, { io: 'input' });
  return schema as JsonObject;
}

/** The reason why no deterministic code can meet the need, where the author gave one instead of a spec. */
export function skipReasonOf(raw: JsonObject): string | undefined {
  const skip = raw['skip'];
  return typeof skip === 'string' && skip.trim() !== '' ? skip.trim() : undefined;
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}

function nameIssues(name: JsonValue | undefined): SpecIssue[] {
  if (typeof name === 'string' && name.length <= 64 && name !== 'index' && namePattern.test(name)) return [];
  const message =
    'Use snake_case in lower-case ASCII, at most 64 characters, starting with a letter, and not "index": for example count_open_tickets.';
  return [{ code: 'bad_name', path: 'name', message }];
}

/** What is missing here has a code of its own further on, so it must get past the shape. */
function withBlanks(raw: JsonObject): JsonObject {
  const tests = raw['tests'] ?? [];
  if (!Array.isArray(tests)) return raw;
  return {
    ...raw,
    tests: tests.map((test) => (isJsonObject(test) ? { ...test, expected: test['expected'] ?? {} } : test)),
  };
}

function schemaIssue(compiled: CompiledSchema, schema: JsonObject, path: string): SpecIssue[] {
  const issue = (message: string): SpecIssue[] => [{ code: 'bad_schema', path, message }];
  if (!compiled.ok) return issue(`It is not a JSON Schema 2020-12 that can be used: ${compiled.message}.`);
  if (path === 'input_schema' && schema['type'] !== 'object') {
    return issue('The input is an object: set "type": "object" and name its "properties".');
  }
  return [];
}

function dependencyIssues(spec: Spec, context: CheckContext): SpecIssue[] {
  const { tools, capabilities } = spec.dependencies;
  const issues: SpecIssue[] = [];
  if (spec.kind === 'skill' && tools.length + capabilities.length === 0) {
    const message =
      'A skill composes others: list what it calls under dependencies.tools or dependencies.capabilities, or make it a primitive.';
    issues.push({ code: 'skill_without_dependencies', path: 'dependencies', message });
  }
  if (spec.kind === 'primitive' && tools.length + capabilities.length > 0) {
    const message = 'A primitive calls nothing. Make it a skill or empty its dependencies.';
    issues.push({ code: 'primitive_with_dependencies', path: 'dependencies', message });
  }
  tools.forEach((name, at) => {
    if (context.isTool(name)) return;
    const message = `No tool "${name}" is known. Use a name as it stands in the samples, import logs in which it is called, or configure its server under mcp_servers.`;
    issues.push({ code: 'unknown_dependency', path: `dependencies.tools[${at}]`, message });
  });
  capabilities.forEach((name, at) => {
    if (context.isCapability(name)) return;
    const message = `No capability "${name}" is in the library. Search for one with search_capabilities, or admit it first.`;
    issues.push({ code: 'unknown_dependency', path: `dependencies.capabilities[${at}]`, message });
  });
  return issues;
}

/**
 * Every rule by which a spec is refused, each with its own code, the place of the fault and how to mend it.
 * All faults are reported at once, but for the rest of a spec whose shape is already wrong.
 */
export function checkSpec(raw: JsonObject, context: CheckContext): CheckedSpec {
  const named = nameIssues(raw['name']);
  const parsed = specSchema.safeParse(withBlanks(raw));
  if (!parsed.success) {
    const shape = parsed.error.issues
      .filter((issue) => issue.path[0] !== 'name')
      .map((issue): SpecIssue => ({ code: 'shape', path: pathText(issue.path), message: `${issue.message}.` }));
    return { issues: [...named, ...shape] };
  }
  const spec = parsed.data;
  const schemas: CompiledSpec = { input: compileSchema(spec.input_schema), output: compileSchema(spec.output_schema) };
  const taken: SpecIssue[] = context.isTaken(spec.name)
    ? [
        {
          code: 'name_taken',
          path: 'name',
          message: `The library has a capability "${spec.name}". Choose another name, or hand the spec in with its code and supersedes: "${spec.name}" to make a new version of it.`,
        },
      ]
    : [];
  const issues = [
    ...named,
    ...taken,
    ...summaryIssues(spec),
    ...characterIssues(spec),
    ...schemaIssue(schemas.input, spec.input_schema, 'input_schema'),
    ...schemaIssue(schemas.output, spec.output_schema, 'output_schema'),
    ...dependencyIssues(spec, context),
    ...reservedIssues(spec),
    ...permissionIssues(spec, context.language),
    ...checkTests(spec, schemas),
  ];
  return issues.length === 0 ? { spec } : { issues };
}
