import { Buckets } from './buckets.js';
import { bandKeys, bands, isNear, type TokenSets } from './min-hash.js';
import { distinctSets } from './token-sets.js';

/**
 * A group beyond this size takes only what is also near to its first text: long chains of small differences would
 * otherwise join texts that have nothing in common.
 */
const guardedSize = 32;
/** Texts of one bucket that a text is compared with, newest first: a template's bucket would cost quadratic time. */
const maxCompared = 16;

/**
 * Merges near-duplicates: equal token sets first, then MinHash candidates verified by exact Jaccard of at least 0.7.
 * @returns the group of each text, numbered from 0 by first appearance
 */
export function groupTexts(texts: readonly string[]): Int32Array {
  const { sets, hashes, setOf } = distinctSets(texts);
  const parents = mergeNear(sets, bandKeys(sets, hashes));
  const numbers = new Map<number, number>();
  return setOf.map((set) => {
    const root = find(parents, set);
    const number = numbers.get(root) ?? numbers.size;
    numbers.set(root, number);
    return number;
  });
}

function mergeNear(sets: TokenSets, keys: Uint32Array): Int32Array {
  const count = sets.starts.length - 1;
  const parents = Int32Array.from({ length: count }, (_, index) => index);
  const sizes = new Int32Array(count).fill(1);
  for (let band = 0; band < bands; band += 1) {
    const buckets = new Buckets(count);
    for (let set = 0; set < count; set += 1) {
      let other = buckets.push(keys[set * bands + band] ?? 0, set);
      for (let compared = 0; other >= 0 && compared < maxCompared; compared += 1) {
        const root = find(parents, set);
        const otherRoot = find(parents, other);
        if (root !== otherRoot && isNear(sets, set, other) && mayJoin(sets, sizes, [root, otherRoot])) {
          const [first, second] = root < otherRoot ? [root, otherRoot] : [otherRoot, root];
          parents[second] = first;
          sizes[first] = (sizes[first] ?? 0) + (sizes[second] ?? 0);
        }
        other = buckets.before(other);
      }
    }
  }
  return parents;
}

function mayJoin(sets: TokenSets, sizes: Int32Array, [a, b]: readonly [number, number]): boolean {
  return (sizes[a] ?? 0) + (sizes[b] ?? 0) <= guardedSize || isNear(sets, a, b);
}

/** Root of a set's tree, halving the path on the way. */
function find(parents: Int32Array, start: number): number {
  let at = start;
  for (;;) {
    const parent = parents[at] ?? at;
    if (parent === at) return at;
    const grandparent = parents[parent] ?? parent;
    parents[at] = grandparent;
    at = grandparent;
  }
}
