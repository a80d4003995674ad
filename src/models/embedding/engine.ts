import { localDimensions, type Recipe } from './recipe.js';
import type { ModelRuntime } from './runtime.js';

/** The model looks at no more pieces than this. */
const maxPieces = 128;
/** Characters of one text that are looked at at all: far more than 128 pieces have. */
const maxCharacters = 4_000;
/** The tokenizer's time grows with the square of a word's length; longer words are cut. */
const maxWord = 64;
const maxCachedWords = 100_000;
/** Pieces in one run of the full model, padding counted: more is slower for long texts, fewer for short ones. */
const piecesPerRun = 192;
const vectorsPerRun = 256;
/** The constant of smooth inverse frequency weighting (Arora, Liang and Ma, 2017). */
const smoothing = 1e-4;

/** Turns texts into rows of `localDimensions` numbers, one row of unit length a text; a row of zeros where nothing can be said. */
export interface Engine {
  embed(recipe: Recipe, texts: readonly string[]): Promise<Float32Array>;
}

export function createEngine(runtime: ModelRuntime): Engine {
  const encode = createEncoder(runtime);
  const pieces = createPieceTable(runtime);
  return {
    async embed(recipe, texts) {
      const lists = texts.map(encode);
      if (recipe === 'full') return runFull(runtime, lists);
      await pieces.need(lists);
      return sumPieces(pieces.table, lists);
    },
  };
}

/** Pieces never cross white space, so words can be encoded one by one and remembered. */
function createEncoder(runtime: ModelRuntime): (text: string) => number[] {
  const known = new Map<string, number[]>();
  const encodeWord = (word: string): number[] => {
    const found = known.get(word);
    if (found) return found;
    const ids = runtime.encode(word);
    if (known.size >= maxCachedWords) known.clear();
    known.set(word, ids);
    return ids;
  };
  return (text) => {
    const ids: number[] = [];
    for (const word of text.slice(0, maxCharacters).split(/\s+/)) {
      for (let at = 0; at < word.length; at += maxWord) {
        for (const id of encodeWord(word.slice(at, at + maxWord))) ids.push(id);
      }
    }
    return ids;
  };
}

async function runFull(runtime: ModelRuntime, lists: readonly number[][]): Promise<Float32Array> {
  const rows = new Float32Array(lists.length * localDimensions);
  const clipped = lists.map((ids) => ids.slice(0, maxPieces));
  const order = clipped
    .map((_, index) => index)
    .filter((index) => lengthOf(clipped, index) > 0)
    .sort((a, b) => lengthOf(clipped, a) - lengthOf(clipped, b) || a - b);
  let from = 0;
  while (from < order.length) {
    let to = from + 1;
    while (to < order.length && (to - from + 1) * lengthOf(clipped, order[to] ?? 0) <= piecesPerRun) to += 1;
    const batch = order.slice(from, to);
    const vectors = await runtime.run(batch.map((index) => clipped[index] ?? []));
    batch.forEach((index, row) => {
      rows.set(vectors.subarray(row * localDimensions, (row + 1) * localDimensions), index * localDimensions);
    });
    from = to;
  }
  return rows;
}

function lengthOf(lists: readonly number[][], index: number): number {
  return lists[index]?.length ?? 0;
}

interface PieceTable {
  /** Row by piece id: the model's vector for the piece alone, times its weight. */
  readonly table: Float32Array;
  need(lists: readonly number[][]): Promise<void>;
}

/**
 * Each piece goes through the model once, when it is first met: at most the vocabulary's 8,000 short runs, about 4 s.
 * Weights follow the tokenizer's own probabilities; frequencies of the corpus would favour what templates repeat.
 */
function createPieceTable(runtime: ModelRuntime): PieceTable {
  const size = runtime.logProbabilities.length;
  const table = new Float32Array(size * localDimensions);
  const known = new Uint8Array(size);
  return {
    table,
    async need(lists) {
      const missing = [...new Set(lists.flat())].filter((id) => !known[id]).sort((a, b) => a - b);
      for (let from = 0; from < missing.length; from += vectorsPerRun) {
        const batch = missing.slice(from, from + vectorsPerRun);
        const vectors = await runtime.run(batch.map((id) => [id]));
        batch.forEach((id, row) => {
          const weight = smoothing / (smoothing + Math.exp(runtime.logProbabilities[id] ?? 0));
          for (let i = 0; i < localDimensions; i += 1) {
            table[id * localDimensions + i] = weight * (vectors[row * localDimensions + i] ?? 0);
          }
          known[id] = 1;
        });
      }
    },
  };
}

function sumPieces(table: Float32Array, lists: readonly number[][]): Float32Array {
  const rows = new Float32Array(lists.length * localDimensions);
  lists.forEach((ids, index) => {
    const row = rows.subarray(index * localDimensions, (index + 1) * localDimensions);
    for (const id of ids) {
      const from = id * localDimensions;
      for (let i = 0; i < localDimensions; i += 1) row[i] = (row[i] ?? 0) + (table[from + i] ?? 0);
    }
    let squares = 0;
    for (const value of row) squares += value * value;
    const length = Math.sqrt(squares);
    if (length > 0) for (let i = 0; i < localDimensions; i += 1) row[i] = (row[i] ?? 0) / length;
  });
  return rows;
}
