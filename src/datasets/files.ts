import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FoundryError } from '../errors.js';
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue, tryParseJson } from '../json.js';
import type { FileRef } from '../receipts/model.js';
import { splitNames } from './split.js';

/** Writes a file line by line and knows its hash and size at the end. */
export interface LineWriter {
  readonly lines: number;
  write(value: unknown): Promise<void>;
  /** @returns the file under its name alone, for the folder may be moved */
  close(): Promise<FileRef>;
  /** Lets go of a file that is not to be finished; harmless where it was closed. */
  abandon(): Promise<void>;
}

const flushAt = 1 << 20;

export async function openLines(folder: string, name: string): Promise<LineWriter> {
  const file: FileHandle = await open(join(folder, name), 'w');
  const hash = createHash('sha256');
  let buffered = '';
  let bytes = 0;
  let lines = 0;
  let isOpen = true;
  const release = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await file.close();
  };
  const flush = async (): Promise<void> => {
    const chunk = Buffer.from(buffered, 'utf8');
    buffered = '';
    hash.update(chunk);
    bytes += chunk.length;
    await file.writeFile(chunk);
  };
  return {
    get lines() {
      return lines;
    },
    async write(value) {
      buffered += `${JSON.stringify(value)}\n`;
      lines += 1;
      if (buffered.length >= flushAt) await flush();
    },
    async close() {
      try {
        await flush();
        await file.sync();
      } finally {
        await release();
      }
      return { path: name, sha256: hash.digest('hex'), bytes };
    },
    abandon: release,
  };
}

/**
 * The lines of a file, as a stream, cut at line feeds only: JSON text may hold U+2028, which line readers take for an end.
 */
export async function* readLines(path: string): AsyncGenerator<string> {
  let rest: Buffer[] = [];
  for await (const piece of createReadStream(path)) {
    const chunk = piece as Buffer;
    let from = 0;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
      yield Buffer.concat([...rest, chunk.subarray(from, at)]).toString('utf8');
      rest = [];
      from = at + 1;
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
  }
  if (rest.length > 0) yield Buffer.concat(rest).toString('utf8');
}

/** The JSON values of a JSONL file; undefined for a line that is not JSON, empty lines left out. */
export async function* readJsonLines(path: string): AsyncGenerator<JsonValue | undefined> {
  for await (const line of readLines(path)) if (line.trim() !== '') yield tryParseJson(line);
}

const fixedFiles = ['receipt.json', 'README.md', 'croissant.json'];

export const dataFile = (name: string, split: string): string => `${name}.${split}.jsonl`;
export const provenanceFile = (name: string): string => `${name}.provenance.jsonl`;

const allFiles = (name: string): string[] => [
  ...fixedFiles,
  provenanceFile(name),
  ...splitNames.map((split) => dataFile(name, split)),
];

interface Earlier {
  readonly name: string;
  readonly arguments: JsonObject;
}

async function builtBefore(folder: string): Promise<Earlier | null> {
  const text = await readFile(join(folder, 'receipt.json'), 'utf8').catch(() => '');
  const receipt = tryParseJson(text);
  if (!isJsonObject(receipt) || receipt['command'] !== 'build_sft') return null;
  const told = receipt['arguments'];
  return isJsonObject(told) && typeof told['name'] === 'string' ? { name: told['name'], arguments: told } : null;
}

/** What makes two builds builds of one data set. */
function configurationOf({ dataset_id: _id, output_dir: _dir, ...configuration }: JsonObject): JsonObject {
  return configuration;
}

/**
 * Refuses a folder in which the build would overwrite what is not an earlier build of the same data set: its card would
 * go on describing files that are gone.
 * @param told the arguments of the build, as its receipt will keep them
 * @throws FoundryError conflict
 */
export async function checkFolder(folder: string, name: string, told: JsonObject): Promise<void> {
  const present = new Set(await readdir(folder).catch(() => [] as string[]));
  const clash = allFiles(name).find((file) => present.has(file));
  if (clash === undefined) return;
  const earlier = await builtBefore(folder);
  if (earlier?.name === name) {
    const [before, now] = [configurationOf(earlier.arguments), configurationOf(told)];
    const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
    const changed = keys.filter((key) => canonicalJson(before[key] ?? null) !== canonicalJson(now[key] ?? null));
    if (changed.length === 0) return;
    throw new FoundryError(
      'conflict',
      `There is a data set ${name} of another configuration already (other: ${changed.join(', ')}).`,
      'Give another name or output_dir. With the same configuration it is built anew in its place.',
    );
  }
  throw new FoundryError(
    'conflict',
    `The output folder holds a ${clash} that is not of an earlier build of ${name}.`,
    'Give another output_dir, or empty the folder.',
  );
}

/**
 * Moves finished files into place, each at once; files of an earlier build that this one no longer makes go away. The
 * receipt goes first: where the program is killed in between, it tells the next build whose folder this is, and its
 * hashes tell a reader that files are missing.
 */
export async function publish(staging: string, folder: string, name: string): Promise<void> {
  const made = new Set(await readdir(staging));
  for (const file of allFiles(name)) {
    if (made.has(file)) await rename(join(staging, file), join(folder, file));
    else await rm(join(folder, file), { force: true });
  }
}
