import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { extractCodeBlock, extractJsonObject } from '../../../src/models/chat/extract-json.js';

test.each<[string, string, unknown]>([
  ['the object alone', ' {"a": 1}\n', { a: 1 }],
  ['prose with braces around it', 'As {asked}: {"a": {"b": "}{"}} {done}', { a: { b: '}{' } }],
  ['a fence', '```json\n{"a": "\\"}"}\n```', { a: '"}' }],
  ['the largest of several', '{"a":1} and {"a":1,"b":2}', { a: 1, b: 2 }],
  ['an array', '[{"a":1}]', { a: 1 }],
  ['no object', 'nothing here', undefined],
  ['an object that is cut off', '{"name": "x", "input_schema": {"type": "object"}, "tests": [', undefined],
  ['a fenced object that is cut off', '```json\n{"name": {"a": 1}, "b":', undefined],
  ['nothing but braces', '{'.repeat(50_000), undefined],
])('reads %s', (_, text, value) => {
  expect(extractJsonObject(text)).toEqual(value);
});

test('any object is found in any prose that holds no braces or quotes', () => {
  const prose = fc.string().map((text) => text.replace(/[{}"\\]/g, ' '));
  const json = fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 });
  void fc.assert(
    fc.property(prose, json, prose, (before, value, after) => {
      const text = JSON.stringify(value);
      expect(JSON.stringify(extractJsonObject(`${before} : ${text} ${after}`))).toBe(JSON.stringify(JSON.parse(text)));
    }),
  );
});

test('the first fenced block is the code', () => {
  expect(extractCodeBlock('Here:\n```TypeScript\nlet a = 1;\nlet b;\n```\n```\nother\n```')).toEqual({
    language: 'typescript',
    code: 'let a = 1;\nlet b;',
  });
  expect(extractCodeBlock('no fence')).toBeUndefined();
});
