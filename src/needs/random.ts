import { mix } from './min-hash.js';

/** Numbers in [0, 1) from a seed: the same seed, the same numbers, on every machine (a Weyl sequence, scrambled). */
export function seededRandom(seed: number): () => number {
  let state = mix(seed) >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    return mix(mix(state) ^ state) / 2 ** 32;
  };
}

/** `count` of the numbers from 0 to `total` - 1, ascending: each choice as likely as another (Floyd's algorithm). */
export function sampleIndices(total: number, count: number, random: () => number): number[] {
  const chosen = new Set<number>();
  for (let top = Math.max(0, total - count); top < total; top += 1) {
    const pick = Math.floor(random() * (top + 1));
    chosen.add(chosen.has(pick) ? top : pick);
  }
  return [...chosen].sort((a, b) => a - b);
}
