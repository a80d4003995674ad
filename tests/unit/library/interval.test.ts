import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shareOf, shareText, shown } from '../../../src/library/interval.js';

describe('the interval around a share', () => {
  test.each([
    // Worked out with the formula of 1927 in another program.
    [90, 100, 0.82563, 0.94477],
    [85, 100, 0.76717, 0.90694],
    [8, 10, 0.49016, 0.94332],
    [1, 1, 0.20655, 1],
    [0, 10, 0, 0.27753],
    [10, 10, 0.72247, 1],
  ])('of %i in %i is %d to %d', (hits, of, low, high) => {
    const share = shareOf(hits, of);
    expect(share?.low).toBeCloseTo(low, 4);
    expect(share?.high).toBeCloseTo(high, 4);
  });

  test('nothing is known without a case', () => {
    expect(shareOf(0, 0)).toBeNull();
  });

  test('holds the share, stays within 0 and 1, and is narrower with more cases', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(), (of, drawn) => {
        const hits = drawn % (of + 1);
        const [share, more] = [shareOf(hits, of), shareOf(hits * 4, of * 4)];
        if (!share || !more) return false;
        const holds = 0 <= share.low && share.low <= share.value && share.value <= share.high && share.high <= 1;
        return holds && more.high - more.low < share.high - share.low;
      }),
    );
  });

  test('a share under a threshold does not read as if it were met', () => {
    expect(shown(0.8999)).toBe('0.899');
    expect(shown(0.9)).toBe('0.900');
    expect([0.285, 0.57, 0.07].map(shown)).toEqual(['0.285', '0.570', '0.070']);
  });

  test('is told with the share', () => {
    const share = shareOf(9, 10);
    expect(share && shareText(share)).toBe('0.900 (95% interval 0.596 to 0.982)');
  });
});
