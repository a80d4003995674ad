/** Damps the lead of the very first ranks (Cormack, Clarke and Buettcher 2009). */
const fusionConstant = 60;

/** Merges rankings, each best first, by reciprocal rank; 1 is the score of what is first in all of them. */
export function fuseRanks<K>(rankings: readonly (readonly K[])[]): Map<K, number> {
  const sums = new Map<K, number>();
  for (const ranking of rankings) {
    for (const [rank, key] of ranking.entries()) {
      sums.set(key, (sums.get(key) ?? 0) + 1 / (fusionConstant + rank + 1));
    }
  }
  const best = rankings.length / (fusionConstant + 1);
  return new Map([...sums].map(([key, sum]) => [key, Math.round((sum / best) * 1e4) / 1e4]));
}
