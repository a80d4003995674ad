import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elementSpans, memberSpan, spanAt } from '../../../src/evidence/read/children.js';
import { readElements } from '../../../src/evidence/read/elements.js';
import { readLines } from '../../../src/evidence/read/lines.js';
import { parseBytes, parseJson } from '../../../src/evidence/read/parse.js';
import type { OpenBytes, RawSpan, ValueSpan } from '../../../src/evidence/read/spans.js';
import type { JsonValue } from '../../../src/json.js';

function inChunks(text: string | Uint8Array, size: number): OpenBytes {
  const bytes = Buffer.from(text as string);
  return async function* open() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  };
}

async function all(spans: AsyncGenerator<RawSpan>): Promise<RawSpan[]> {
  const found: RawSpan[] = [];
  for await (const span of spans) found.push(span);
  return found;
}

function textOf(span: RawSpan): string {
  return Buffer.from(span.bytes).toString('utf8');
}

function valueSpan(text: string): ValueSpan {
  const bytes = Buffer.from(text);
  return { offset: 100, length: bytes.length, line: 7, pointer: '/3', bytes, value: JSON.parse(text) as JsonValue };
}

describe('the line reader', () => {
  it('gives each line its exact place, whatever the chunks are', async () => {
    const text = '\ufeff{"a":1}\r\n\n  {"b":"é"}  \n{"c":3}';
    for (const size of [1, 3, 1000]) {
      const spans = await all(readLines(inChunks(text, size)));
      expect(spans.map((span) => [span.line, textOf(span)])).toEqual([
        [1, '{"a":1}'],
        [3, '{"b":"é"}'],
        [4, '{"c":3}'],
      ]);
      const bytes = Buffer.from(text);
      for (const span of spans) {
        expect(bytes.subarray(span.offset, span.offset + span.length).toString()).toBe(textOf(span));
      }
    }
  });

  it('reports a line that is too long without keeping it, and goes on after it', async () => {
    const spans = await all(readLines(inChunks(`1\n${'x'.repeat(500)}\n2`, 7), 100));
    expect(spans.map((span) => [span.line, span.problem, span.length])).toEqual([
      [1, null, 1],
      [2, 'too_long', 500],
      [3, null, 1],
    ]);
    expect(spans[1]?.bytes.length).toBe(0);
  });
});

describe('the document reader', () => {
  it('streams the elements of any array with pointers and places that parse back to them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue()),
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        async (value, size, pretty) => {
          const list = JSON.parse(JSON.stringify(value)) as JsonValue[];
          const text = JSON.stringify(list, null, pretty ? 2 : undefined);
          const bytes = Buffer.from(text);
          const spans = await all(readElements(inChunks(text, size), { objects: 'whole' }));
          expect(spans.map((span) => JSON.parse(textOf(span)) as JsonValue)).toEqual(list);
          spans.forEach((span, index) => {
            expect(span.pointer).toBe(`/${index}`);
            expect(bytes.subarray(span.offset, span.offset + span.length).toString()).toBe(textOf(span));
            expect(bytes.subarray(0, span.offset).toString().split('\n')).toHaveLength(span.line);
          });
        },
      ),
    );
  });

  it('streams the members of an object under their escaped keys', async () => {
    const text = '{\n "a/b": {"x": 1},\n "c~\\u0064" : [2]\n}';
    const spans = await all(readElements(inChunks(text, 5), { objects: 'members' }));
    expect(spans.map((span) => [span.pointer, textOf(span), span.line])).toEqual([
      ['/a~1b', '{"x": 1}', 2],
      ['/c~0d', '[2]', 3],
    ]);
    for (const span of spans) expect(text.slice(span.offset, span.offset + span.length)).toBe(textOf(span));
  });

  it('reads objects and arrays that follow one another in one file', async () => {
    const text = '{\n  "a": "}"\n}\n{"b": 2}\n[\n  3,\n  {"c": 4}\n]\n';
    const spans = await all(readElements(inChunks(text, 4), { objects: 'whole' }));
    expect(spans.map((span) => [span.pointer, JSON.parse(textOf(span))])).toEqual([
      [null, { a: '}' }],
      [null, { b: 2 }],
      ['/0', 3],
      ['/1', { c: 4 }],
    ]);
  });

  it('keeps damage to the element that has it', async () => {
    const spans = await all(readElements(inChunks('[{"a":1}, {"b" 2}, , {"c":3}, {"d":', 6), { objects: 'whole' }));
    const seen = spans.map((span) => span.problem ?? ('problem' in parseBytes(span.bytes) ? 'bad' : 'good'));
    expect(seen).toEqual(['good', 'bad', 'empty_element', 'good', 'truncated']);
  });

  it('refuses an element that is too long or nested too deeply and reads the next', async () => {
    const long = `["${'x'.repeat(300)}", 1]`;
    expect(
      (await all(readElements(inChunks(long, 9), { objects: 'whole', limit: 50 }))).map((one) => one.problem),
    ).toEqual(['too_long', null]);
    const deep = `[${'['.repeat(5000)}${']'.repeat(5000)}, 1]`;
    expect((await all(readElements(inChunks(deep, 999), { objects: 'whole' }))).map((one) => one.problem)).toEqual([
      'too_deep',
      null,
    ]);
  });
});

describe('children of a span', () => {
  it('have places of their own, also in pretty text and with keys that repeat', () => {
    const text = '{"m": [1], "m": [\n  {"a": "x,]"},\n  "two",\n  -3.5e2 \n]}';
    const parent = valueSpan(text);
    const list = memberSpan(parent, 'm');
    expect(list && elementSpans(list).map((one) => [one.pointer, one.value, one.line])).toEqual([
      ['/3/m/0', { a: 'x,]' }, 8],
      ['/3/m/1', 'two', 9],
      ['/3/m/2', -350, 10],
    ]);
    for (const one of list ? elementSpans(list) : []) {
      const from = one.offset - parent.offset;
      expect(JSON.parse(text.slice(from, from + one.length))).toEqual(one.value);
    }
    expect(spanAt(parent, ['m', 0, 'a'])?.value).toBe('x,]');
    expect(spanAt(parent, ['m', 9])).toBeUndefined();
  });

  it('are found in any JSON value', () => {
    // Quotes and backslashes, few and far between or one upon the other.
    const longText = fc.string({ unit: fc.constantFrom('\\', '"', 'a'.repeat(31), 'bc', ',', ']'), maxLength: 40 });
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.jsonValue(), longText)), fc.boolean(), (value, pretty) => {
        const text = JSON.stringify(value, null, pretty ? 1 : undefined);
        const parent = valueSpan(text);
        const children = elementSpans(parent);
        expect(children).toHaveLength(value.length);
        for (const one of children) expect(JSON.parse(Buffer.from(one.bytes).toString())).toEqual(one.value);
      }),
    );
  });
});

describe('parsing', () => {
  it('keeps numbers that a double cannot hold as text, and all others as numbers', () => {
    expect(
      parseJson('{"a":12345678901234567890,"b":1e999,"c":0.1234567890123456789,"d":"12345678901234567890"}'),
    ).toEqual({
      a: '12345678901234567890',
      b: '1e999',
      c: 0.12345678901234568,
      d: '12345678901234567890',
    });
  });

  it('finds such numbers wherever they stand', () => {
    expect(parseJson('12345678901234567890')).toBe('12345678901234567890');
    expect(parseJson('[1,-12345678901234567890]')).toEqual([1, '-12345678901234567890']);
    expect(parseJson('{"a": 12.5E+400, "b" :\n1e0999,"c":[1e22]}')).toEqual({ a: '12.5E+400', b: '1e0999', c: [1e22] });
    expect(parseJson('{"id":"3e999-1234567890123456789","n":1}')).toEqual({ id: '3e999-1234567890123456789', n: 1 });
  });

  it('names what is wrong without quoting it', () => {
    expect(parseBytes(Buffer.from('{"a":'))).toEqual({ problem: 'not_json' });
    expect(parseBytes(Buffer.from([0x22, 0xff, 0x22]))).toEqual({ problem: 'invalid_utf8' });
    expect(parseBytes(Buffer.from(`${'['.repeat(300)}${']'.repeat(300)}`))).toEqual({ problem: 'too_deep' });
  });
});
