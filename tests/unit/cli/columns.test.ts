import { expect, test } from 'vitest';
import { excerpt, fitted, widthOf, wrapped } from '../../../src/cli/columns.js';

test('a line is cut to columns, of which wide characters take two and combining ones none', () => {
  expect(widthOf('a宽e\u0301')).toBe(4);
  expect(fitted('one two three', 10)).toBe('one two...');
  expect(fitted('宽宽宽宽宽', 9)).toBe('宽宽宽...');
  expect(fitted('a\u001b[31m\nb\u200b', 80)).toBe('a[31m b');
});

test('text is broken at spaces, and a word that is too long in itself', () => {
  expect(wrapped('one two three', 7)).toEqual(['one two', 'three']);
  expect(wrapped('a abcdefgh b', 3)).toEqual(['a', 'abc', 'def', 'gh', 'b']);
  expect(wrapped('', 5)).toEqual([]);
  expect(excerpt('one two three four', 7, 2)).toEqual(['one two', 'thre...']);
  expect(wrapped('x'.repeat(1_000_000), 80)).toHaveLength(12_500);
});
