import { Buckets } from './buckets.js';
import { mix, type TokenSets } from './min-hash.js';
import { wordsOf } from './words.js';

/** The distinct token sets of texts, and which text has which. */
export interface Distinct {
  readonly sets: TokenSets;
  /** hash by token id */
  readonly hashes: Uint32Array;
  /** number of the token set by text */
  readonly setOf: Int32Array;
}

/** Words of all texts as numbers, in order of first appearance. */
class Words {
  readonly #ids = new Map<string, number>();
  readonly hashes: number[] = [];
  /** number of the last text that a word was met in */
  readonly #met: number[] = [];

  /** The words of a text, each once, ascending. */
  read(text: string, number: number): Int32Array {
    const words = wordsOf(text);
    const own = new Int32Array(words.length);
    let count = 0;
    for (const word of words) {
      const id = this.#ids.get(word) ?? this.#add(word);
      if (this.#met[id] === number) continue;
      this.#met[id] = number;
      own[count] = id;
      count += 1;
    }
    return own.subarray(0, count).sort();
  }

  #add(word: string): number {
    const id = this.#ids.size;
    this.#ids.set(word, id);
    let hash = 0x811c9dc5;
    for (let i = 0; i < word.length; i += 1) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
    this.hashes.push(mix(hash));
    this.#met.push(-1);
    return id;
  }
}

export function distinctSets(texts: readonly string[]): Distinct {
  const words = new Words();
  const known = new Map<string, number>();
  const buckets = new Buckets(texts.length);
  const sets: Int32Array[] = [];
  const setOf = Int32Array.from(texts, (text, number) => {
    const exact = known.get(text);
    if (exact !== undefined) return exact;
    const own = words.read(text, number);
    const index = place(own, sets, buckets);
    known.set(text, index);
    return index;
  });
  return { sets: joined(sets), hashes: Uint32Array.from(words.hashes), setOf };
}

/** The number of an equal set, or that of this one, added. */
function place(own: Int32Array, sets: Int32Array[], buckets: Buckets): number {
  let key = 0;
  for (let i = 0; i < own.length; i += 1) key = mix(Math.imul(key, 31) + (own[i] ?? 0));
  for (let at = buckets.newest(key); at >= 0; at = buckets.before(at)) {
    if (isEqual(own, sets[at])) return at;
  }
  const index = sets.length;
  sets.push(own);
  buckets.push(key, index);
  return index;
}

function isEqual(a: Int32Array, b: Int32Array | undefined): boolean {
  if (b === undefined || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}

function joined(sets: readonly Int32Array[]): TokenSets {
  const starts = new Int32Array(sets.length + 1);
  sets.forEach((set, index) => {
    starts[index + 1] = (starts[index] ?? 0) + set.length;
  });
  const tokens = new Int32Array(starts.at(-1) ?? 0);
  sets.forEach((set, index) => {
    tokens.set(set, starts[index]);
  });
  return { tokens, starts };
}
