import type { ErrorObject } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { LRUCache } from 'lru-cache';
import { RE2JS } from 're2js';
import type { JsonObject, JsonValue } from '../json.js';
import { outOfTime, runBounded } from './time-guard.js';

/** A compiled schema. `validate` returns what is wrong, without values; an empty list means valid. */
export type CompiledSchema =
  | { readonly ok: true; validate(value: JsonValue): string[] }
  | { readonly ok: false; readonly message: string };

export const maxSchemaChars = 200_000;
const maxSchemaDepth = 64;
const compileMs = 2_000;
const validateMs = 2_000;
/** For all values together: one that stays just under the limit would hold the host up again and again. */
const allValuesMs = 6_000;
const slowMessage = 'the schema takes too long to check this value';
const dialect = 'https://json-schema.org/draft/2020-12/schema';

/** Ajv hands patterns to this in place of RegExp: a backtracking engine could be stalled by a hostile pattern. */
function linearRegExp(pattern: string): { test(text: string): boolean; toString(): string } {
  const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern));
  // The name must differ from pattern to pattern: Ajv keys its scope by it.
  return { test: (text) => compiled.test(text), toString: () => `re2:${pattern}` };
}
linearRegExp.code = 'linearRegExp';

function newAjv(meta: boolean): Ajv2020 {
  return new Ajv2020({
    strict: false,
    meta,
    validateSchema: meta,
    validateFormats: false,
    allErrors: false,
    logger: false,
    addUsedSchema: false,
    code: { regExp: linearRegExp },
  });
}

let metaAjv: Ajv2020 | undefined;

function isTooDeep(value: JsonValue, left: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (left === 0) return true;
  return Object.values(value).some((child) => isTooDeep(child, left - 1));
}

function refuse(message: string): CompiledSchema {
  return { ok: false, message };
}

function sizeProblem(schema: JsonObject, text: string): string | undefined {
  if (text.length > maxSchemaChars) return `it is longer than ${maxSchemaChars} characters`;
  const named = schema['$schema'];
  if (named !== undefined && named !== dialect && named !== `${dialect}#`)
    return `its $schema is not JSON Schema 2020-12 (${dialect}); use that or leave $schema out`;
  return undefined;
}

/** Made and read once before anything untrusted is near: an Ajv that is stopped while it compiles its own schema is broken. */
function warmMeta(): Ajv2020 {
  if (metaAjv !== undefined) return metaAjv;
  metaAjv = newAjv(true);
  void metaAjv.validateSchema({});
  return metaAjv;
}

function metaProblem(schema: JsonObject, meta: Ajv2020): string | undefined {
  if (meta.validateSchema(schema) === true) return undefined;
  const error = meta.errors?.[0];
  return `at ${error?.instancePath || 'the top level'}: ${error?.message ?? 'it is not a schema'}`;
}

const multiplying =
  /"(\$ref|\$dynamicRef|anyOf|oneOf|allOf|not|if|contains|uniqueItems|unevaluated\w*|dependent\w*|pattern\w*|propertyNames)"/;
const maxPlainChars = 4_000;

/** A small schema without keywords that multiply work or match texts needs no clock beside it, which costs more than the check. */
function isPlain(text: string): boolean {
  return text.length <= maxPlainChars && !multiplying.test(text);
}

type Check = ReturnType<Ajv2020['compile']>;

/** Schemas come again: with each attempt at a spec, each version and each judgement anew. */
const known = new LRUCache<string, Check>({ max: 64 });

/** @throws Error that says what is wrong with the schema */
function checkOf(schema: JsonObject, text: string, plain: boolean): Check | typeof outOfTime {
  const meta = warmMeta();
  const make = (): Check => {
    const problem = metaProblem(schema, meta);
    if (problem !== undefined) throw new Error(problem);
    // A fresh instance: an `$id` inside one schema must not be seen by the next.
    return newAjv(false).compile(schema);
  };
  const check = known.get(text) ?? (plain ? make() : runBounded(make, compileMs));
  if (check !== outOfTime) known.set(text, check);
  return check;
}

const maxChoicesChars = 300;

/** What is wrong, with the values of a closed list: they are the schema's, not those of what is checked. */
function problemOf({ keyword, message, params }: ErrorObject): string {
  const allowed: unknown = keyword === 'enum' ? params['allowedValues'] : undefined;
  const choices = Array.isArray(allowed) ? allowed.map((one) => JSON.stringify(one)).join(', ') : '';
  if (choices === '' || choices.length > maxChoicesChars) return message ?? 'is not valid';
  return `must be one of ${choices}`;
}

function bounded(check: Check, plain: boolean): CompiledSchema {
  // One value that takes too long shows what the schema is: the next ones are not waited for.
  let tooSlow = false;
  let leftMs = allValuesMs;
  return {
    ok: true,
    validate(value) {
      if (tooSlow) return [slowMessage];
      const started = performance.now();
      try {
        const allowedMs = Math.min(validateMs, Math.ceil(leftMs));
        const valid = plain ? check(value) : runBounded(() => check(value), allowedMs);
        leftMs -= performance.now() - started;
        tooSlow = valid === outOfTime || leftMs <= 0;
        if (valid === outOfTime) return [slowMessage];
        if (valid) return [];
        const error = check.errors?.[0];
        return [`${error?.instancePath || 'the value'} ${error ? problemOf(error) : 'is not valid'}`];
      } catch (error) {
        if (error instanceof Error && error.name === 'RangeError') return ['the schema refers to itself without end'];
        throw error;
      }
    },
  };
}

/**
 * Compiles a JSON Schema 2020-12 that nobody trusts: patterns run on a linear-time engine (no look-around, no
 * back-references), references reach nothing outside the schema, `format` is an annotation, and both compiling and
 * validating stop after two seconds.
 */
export function compileSchema(schema: JsonObject): CompiledSchema {
  try {
    if (isTooDeep(schema, maxSchemaDepth)) return refuse(`it is nested deeper than ${maxSchemaDepth} levels`);
    const text = JSON.stringify(schema);
    const size = sizeProblem(schema, text);
    if (size !== undefined) return refuse(size);
    const plain = isPlain(text);
    const check = checkOf(schema, text, plain);
    return check === outOfTime ? refuse('it takes too long to compile') : bounded(check, plain);
  } catch (error) {
    return refuse(error instanceof Error ? error.message.slice(0, 300) : 'it does not compile');
  }
}
