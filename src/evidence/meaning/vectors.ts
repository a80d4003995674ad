import { createDotKernel } from './dot-kernel.js';
import type { PlacedVector } from './model.js';

/** A record by how near it is. */
export interface Near {
  readonly seq: number;
  readonly cosine: number;
}

/** What is asked of the nearest. */
export interface NearestOptions {
  /** no more than so many */
  readonly limit: number;
  /** none that is less near */
  readonly least: number;
  /** only these places, in ascending order; all where it is absent */
  readonly among?: readonly number[] | undefined;
}

const firstRoom = 1_024;
const pageBytes = 65_536;
/** Memory grows by a quarter of itself, so that it is seldom moved. */
const growth = 1.25;
/** Products that are made at a time. */
const atOnce = 16_384;
/** The largest component of a query in 16 bits: with it no sum of 512 products of bytes passes 32 bits. */
const largest = 32_000;
const productBytes = 4;
const buckets = 4_096;

const aligned = (bytes: number): number => Math.ceil(bytes / 16) * 16;

/**
 * Quantized vectors in memory, a byte a component, that a query is compared with all of: its exact cosine to each takes one
 * pass over them, in a kernel of SIMD instructions.
 */
export class Vectors {
  readonly #kernel = createDotKernel();
  /** bytes of a vector, filled up with zeros */
  readonly #width: number;
  readonly #products: number;
  readonly #start: number;
  #seqs = new Float64Array(firstRoom);
  #lengths = new Float32Array(firstRoom);
  #scores = new Float32Array(firstRoom);
  #count = 0;

  constructor(readonly dimensions: number) {
    this.#width = aligned(dimensions);
    // The query stands first, 16 bits a component, then room for products, then the vectors.
    this.#products = this.#width * 2;
    this.#start = aligned(this.#products + atOnce * productBytes);
    this.#reserve(this.#start);
  }

  /** The place of the last one; 0 where there is none. */
  get last(): number {
    return this.#count === 0 ? 0 : (this.#seqs[this.#count - 1] ?? 0);
  }

  get count(): number {
    return this.#count;
  }

  /**
   * Adds vectors, whose places come after all that are there.
   * @throws RangeError where they have no room in memory
   */
  add(vectors: readonly PlacedVector[]): void {
    this.#reserve(this.#start + (this.#count + vectors.length) * this.#width);
    const bytes = new Int8Array(this.#kernel.memory.buffer);
    for (const { seq, vector } of vectors) {
      if (this.#count === this.#seqs.length) this.#grow();
      bytes.set(vector, this.#start + this.#count * this.#width);
      this.#seqs[this.#count] = seq;
      this.#lengths[this.#count] = lengthOf(vector);
      this.#count += 1;
    }
  }

  #reserve(bytes: number): void {
    const { memory } = this.#kernel;
    const has = memory.buffer.byteLength;
    if (bytes <= has) return;
    memory.grow(Math.ceil((Math.max(bytes, has * growth) - has) / pageBytes));
  }

  #grow(): void {
    const room = this.#seqs.length * 2;
    const seqs = new Float64Array(room);
    seqs.set(this.#seqs);
    const lengths = new Float32Array(room);
    lengths.set(this.#lengths);
    this.#seqs = seqs;
    this.#lengths = lengths;
    this.#scores = new Float32Array(room);
  }

  /** Those that are nearest to a vector of unit length, nearest first, of equally near ones the first place first. */
  nearest(query: Float32Array, { limit, least, among }: NearestOptions): Near[] {
    const unit = this.#put(query);
    const indexes = among && this.#indexesOf(among);
    const count = indexes?.length ?? this.#count;
    if (indexes) for (const [at, index] of indexes.entries()) this.#score(index, 1, at);
    else for (let from = 0; from < count; from += atOnce) this.#score(from, Math.min(atOnce, count - from), from);
    const cosineAt = (at: number): number => {
      const length = this.#lengths[indexes ? (indexes[at] ?? 0) : at] ?? 0;
      return length === 0 ? 0 : ((this.#scores[at] ?? 0) * unit) / length;
    };
    for (let at = 0; at < count; at += 1) this.#scores[at] = cosineAt(at);
    const enough = Math.max(least, leastOfBest(this.#scores, count, limit));
    const found: Near[] = [];
    for (let at = 0; at < count; at += 1) {
      const cosine = this.#scores[at] ?? 0;
      if (cosine >= enough) found.push({ seq: this.#seqs[indexes ? (indexes[at] ?? 0) : at] ?? 0, cosine });
    }
    return found.sort((a, b) => b.cosine - a.cosine || a.seq - b.seq).slice(0, limit);
  }

  /** Puts a query where the kernel finds it. @returns what its components are to be multiplied with */
  #put(query: Float32Array): number {
    const components = new Int16Array(this.#kernel.memory.buffer, 0, this.#width);
    let most = 0;
    for (const value of query) most = Math.max(most, Math.abs(value));
    const unit = most / largest;
    for (let i = 0; i < this.#width; i += 1) components[i] = unit === 0 ? 0 : Math.round((query[i] ?? 0) / unit);
    return unit;
  }

  /** The products of the query and of vectors that stand together. */
  #score(index: number, count: number, into: number): void {
    this.#kernel.dots(0, this.#start + index * this.#width, count, this.#width, this.#products);
    this.#scores.set(new Int32Array(this.#kernel.memory.buffer, this.#products, count), into);
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

/** In a loop: `Math.hypot` takes 25 times as long for so many. */
function lengthOf(vector: Int8Array): number {
  let squares = 0;
  for (let i = 0; i < vector.length; i += 1) squares += (vector[i] ?? 0) ** 2;
  return Math.sqrt(squares);
}

/** The cosine that the best `limit` have at least; a little lower, as they are counted in buckets. */
function leastOfBest(cosines: Float32Array, count: number, limit: number): number {
  if (count <= limit) return Number.NEGATIVE_INFINITY;
  const counts = new Int32Array(buckets);
  const bucketOf = (cosine: number): number =>
    Math.floor(((Math.min(1, Math.max(-1, cosine)) + 1) / 2) * (buckets - 1));
  for (let i = 0; i < count; i += 1) {
    const bucket = bucketOf(cosines[i] ?? 0);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  let seen = 0;
  for (let bucket = buckets - 1; bucket >= 0; bucket -= 1) {
    seen += counts[bucket] ?? 0;
    if (seen >= limit) return (bucket / (buckets - 1)) * 2 - 1;
  }
  return Number.NEGATIVE_INFINITY;
}
