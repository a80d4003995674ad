import type { PlacedVector } from './model.js';

const firstRoom = 1_024;
const buckets = 4_096;
/** Table values are integers up to this: sums of 64 of them stay far below what 32 bits hold. */
const scale = 100_000;

/**
 * The signs of vectors, a bit a component, in memory. What is near a query by these is found in one pass over 64 bytes a
 * record; the caller compares the few that are nearest by their whole vectors.
 */
export class Signatures {
  readonly #bytes: number;
  #seqs = new Float64Array(firstRoom);
  #bits: Uint8Array;
  #scores = new Int32Array(firstRoom);
  #count = 0;

  constructor(readonly dimensions: number) {
    this.#bytes = dimensions / 8;
    this.#bits = new Uint8Array(firstRoom * this.#bytes);
  }

  /** The place of the last one; 0 where there is none. */
  get last(): number {
    return this.#count === 0 ? 0 : (this.#seqs[this.#count - 1] ?? 0);
  }

  get count(): number {
    return this.#count;
  }

  /** Adds vectors, whose places come after all that are there. */
  add(vectors: readonly PlacedVector[]): void {
    for (const { seq, vector } of vectors) {
      if (this.#count === this.#seqs.length) this.#grow();
      this.#seqs[this.#count] = seq;
      const from = this.#count * this.#bytes;
      for (let byte = 0; byte < this.#bytes; byte += 1) {
        let bits = 0;
        for (let bit = 0; bit < 8; bit += 1) if ((vector[byte * 8 + bit] ?? 0) > 0) bits |= 1 << bit;
        this.#bits[from + byte] = bits;
      }
      this.#count += 1;
    }
  }

  #grow(): void {
    const room = this.#seqs.length * 2;
    const seqs = new Float64Array(room);
    seqs.set(this.#seqs);
    const bits = new Uint8Array(room * this.#bytes);
    bits.set(this.#bits);
    this.#seqs = seqs;
    this.#bits = bits;
    this.#scores = new Int32Array(room);
  }

  /**
   * The places of those nearest to a query, in no order: `limit` of them, or a few more where several are equally near.
   * @param among only these places, in ascending order; all where it is absent
   */
  nearest(query: Float32Array, limit: number, among?: readonly number[]): number[] {
    const table = tableOf(query);
    const at = among ? this.#indexesOf(among) : undefined;
    const count = at ? at.length : this.#count;
    for (let i = 0; i < count; i += 1) this.#scores[i] = this.#score(table, at ? (at[i] ?? 0) : i);
    const least = leastOfBest(this.#scores, count, limit);
    const found: number[] = [];
    for (let i = 0; i < count; i += 1) {
      if ((this.#scores[i] ?? 0) >= least) found.push(this.#seqs[at ? (at[i] ?? 0) : i] ?? 0);
    }
    return found;
  }

  #score(table: Int32Array, index: number): number {
    const bits = this.#bits;
    const end = (index + 1) * this.#bytes;
    let sum = 0;
    let other = 0;
    // Two sums at a time do not wait for one another.
    for (let at = index * this.#bytes, row = 0; at < end; at += 2, row += 512) {
      sum += table[row + (bits[at] ?? 0)] ?? 0;
      other += table[row + 256 + (bits[at + 1] ?? 0)] ?? 0;
    }
    return sum + other;
  }

  #indexesOf(seqs: readonly number[]): number[] {
    const indexes: number[] = [];
    let low = 0;
    for (const seq of seqs) {
      let high = this.#count;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((this.#seqs[middle] ?? 0) < seq) low = middle + 1;
        else high = middle;
      }
      if (low < this.#count && this.#seqs[low] === seq) indexes.push(low);
    }
    return indexes;
  }
}

/** For each byte of a signature and each value of it: what the eight components of the query then come to. */
function tableOf(query: Float32Array): Int32Array {
  const table = new Int32Array((query.length / 8) * 256);
  for (let byte = 0; byte < query.length / 8; byte += 1) {
    for (let value = 0; value < 256; value += 1) {
      let sum = 0;
      for (let bit = 0; bit < 8; bit += 1) {
        const component = query[byte * 8 + bit] ?? 0;
        sum += (value >> bit) & 1 ? component : -component;
      }
      table[byte * 256 + value] = Math.round(sum * scale);
    }
  }
  return table;
}

/** The score that the best `limit` have at least; a little lower, as scores are counted in buckets. */
function leastOfBest(scores: Int32Array, count: number, limit: number): number {
  if (count <= limit) return Number.NEGATIVE_INFINITY;
  let [low, high] = [scores[0] ?? 0, scores[0] ?? 0];
  for (let i = 1; i < count; i += 1) {
    low = Math.min(low, scores[i] ?? 0);
    high = Math.max(high, scores[i] ?? 0);
  }
  const width = (high - low + 1) / buckets;
  const counts = new Int32Array(buckets);
  for (let i = 0; i < count; i += 1) {
    const bucket = Math.floor(((scores[i] ?? 0) - low) / width);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  let seen = 0;
  for (let bucket = buckets - 1; bucket >= 0; bucket -= 1) {
    seen += counts[bucket] ?? 0;
    if (seen >= limit) return low + bucket * width;
  }
  return low;
}
