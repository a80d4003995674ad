import canonicalize from 'canonicalize';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from '../../src/json.js';

test('canonical JSON is what the package writes, for any value and any order of names', async () => {
  const names = fc.oneof(
    fc.string(),
    fc.constantFrom('0', '9', '10', '01', '-1', '__proto__', 'toJSON', 'é', '\ud800'),
  );
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.oneof(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(null, true, -0, 1e21)),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(names, fc.oneof(tie('value'), fc.constant(undefined)), { maxKeys: 5, noNullPrototype: true }),
    ),
  }));
  await fc.assert(
    fc.property(value, (one) => {
      expect(canonicalJson(one)).toBe(canonicalize(one));
    }),
    { seed: 7, numRuns: 500 },
  );
});

test('canonical JSON of what is no JSON is refused, however deep it stands', () => {
  const circle: unknown[] = [];
  circle.push({ circle });
  for (const one of [undefined, Number.NaN, { a: [Number.POSITIVE_INFINITY] }, circle]) {
    expect(() => canonicalJson(one)).toThrow();
  }
  expect(canonicalJson({ b: new Date(0), a: undefined })).toBe('{"b":"1970-01-01T00:00:00.000Z"}');
});
