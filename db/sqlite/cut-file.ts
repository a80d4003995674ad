import { closeSync, openSync, readSync, statSync } from 'node:fs';

const headerBytes = 100;
const magic = 'SQLite format 3\0';

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function headerOf(path: string): Buffer {
  const header = Buffer.alloc(headerBytes);
  const file = openSync(path, 'r');
  try {
    readSync(file, header, 0, headerBytes, 0);
  } finally {
    closeSync(file);
  }
  return header;
}

/**
 * Whether a database file is shorter than its own header says. SQLite reads zeros where the end is missing, and fills the file
 * up with them when it next writes: afterwards nothing tells. While a journal stands beside the file, that may hold the rest.
 */
export function isCutShort(path: string): boolean {
  const size = sizeOf(path);
  if (size < headerBytes || sizeOf(`${path}-wal`) > 0 || sizeOf(`${path}-journal`) > 0) return false;
  const header = headerOf(path);
  if (header.toString('latin1', 0, magic.length) !== magic) return false;
  // Programs older than the count of pages leave a count behind that is not theirs.
  if (header.readUInt32BE(24) !== header.readUInt32BE(92)) return false;
  const page = header.readUInt16BE(16);
  return size < header.readUInt32BE(28) * (page === 1 ? 65_536 : page);
}
