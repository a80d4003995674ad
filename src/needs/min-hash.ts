/** Bands times rows of the MinHash signature (Broder, 1997; banding after Leskovec, Rajaraman and Ullman, ch. 3). */
export const bands = 6;
export const rows = 4;
const size = bands * rows;

/** Scrambles 32 bits so that near inputs are far apart (the finalizer of MurmurHash3, public domain). */
export function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/** Token sets of many texts in one array: those of text `i` are `tokens[starts[i] .. starts[i + 1]]`, ascending, each once. */
export interface TokenSets {
  readonly tokens: Int32Array;
  readonly starts: Int32Array;
}

/** A key for each band of each text: texts that share a band share its key. */
export function bandKeys({ tokens, starts }: TokenSets, hashes: Uint32Array): Uint32Array {
  const count = starts.length - 1;
  const keys = new Uint32Array(count * bands);
  const signature = new Uint32Array(size);
  const multipliers = Uint32Array.from({ length: size }, (_, i) => mix(2 * i + 1) | 1);
  const offsets = Uint32Array.from({ length: size }, (_, i) => mix(2 * i + 2));
  for (let text = 0; text < count; text += 1) {
    signature.fill(0xffffffff);
    for (let at = starts[text] ?? 0; at < (starts[text + 1] ?? 0); at += 1) {
      const hash = hashes[tokens[at] ?? 0] ?? 0;
      for (let i = 0; i < size; i += 1) {
        const value = (Math.imul(hash, multipliers[i] ?? 1) + (offsets[i] ?? 0)) >>> 0;
        if (value < (signature[i] ?? 0)) signature[i] = value;
      }
    }
    for (let band = 0; band < bands; band += 1) {
      let key = band + 1;
      for (let row = 0; row < rows; row += 1) key = mix(Math.imul(key, 31) + (signature[band * rows + row] ?? 0));
      keys[text * bands + band] = key;
    }
  }
  return keys;
}

/** Whether two token sets share at least 7 of 10 of their tokens (Jaccard), counted exactly. */
export function isNear({ tokens, starts }: TokenSets, a: number, b: number): boolean {
  let i = starts[a] ?? 0;
  let j = starts[b] ?? 0;
  const iEnd = starts[a + 1] ?? 0;
  const jEnd = starts[b + 1] ?? 0;
  const [shorter, longer] = [Math.min(iEnd - i, jEnd - j), Math.max(iEnd - i, jEnd - j)];
  if (shorter * 10 < longer * 7) return false;
  const total = shorter + longer;
  let shared = 0;
  while (i < iEnd && j < jEnd) {
    const x = tokens[i] ?? 0;
    const y = tokens[j] ?? 0;
    if (x === y) shared += 1;
    if (x <= y) i += 1;
    if (y <= x) j += 1;
  }
  return shared * 10 >= (total - shared) * 7;
}
