// What Node's types do not say of WebAssembly.
declare global {
  namespace WebAssembly {
    class Memory {
      readonly buffer: ArrayBuffer;
      /** @throws RangeError where there is no more */
      grow(pages: number): number;
    }
    class Module {
      constructor(bytes: Uint8Array);
    }
    class Instance {
      constructor(module: Module);
      readonly exports: Readonly<Record<string, unknown>>;
    }
  }
}

/** Multiplies vectors of bytes with one of 16 bits: what JavaScript has no instructions for, and WebAssembly has. */
export interface DotKernel {
  readonly memory: WebAssembly.Memory;
  /**
   * The dot products of a query and of vectors that stand one after the other.
   * @param query address of its components, 16 bits each
   * @param vectors address of the first vector, a byte a component
   * @param dimensions a multiple of 16
   * @param out address of the first product, 32 bits each
   */
  dots(query: number, vectors: number, count: number, dimensions: number, out: number): void;
}

// What the instructions below are called in the WebAssembly specification, core 2.0.
const i32 = 0x7f;
const v128 = 0x7b;
const block = [0x02, 0x40];
const loop = [0x03, 0x40];
const end = 0x0b;
const brIf = (depth: number): number[] => [0x0d, depth];
const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];
const tee = (local: number): number[] => [0x22, local];
const constant = (value: number): number[] => [0x41, value];
const i32Store = [0x36, 2, 0];
const i32Eqz = 0x45;
const i32LtU = 0x49;
const i32Add = 0x6a;
const i32Sub = 0x6b;
const v128Load = (offset: number): number[] => [0xfd, 0x00, 0, offset];
const v128Zero = [0xfd, 0x0c, ...Array<number>(16).fill(0)];
const i32x4Lane = (lane: number): number[] => [0xfd, 0x1b, lane];
const i16x8ExtendLowI8x16S = [0xfd, 0x87, 0x01];
const i16x8ExtendHighI8x16S = [0xfd, 0x88, 0x01];
const i32x4Add = [0xfd, 0xae, 0x01];
const i32x4DotI16x8S = [0xfd, 0xba, 0x01];

const [query, vectors, count, dimensions, out, last, at, sums, bytes] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
const step = (local: number, by: number): number[] => [...get(local), ...constant(by), i32Add];

/** Sixteen components of a vector, times those of the query, added to four sums. */
const sixteen = [
  ...[...get(sums), ...get(vectors), ...v128Load(0), ...tee(bytes), ...i16x8ExtendLowI8x16S],
  ...[...get(at), ...v128Load(0), ...i32x4DotI16x8S, ...i32x4Add],
  ...[...get(bytes), ...i16x8ExtendHighI8x16S, ...get(at), ...v128Load(16), ...i32x4DotI16x8S],
  ...[...i32x4Add, ...set(sums)],
];

const sumOfSums = [
  ...[...get(sums), ...i32x4Lane(0), ...get(sums), ...i32x4Lane(1), i32Add],
  ...[...get(sums), ...i32x4Lane(2), i32Add, ...get(sums), ...i32x4Lane(3), i32Add],
];

const body = [
  ...[...block, ...get(count), i32Eqz, ...brIf(0)],
  ...[...loop, ...v128Zero, ...set(sums), ...get(query), ...set(at)],
  ...[...get(vectors), ...get(dimensions), i32Add, ...set(last)],
  ...[...loop, ...sixteen, ...step(at, 32), ...set(at)],
  ...[...step(vectors, 16), ...tee(vectors), ...get(last), i32LtU, ...brIf(0), end],
  ...[...get(out), ...sumOfSums, ...i32Store, ...step(out, 4), ...set(out)],
  ...[...get(count), ...constant(1), i32Sub, ...tee(count), ...brIf(0)],
  ...[end, end, end],
];

const text = (value: string): number[] => [value.length, ...Buffer.from(value, 'latin1')];
/** A length: in seven bits a byte, the lowest first. */
const length = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...length(Math.floor(value / 0x80))];
const section = (id: number, content: readonly number[]): number[] => [id, ...length(content.length), ...content];

const locals = [3, 2, i32, 1, v128, 1, v128];
const code = [...locals, ...body];

const module = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...section(1, [1, 0x60, 5, i32, i32, i32, i32, i32, 0]),
  ...section(3, [1, 0]),
  ...section(5, [1, 0x00, 1]),
  ...section(7, [2, ...text('memory'), 0x02, 0, ...text('dots'), 0x00, 0]),
  ...section(10, [1, ...length(code.length), ...code]),
]);

export function createDotKernel(): DotKernel {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module));
  const { memory, dots } = exports;
  if (!(memory instanceof WebAssembly.Memory) || typeof dots !== 'function') throw new Error('no kernel');
  return {
    memory,
    dots: (...args) => {
      dots(...args);
    },
  };
}
