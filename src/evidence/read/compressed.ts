import { pipeline, Readable, type Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import type { OpenBytes } from './spans.js';

/** The compressed data ends early, is damaged, or expands beyond reason. What came before it was read. */
export class DamagedCompression extends Error {}

export type Compression = 'gzip' | 'zstd';

/** How a file is compressed, by how it begins. */
export function compressionOf(head: Uint8Array): Compression | null {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  return head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd ? 'zstd' : null;
}

/** Logs shrink to a tenth or a fiftieth; what expands more than this, beyond the first 256 MB, was made to. */
const maxExpansion = 250;
const freeBytes = 256 * 1024 * 1024;

class ExpansionGuard {
  #read = 0;
  #written = 0;

  async *reads(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      this.#read += chunk.length;
      yield chunk;
    }
  }

  wrote(count: number): void {
    this.#written += count;
    if (this.#written > freeBytes && this.#written > this.#read * maxExpansion) throw new DamagedCompression();
  }
}

/** Node has it from 22.15 on. */
function nodeZstd(): Transform | null {
  const make: unknown = Reflect.get(zlib, 'createZstdDecompress');
  const made: unknown = typeof make === 'function' ? Reflect.apply(make, zlib, []) : null;
  return made !== null && isTransform(made) ? made : null;
}

function isTransform(value: unknown): value is Transform {
  return value instanceof Readable && 'write' in value;
}

async function* throughNode(bytes: AsyncIterable<Uint8Array>, transform: Transform): AsyncGenerator<Uint8Array> {
  // The error comes out of the loop below; a callback has to be there all the same.
  const out = pipeline(Readable.from(bytes), transform, () => undefined);
  for await (const chunk of out) if (chunk instanceof Uint8Array) yield chunk;
}

async function* throughFzstd(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { Decompress } = await import('fzstd');
  let done: Uint8Array[] = [];
  const stream = new Decompress((data) => {
    if (data.length > 0) done.push(data);
  });
  const take = (): Uint8Array[] => {
    const taken = done;
    done = [];
    return taken;
  };
  for await (const chunk of bytes) {
    // In small steps, for all that a step gives is held at once.
    for (let at = 0; at < chunk.length; at += stepBytes) {
      stream.push(chunk.subarray(at, at + stepBytes));
      yield* take();
    }
  }
  stream.push(new Uint8Array(0), true);
  yield* take();
}

const stepBytes = 16 * 1024;

/**
 * The text within compressed bytes, as a stream; it can be opened again and again.
 * @throws DamagedCompression while it is read
 */
export function decompressed(open: OpenBytes, compression: Compression): OpenBytes {
  return async function* text() {
    const guard = new ExpansionGuard();
    const bytes = guard.reads(open());
    const transform = compression === 'gzip' ? zlib.createGunzip() : nodeZstd();
    try {
      for await (const chunk of transform ? throughNode(bytes, transform) : throughFzstd(bytes)) {
        guard.wrote(chunk.length);
        yield chunk;
      }
    } catch (error) {
      // An error of the file system has a call; those of the decompressors have none.
      if (error instanceof Error && 'syscall' in error) throw error;
      if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') throw error;
      throw new DamagedCompression();
    }
  };
}

/** Part of a stream; shorter than asked where the stream is, or where it is damaged. */
export async function sliceOf(open: OpenBytes, offset: number, length: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let at = 0;
  try {
    for await (const chunk of open()) {
      const piece = chunk.subarray(Math.max(0, offset - at), Math.max(0, offset + length - at));
      if (piece.length > 0) pieces.push(piece);
      at += chunk.length;
      if (at >= offset + length) break;
    }
  } catch (error) {
    if (!(error instanceof DamagedCompression)) throw error;
  }
  return Buffer.concat(pieces);
}
