import { expect, test } from 'vitest';
import { boundOf, millisOf } from '../../src/times.js';

test('a time without a zone is in UTC wherever the program runs', () => {
  const zone = process.env['TZ'];
  process.env['TZ'] = 'Asia/Tokyo';
  try {
    for (const text of ['2026-01-31T12:00:00.250', '2026-01-31 12:00:00,250', '2026-01-31T13:00:00.250+01:00']) {
      expect(new Date(millisOf(text)).toISOString()).toBe('2026-01-31T12:00:00.250Z');
    }
  } finally {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  }
});

test('a day that no month has is no time', () => {
  expect(millisOf('2026-02-31')).toBeNaN();
  expect(millisOf('2028-02-29T10:00:00Z')).toBe(Date.UTC(2028, 1, 29, 10));
});

test('a bare date that ends a span means its last moment', () => {
  expect(boundOf('2026-01-31', 'since')).toBe('2026-01-31T00:00:00.000Z');
  expect(boundOf('2026-01-31', 'until', true)).toBe('2026-01-31T23:59:59.999Z');
  expect(() => boundOf('soon', 'until', true)).toThrow('until is no date or time.');
});
