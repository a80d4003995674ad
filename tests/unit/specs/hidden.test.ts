import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawHidden } from '../../../src/specs/hidden.js';
import type { SpecTest } from '../../../src/specs/model.js';
import { aTest } from './specs.js';

const tests = (count: number): SpecTest[] => Array.from({ length: count }, (_, at) => aTest(`t${at}`, [at], at));
const salt = 'a salt';

test('a third is hidden, at least one of three, and none of two', () => {
  expect([1, 2, 3, 5, 6, 9].map((count) => drawHidden(tests(count), salt).hidden.length)).toEqual([0, 0, 1, 1, 2, 3]);
});

test('another store draws other tests; the same store the same', () => {
  const first = drawHidden(tests(12), salt);
  expect(drawHidden(tests(12), salt)).toEqual(first);
  expect(drawHidden(tests(12), 'another').hidden).not.toEqual(first.hidden);
});

test('nothing is lost, nothing doubled, and a test that expects ok stays visible', () => {
  const any = fc.array(fc.boolean(), { minLength: 1, maxLength: 20 });
  // Synchronous: it throws here where the property fails.
  void fc.assert(
    fc.property(any, fc.string(), (oks, anySalt) => {
      const all = oks.map(
        (ok, at): SpecTest =>
          ok ? aTest(`t${at}`, [at], at) : { name: `t${at}`, input: { at }, expected: { status: 'missing' } },
      );
      const { visible, hidden } = drawHidden(all, anySalt);
      const names = [...visible, ...hidden].map(({ name }) => name).sort();
      expect(names).toEqual(all.map(({ name }) => name).sort());
      if (oks.includes(true)) expect(visible.some(({ expected }) => expected.status === 'ok')).toBe(true);
    }),
  );
});
