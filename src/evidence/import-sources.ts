import { stat } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import type { WorkContext } from '../context.js';
import { FoundryError } from '../errors.js';
import { contentId, sha256 } from '../hash.js';
import type { FileRef } from '../receipts/model.js';
import { fileRef } from '../receipts/receipts.js';
import type { Roots } from '../roots.js';
import { oneLine } from '../visible.js';
import type { ImportInput } from './contract.js';
import { bytesOfFile, filesUnder } from './files.js';
import type { ImportSource } from './import-run.js';
import { type Recognized, recognize } from './importers/sniff.js';
import type { Source } from './model.js';
import type { OwnFiles } from './own-files.js';
import { bytesOf, type OpenBytes } from './read/spans.js';

/** What one import reads. */
export interface Inputs {
  readonly label: string;
  readonly sources: readonly ImportSource[];
  /** files of a folder that no importer knows, as messages call them */
  readonly unknown: readonly string[];
  readonly refs: readonly FileRef[];
}

export interface InputContext {
  readonly roots: Roots;
  readonly context: WorkContext;
  readonly policyDigest: string;
  readonly importedAt: string;
  readonly isOwn: OwnFiles;
  /** redacts what a person or client typed as a label */
  readonly clean: (text: string) => Promise<string>;
}

function unsupported(what: string): FoundryError {
  return new FoundryError(
    'unsupported_format',
    `${what} is in no format that can be imported.`,
    'Give a log in one of the formats that docs/formats.md shows (JSON or JSONL).',
  );
}

interface Found {
  readonly path: string;
  readonly label: string;
  readonly origin: Source['origin'];
  readonly ref: FileRef;
  readonly open: OpenBytes;
  readonly recognized: Recognized;
}

function sourceOf(found: Found, context: InputContext): ImportSource {
  const { importer } = found.recognized;
  const source: Source = {
    source_id: contentId('source', { source: found.label, path: found.path, origin: found.origin }),
    source: found.label,
    path: found.path,
    origin: found.origin,
    format: importer.format,
    bytes: found.ref.bytes,
    sha256: found.ref.sha256,
    importer: `${importer.format}@${importer.version}`,
    redaction_policy: context.policyDigest,
    imported_at: context.importedAt,
  };
  return { source, shown: found.ref.path, open: found.open, recognized: found.recognized };
}

/** A label stands in lists and cards: one line, with nothing in it that cannot be seen. */
async function labelOf(text: string, { clean }: InputContext): Promise<string> {
  return oneLine(await clean(text)) || 'unnamed';
}

async function fromContent(content: string, input: ImportInput, context: InputContext): Promise<Inputs> {
  const label = await labelOf(input.source ?? 'client', context);
  const open = bytesOf(content);
  const recognized = await recognize(open, input.format ?? 'auto');
  if (!recognized) throw unsupported('The content');
  const path = `client:${label}`;
  const ref = { path, sha256: sha256(content), bytes: Buffer.byteLength(content) };
  const source = sourceOf({ path, label, origin: 'client', ref, open, recognized }, context);
  return { label, sources: [source], unknown: [], refs: [ref] };
}

/** On the command line a person has named the path, which grants it; a client's path must lie in a granted folder. */
async function grantedPath(path: string, { roots, context }: InputContext): Promise<string> {
  if (context.via !== 'cli') return roots.readable(path);
  const full = resolve(path);
  const found = await stat(full).catch(() => undefined);
  if (found) return full;
  throw new FoundryError('not_found', `Nothing is at ${path}.`, 'Check the path.');
}

async function fromPath(path: string, input: ImportInput, context: InputContext): Promise<Inputs> {
  const root = await grantedPath(path, context);
  const label = await labelOf(input.source ?? basename(root), context);
  const isFolder = (await stat(root)).isDirectory();
  const sources: ImportSource[] = [];
  const unknown: string[] = [];
  const refs: FileRef[] = [];
  for (const file of await filesUnder(root)) {
    const shown = isFolder ? join(basename(root), relative(root, file)) : context.roots.display(file);
    const open = bytesOfFile(file);
    const recognized = (await context.isOwn(file)) ? undefined : await recognize(open, input.format ?? 'auto');
    if (!recognized) {
      if (!isFolder) throw unsupported(basename(file));
      unknown.push(shown);
      continue;
    }
    const ref = await fileRef(file, shown);
    refs.push(ref);
    sources.push(sourceOf({ path: file, label, origin: 'file', ref, open, recognized }, context));
  }
  if (sources.length === 0) throw unsupported('What the folder holds');
  return { label, sources, unknown, refs };
}

/**
 * Finds what an import is to read and in which format it is.
 * @throws FoundryError invalid_input, not_found, path_not_allowed, unsupported_format
 */
export async function findInputs(input: ImportInput, context: InputContext): Promise<Inputs> {
  if (input.path !== undefined && input.content === undefined) return fromPath(input.path, input, context);
  if (input.content !== undefined && input.path === undefined) return fromContent(input.content, input, context);
  throw new FoundryError('invalid_input', 'Exactly one of path and content is needed.', 'Give the path of a log.');
}
