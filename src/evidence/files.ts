import { createReadStream } from 'node:fs';
import { open as openFile, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Compression, compressionOf, decompressed, sliceOf } from './read/compressed.js';
import { bytesOf, type OpenBytes } from './read/spans.js';

const chunkBytes = 1024 * 1024;

/** Folders that hold no logs. */
const skipped: ReadonlySet<string> = new Set(['node_modules', '.git']);

function rawBytesOf(path: string): OpenBytes {
  return async function* open() {
    for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes })) yield chunk as Buffer;
  };
}

async function compressionOfFile(path: string): Promise<Compression | null> {
  const file = await openFile(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return compressionOf(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

/** The text of a file, decompressed where it is compressed, as a stream that can be opened again and again. */
export function bytesOfFile(path: string): OpenBytes {
  return async function* open() {
    const raw = rawBytesOf(path);
    const compression = await compressionOfFile(path);
    yield* compression === null ? raw() : decompressed(raw, compression)();
  };
}

const smallBytes = 1024 * 1024;

/** A small file, read once: finding out what it is takes several looks at its beginning. */
export async function atHand(path: string, open: OpenBytes): Promise<OpenBytes> {
  if ((await stat(path)).size > smallBytes) return open;
  const bytes = await readFile(path);
  const compression = compressionOf(bytes);
  return compression === null ? bytesOf(bytes) : decompressed(bytesOf(bytes), compression);
}

/** The plain files under a folder in order of name, or the file itself. Links are not followed: they could lead anywhere. */
export async function filesUnder(path: string): Promise<string[]> {
  if ((await stat(path)).isFile()) return [path];
  const files: string[] = [];
  const visit = async (folder: string): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const full = join(folder, entry.name);
      if (entry.isDirectory() && !skipped.has(entry.name)) await visit(full);
      else if (entry.isFile()) files.push(full);
    }
  };
  await visit(path);
  return files;
}

/** Part of a file's text; shorter than asked where the file is; undefined where there is no such plain file. */
export async function readSlice(path: string, offset: number, length: number): Promise<Uint8Array | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) return undefined;
  const compression = await compressionOfFile(path);
  if (compression !== null) return sliceOf(decompressed(rawBytesOf(path), compression), offset, length);
  const file = await openFile(path, 'r');
  try {
    const buffer = Buffer.alloc(Math.min(length, Math.max(0, found.size - offset)));
    let done = 0;
    while (done < buffer.length) {
      const { bytesRead } = await file.read(buffer, done, buffer.length - done, offset + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return buffer.subarray(0, done);
  } finally {
    await file.close();
  }
}
