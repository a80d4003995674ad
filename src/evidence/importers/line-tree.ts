/** What a line is in the tree of its file. */
export type LineKind = 'other' | 'request' | 'answer' | 'message' | 'compaction';

const codes: Readonly<Record<LineKind, number>> = { other: 0, request: 1, answer: 2, message: 3, compaction: 4 };
const { request, answer, compaction } = codes;
const none = -1;

/** Beyond this many lines a file's branches are not looked for, so that they cost 100 MB at most. */
const maxLines = 2_000_000;

/** A text as one of 2^52 numbers, so that ids of many lines can be remembered in little memory. */
function numberOf(id: string): number {
  let high = 0x811c9dc5;
  let low = 0x2545f491;
  for (let at = 0; at < id.length; at += 1) {
    const code = id.charCodeAt(at);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ code, 0x5bd1e995) ^ (low >>> 15);
  }
  return (high >>> 6) * 2 ** 26 + (low >>> 6);
}

export interface Line {
  readonly id: string;
  readonly parent: string | null;
  readonly kind: LineKind;
  /** of the message that the line is a part of */
  readonly message: string | null;
  readonly sidechain: boolean;
}

/**
 * The lines of one file as trees, by the ids with which lines name the one before them. A few bytes are kept of each line.
 * A line whose parent did not come before it starts a tree; so does the first line of a sidechain.
 */
export class LineTree {
  #ids = new Float64Array(1024);
  #messages = new Float64Array(1024);
  #parents = new Int32Array(1024);
  #roots = new Int32Array(1024);
  #kinds = new Uint8Array(1024);
  #sides = new Uint8Array(1024);
  #slots = new Int32Array(2048).fill(none);
  #count = 0;
  #full = false;

  /** A line whose id was seen before is a copy and changes nothing. */
  add(line: Line): void {
    const id = numberOf(line.id);
    if (this.#full || this.#find(id) !== none) return;
    if (this.#count >= maxLines) {
      this.#full = true;
      return;
    }
    if (this.#count === this.#ids.length) this.#grow();
    const at = this.#count;
    const parent = line.parent === null ? none : this.#find(numberOf(line.parent));
    const side = line.sidechain ? 1 : 0;
    this.#ids[at] = id;
    this.#messages[at] = line.message === null ? none : numberOf(line.message);
    const joined = parent !== none && this.#sides[parent] === side;
    this.#parents[at] = joined ? parent : none;
    this.#roots[at] = joined ? (this.#roots[parent] ?? at) : at;
    this.#kinds[at] = codes[line.kind];
    this.#sides[at] = side;
    this.#count += 1;
    this.#slots[this.#slotOf(id)] = at;
  }

  /** The place of a line among those that were added, or undefined. */
  placeOf(id: string): number | undefined {
    const at = this.#find(numberOf(id));
    return at === none ? undefined : at;
  }

  /** The place of the line that a line's tree starts with. */
  rootOf(place: number): number {
    return this.#roots[place] ?? place;
  }

  /**
   * The lines that a person left behind by going back, by their places: 1 for each. The way from a tree's last message back
   * to its start is what counts. A branch beside it was left behind where a request starts it, or starts what took its place,
   * and where it is more than the rest of the message that it hangs on: answers of parallel calls stand beside the way too.
   * What a compaction took the place of was summed up, not left.
   * Sidechains have no branches.
   */
  abandoned(): Uint8Array {
    const marks = new Uint8Array(this.#count);
    if (this.#full) return marks;
    const after = this.#ways();
    const heads = new Int32Array(this.#count).fill(none);
    const firsts = new Uint8Array(this.#count);
    const goesOn = new Uint8Array(this.#count);
    for (let at = 0; at < this.#count; at += 1) {
      const parent = this.#parents[at] ?? none;
      if (after[at] !== offTheWay || parent === none) continue;
      const head = after[parent] === offTheWay ? (heads[parent] ?? none) : at;
      heads[at] = head;
      if (head === none) continue;
      const kind = this.#kinds[at] ?? 0;
      if (kind !== codes.other && firsts[head] === 0) firsts[head] = kind;
      const hangsOn = this.#parents[head] ?? none;
      if (kind === request || (kind === answer && this.#messages[at] !== this.#messages[hangsOn])) goesOn[head] = 1;
    }
    for (let at = 0; at < this.#count; at += 1) {
      const head = heads[at] ?? none;
      if (head === none || goesOn[head] !== 1) continue;
      const instead = after[this.#parents[head] ?? none] ?? none;
      const taken = instead < 0 ? codes.other : this.#kinds[instead];
      if (taken !== compaction && (firsts[head] === request || taken === request)) marks[at] = 1;
    }
    return marks;
  }

  /** For each line on the way of its tree the message that comes next on it (or `isLast`), else `offTheWay`. */
  #ways(): Int32Array {
    const after = new Int32Array(this.#count).fill(offTheWay);
    const done = new Uint8Array(this.#count);
    for (let last = this.#count - 1; last >= 0; last -= 1) {
      const root = this.#roots[last] ?? 0;
      if (this.#kinds[last] === codes.other || this.#sides[last] === 1 || done[root] === 1) continue;
      done[root] = 1;
      let next = isLast;
      for (let at = last; at !== none; at = this.#parents[at] ?? none) {
        after[at] = next;
        if (this.#kinds[at] !== codes.other) next = at;
      }
    }
    return after;
  }

  #find(id: number): number {
    return this.#slots[this.#slotOf(id)] ?? none;
  }

  /** The slot that holds the id, or the free one where it belongs. */
  #slotOf(id: number): number {
    const mask = this.#slots.length - 1;
    let slot = (id % 0x7fffffff) & mask;
    for (;;) {
      const at = this.#slots[slot] ?? none;
      if (at === none || this.#ids[at] === id) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    const size = this.#ids.length * 2;
    const larger = <A extends Float64Array | Int32Array | Uint8Array>(made: A, from: A): A => {
      made.set(from);
      return made;
    };
    this.#ids = larger(new Float64Array(size), this.#ids);
    this.#messages = larger(new Float64Array(size), this.#messages);
    this.#parents = larger(new Int32Array(size), this.#parents);
    this.#roots = larger(new Int32Array(size), this.#roots);
    this.#kinds = larger(new Uint8Array(size), this.#kinds);
    this.#sides = larger(new Uint8Array(size), this.#sides);
    this.#slots = new Int32Array(size * 2).fill(none);
    for (let at = 0; at < this.#count; at += 1) this.#slots[this.#slotOf(this.#ids[at] ?? 0)] = at;
  }
}

const offTheWay = -3;
const isLast = -2;
