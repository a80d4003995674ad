import { describe, expect, test } from 'vitest';
import { compileSchema } from '../../../src/gate/json-schema.js';
import type { JsonObject, JsonValue } from '../../../src/json.js';

function errorsOf(schema: JsonObject, value: JsonValue): string[] {
  const compiled = compileSchema(schema);
  if (!compiled.ok) throw new Error(compiled.message);
  return compiled.validate(value);
}

describe('compileSchema', () => {
  test('a valid value has no errors and an invalid one names its place, not its value', () => {
    const schema = { type: 'object', properties: { id: { type: 'string', enum: ['a', 'b'] } }, required: ['id'] };
    expect(errorsOf(schema, { id: 'a' })).toEqual([]);
    expect(errorsOf(schema, {})).toEqual(["the value must have required property 'id'"]);
    expect(errorsOf(schema, { id: 'secret' })).toEqual(['/id must be one of "a", "b"']);
  });

  test('keywords of 2020-12 work: prefixItems, $defs, unevaluatedProperties', () => {
    const schema: JsonObject = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $defs: { n: { type: 'number' } },
      properties: { pair: { prefixItems: [{ $ref: '#/$defs/n' }, { type: 'string' }], items: false } },
      unevaluatedProperties: false,
    };
    expect(errorsOf(schema, { pair: [1, 'x'] })).toEqual([]);
    expect(errorsOf(schema, { pair: ['x', 'x'] })).toHaveLength(1);
    expect(errorsOf(schema, { other: 1 })).toHaveLength(1);
  });

  test('patterns are matched in linear time, and two patterns do not get in the way of one another', () => {
    const schema = {
      properties: { a: { type: 'string', pattern: '^(a+)+$' }, b: { type: 'string', pattern: '^\\d{3}$' } },
    };
    expect(errorsOf(schema, { a: `${'a'.repeat(50_000)}b` })).toEqual(['/a must match pattern "^(a+)+$"']);
    expect(errorsOf(schema, { a: 'aaa', b: '123' })).toEqual([]);
    expect(errorsOf(schema, { b: 'aaa' })).toHaveLength(1);
  });

  test.each([
    ['a keyword of the wrong type', { type: 'object', required: 'id' }],
    ['an unknown type', { type: 'text' }],
    ['a reference outside the schema', { $ref: 'https://example.com/other.json' }],
    ['a reference to nothing', { $ref: '#/$defs/none' }],
    ['another dialect', { $schema: 'http://json-schema.org/draft-07/schema#' }],
    ['a pattern with look-ahead', { type: 'string', pattern: '(?=a)b' }],
    ['a pattern with a back-reference', { type: 'string', pattern: '(a)\\1' }],
    ['too much text', { description: 'x'.repeat(300_000) }],
  ])('%s is refused with a message', (_name, schema) => {
    const compiled = compileSchema(schema as JsonObject);
    expect(compiled.ok).toBe(false);
    expect(compiled.ok ? '' : compiled.message).not.toBe('');
  });

  test('a schema nested without measure is refused, not followed', () => {
    let schema: JsonObject = {};
    for (let depth = 0; depth < 5_000; depth += 1) schema = { not: schema };
    expect(compileSchema(schema).ok).toBe(false);
  });

  test('a schema that multiplies its own work is stopped', () => {
    const $defs: JsonObject = { d0: { type: 'object' } };
    for (let level = 1; level <= 30; level += 1)
      $defs[`d${level}`] = {
        allOf: [{ $ref: `#/$defs/d${level - 1}` }, { $ref: `#/$defs/d${level - 1}` }],
      };
    const compiled = compileSchema({ $defs, $ref: '#/$defs/d30' });
    const errors = compiled.ok ? compiled.validate({}) : [compiled.message];
    expect(errors).toEqual([expect.stringContaining('too long')]);
  });

  test('a schema that only refers to itself ends', () => {
    const compiled = compileSchema({ $ref: '#' });
    const errors = compiled.ok ? compiled.validate({}) : [compiled.message];
    expect(errors).toHaveLength(1);
  });

  test('an $id in one schema is not seen by the next', () => {
    const schema = { $id: 'https://example.com/a', type: 'string' };
    expect(compileSchema(schema).ok).toBe(true);
    expect(compileSchema({ ...schema, type: 'number' }).ok).toBe(true);
    expect(compileSchema({ $ref: 'https://example.com/a' }).ok).toBe(false);
  });

  test('keys that are dangerous in JavaScript are only keys', () => {
    const schema = JSON.parse('{"properties":{"__proto__":{"type":"string"},"a\\"];throw 1;[\\"":{"type":"number"}}}');
    expect(errorsOf(schema, { ok: 1 })).toEqual([]);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });
});

test('the same schema given again judges as it did at first, one that is refused is refused again', () => {
  const schema = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] };
  const [first, again] = [compileSchema(schema), compileSchema(structuredClone(schema))];
  for (const compiled of [first, again]) {
    expect(compiled.ok && compiled.validate({ n: 1 })).toEqual([]);
    expect(compiled.ok && compiled.validate({})).toEqual(["the value must have required property 'n'"]);
  }
  const broken = { type: 'no such type' };
  expect(compileSchema(broken)).toMatchObject({ ok: false });
  expect(compileSchema(broken)).toEqual(compileSchema(broken));
});
