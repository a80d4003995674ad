/** The 0.975 quantile of the normal distribution: of a two-sided interval of 95%. */
const z = 1.959963984540054;

/** A share with what it was counted from, and the interval in which the true rate lies. */
export interface Share {
  readonly hits: number;
  readonly of: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The Wilson score interval of 95% around a share (E. B. Wilson, "Probable inference, the law of succession, and
 * statistical inference", Journal of the American Statistical Association 22, 1927, pp. 209-212). It stays within 0 and 1
 * and says something sensible of few cases and of shares that are 0 or 1, where the usual normal interval has no width.
 * @returns null without a case: nothing is known then
 */
export function shareOf(hits: number, of: number): Share | null {
  if (of <= 0) return null;
  const value = hits / of;
  const spread = 1 + z ** 2 / of;
  const middle = (value + z ** 2 / (2 * of)) / spread;
  const half = (z / spread) * Math.sqrt((value * (1 - value)) / of + z ** 2 / (4 * of ** 2));
  // At the ends the bound is the share itself, which rounding would miss by a hair.
  const low = hits === 0 ? 0 : middle - half;
  const high = hits === of ? 1 : middle + half;
  return { hits, of, value, low, high };
}

/** Three places, never rounded up: a share under a threshold must not read as if it were met. */
export function shown(value: number): string {
  return (Math.floor(value * 1000 + 1e-9) / 1000).toFixed(3);
}

export function shareText({ value, low, high }: Share): string {
  return `${shown(value)} (95% interval ${low.toFixed(3)} to ${high.toFixed(3)})`;
}
