/** Lists of items by a 32-bit key, in typed arrays: an open-addressed table of each key's newest item, and links to those before. */
export class Buckets {
  readonly #mask: number;
  readonly #keys: Uint32Array;
  readonly #heads: Int32Array;
  readonly #links: Int32Array;

  /** Items are numbered from 0 and below `count`. */
  constructor(count: number) {
    const capacity = 2 ** Math.ceil(Math.log2(Math.max(4, count * 2)));
    this.#mask = capacity - 1;
    this.#keys = new Uint32Array(capacity);
    this.#heads = new Int32Array(capacity).fill(-1);
    this.#links = new Int32Array(count).fill(-1);
  }

  /** Adds an item and returns the newest one before it under its key, or -1. */
  push(key: number, item: number): number {
    const slot = this.#slot(key);
    const newest = this.#heads[slot] ?? -1;
    this.#keys[slot] = key;
    this.#heads[slot] = item;
    this.#links[item] = newest;
    return newest;
  }

  /** The newest item of a key, or -1. */
  newest(key: number): number {
    return this.#heads[this.#slot(key)] ?? -1;
  }

  /** The item that was pushed before this one under the same key, or -1. */
  before(item: number): number {
    return this.#links[item] ?? -1;
  }

  #slot(key: number): number {
    let slot = key & this.#mask;
    while (this.#heads[slot] !== -1 && this.#keys[slot] !== key) slot = (slot + 1) & this.#mask;
    return slot;
  }
}
