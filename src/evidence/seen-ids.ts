const free = -1;

/** Remembers which ids were seen, each a hash in hex, in a few bytes an id. */
export class SeenIds {
  #slots = new Float64Array(1024).fill(free);
  #count = 0;

  /** @returns whether the id was new */
  add(id: string): boolean {
    if (this.#count * 2 >= this.#slots.length) this.#grow();
    if (!this.#put(Number.parseInt(id.slice(0, 13), 16))) return false;
    this.#count += 1;
    return true;
  }

  #put(key: number): boolean {
    const mask = this.#slots.length - 1;
    for (let slot = (key % 0x7fffffff) & mask; ; slot = (slot + 1) & mask) {
      if (this.#slots[slot] === key) return false;
      if (this.#slots[slot] !== free) continue;
      this.#slots[slot] = key;
      return true;
    }
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Float64Array(before.length * 2).fill(free);
    for (const key of before) if (key !== free) this.#put(key);
  }
}
