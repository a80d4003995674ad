import { stat } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import type { WorkContext } from '../context.js';
import { FoundryError } from '../errors.js';
import { contentId, hashOf, sha256 } from '../hash.js';
import type { FileRef } from '../receipts/model.js';
import { fileRef } from '../receipts/receipts.js';
import type { Roots } from '../roots.js';
import { oneLine } from '../visible.js';
import type { ImportInput } from './contract.js';
import { atHand, bytesOfFile, filesUnder } from './files.js';
import type { ImportSource } from './import-run.js';
import type { Importer } from './importers/importer.js';
import { importerOf } from './importers/index.js';
import { mappedImporter } from './importers/mapped.js';
import type { LoadedMapping } from './importers/mapping.js';
import { type Recognized, recognize } from './importers/sniff.js';
import { loadMapping } from './load-mapping.js';
import type { Source } from './model.js';
import type { OwnFiles } from './own-files.js';
import { bytesOf, type OpenBytes } from './read/spans.js';
import { type CleanText, keptPath } from './source-path.js';
import { companionKind, spilledBeside } from './spilled.js';

/** What one import reads. */
export interface Inputs {
  readonly label: string;
  readonly sources: readonly ImportSource[];
  /** files of a folder that no importer knows, as messages call them */
  readonly unknown: readonly string[];
  /** what files of a folder are that belong to a log and are none, one entry a file */
  readonly companions: readonly string[];
  readonly refs: readonly FileRef[];
  /** A mapping that a client chose could make any outcome of a file: what it reads is the client's word. */
  readonly namespace: 'client' | null;
}

export interface InputContext {
  readonly roots: Roots;
  readonly context: WorkContext;
  readonly policyDigest: string;
  readonly importedAt: string;
  readonly isOwn: OwnFiles;
  /** redacts labels and names of files */
  readonly clean: CleanText;
}

function unsupported(what: string): FoundryError {
  return new FoundryError(
    'unsupported_format',
    `${what} is in no format that can be imported.`,
    'Give a log in one of the formats that docs/formats.md shows (JSON or JSONL).',
  );
}

/** How the files are to be read: as one format, by a mapping, or as what they are found to be. */
interface Reading {
  readonly only: Importer | undefined;
  readonly mapping: (LoadedMapping & { readonly ref: FileRef }) | undefined;
}

async function readingOf(input: ImportInput, context: InputContext): Promise<Reading> {
  const { format = 'auto', mapping: named } = input;
  if (named === undefined) {
    if (format === 'mapped') throw new FoundryError('invalid_input', 'This format needs a mapping.', 'Name its file.');
    return { only: format === 'auto' ? undefined : importerOf(format), mapping: undefined };
  }
  if (format !== 'auto' && format !== 'mapped') {
    throw new FoundryError(
      'invalid_input',
      'A mapping and another format do not go together.',
      'Leave out the format.',
    );
  }
  const path = await grantedPath(named, context);
  const loaded = await loadMapping(path, context.clean);
  const ref = await fileRef(path, context.roots.display(path));
  return { only: mappedImporter(loaded), mapping: { ...loaded, ref } };
}

interface Found {
  readonly path: string;
  readonly label: string;
  readonly origin: Source['origin'];
  readonly ref: FileRef;
  readonly open: OpenBytes;
  readonly recognized: Recognized;
  readonly mapping: LoadedMapping | undefined;
}

async function sourceOf(found: Found, context: InputContext): Promise<ImportSource> {
  const { importer } = found.recognized;
  const path = await keptPath(found.path, context.clean);
  const place = { source: found.label, path, origin: found.origin };
  const by = found.mapping ? `:${found.mapping.mapping.name}:${found.mapping.sha256.slice(0, 16)}` : '';
  const source: Source = {
    // Two files may be kept under one path where redaction changed it: then their content tells them apart.
    source_id: contentId('source', path === found.path ? place : { ...place, sha256: found.ref.sha256 }),
    source: found.label,
    path,
    origin: found.origin,
    format: importer.format,
    bytes: found.ref.bytes,
    sha256: found.ref.sha256,
    importer: `${importer.format}@${importer.version}${by}`,
    redaction_policy: context.policyDigest,
    imported_at: context.importedAt,
  };
  // What was spilled beside a session is read with it.
  const beside = importer.format === 'claude_code' ? await spilledBeside(found.path) : [];
  const { sha256, importer: by_importer, redaction_policy } = source;
  const key = hashOf({ sha256, importer: by_importer, redaction_policy, layout: found.recognized.layout, beside });
  return {
    source,
    key: found.origin === 'file' ? key : null,
    path: found.path,
    shown: found.ref.path,
    open: found.open,
    recognized: found.recognized,
  };
}

/** A label stands in lists and cards: one line, with nothing in it that cannot be seen. */
async function labelOf(text: string, { clean }: InputContext): Promise<string> {
  return oneLine(await clean(text)) || 'unnamed';
}

async function fromContent(content: string, input: ImportInput, context: InputContext): Promise<Inputs> {
  const { only, mapping } = await readingOf(input, context);
  const label = await labelOf(input.source ?? 'client', context);
  const open = bytesOf(content);
  const recognized = await recognize(open, only);
  if (!recognized) throw unsupported('The content');
  const path = `client:${label}`;
  const ref = { path, sha256: sha256(content), bytes: Buffer.byteLength(content) };
  const source = await sourceOf({ path, label, origin: 'client', ref, open, recognized, mapping }, context);
  const refs = mapping ? [ref, mapping.ref] : [ref];
  return { label, sources: [source], unknown: [], companions: [], refs, namespace: 'client' };
}

/** On the command line a person has named the path, which grants it; a client's path must lie in a granted folder. */
export async function grantedPath(
  path: string,
  { roots, context }: { readonly roots: Roots; readonly context: Pick<WorkContext, 'via'> },
): Promise<string> {
  if (context.via !== 'cli') return roots.readable(path);
  const full = resolve(path);
  const found = await stat(full).catch(() => undefined);
  if (found) return full;
  throw new FoundryError('not_found', `Nothing is at ${path}.`, 'Check the path.');
}

async function fromPath(path: string, input: ImportInput, context: InputContext): Promise<Inputs> {
  const { only, mapping } = await readingOf(input, context);
  const namespace = mapping && context.context.via !== 'cli' ? 'client' : null;
  const origin = namespace ?? 'file';
  const root = await grantedPath(path, context);
  const label = await labelOf(input.source ?? basename(root), context);
  const isFolder = (await stat(root)).isDirectory();
  const sources: ImportSource[] = [];
  const unknown: string[] = [];
  const companions: string[] = [];
  const refs: FileRef[] = [];
  for (const file of await filesUnder(root)) {
    const companion = isFolder ? await companionKind(file) : null;
    if (companion !== null) {
      companions.push(companion);
      continue;
    }
    const name = isFolder ? join(basename(root), relative(root, file)) : context.roots.display(file);
    const shown = await keptPath(name, context.clean);
    const open = bytesOfFile(file);
    const recognized = (await context.isOwn(file)) ? undefined : await recognize(await atHand(file, open), only);
    if (!recognized) {
      if (!isFolder) throw unsupported(basename(file));
      unknown.push(shown);
      continue;
    }
    const ref = await fileRef(file, shown);
    refs.push(ref);
    sources.push(await sourceOf({ path: file, label, origin, ref, open, recognized, mapping }, context));
  }
  if (sources.length === 0) throw unsupported('What the folder holds');
  if (mapping) refs.push(mapping.ref);
  return { label, sources: inOrderOfWriting(sources), unknown, companions, refs, namespace };
}

/**
 * Sessions in the order in which they were begun, the shorter first: of what a session repeats of another, the one where it
 * was written keeps it. Other files stay in order of name.
 */
function inOrderOfWriting(sources: readonly ImportSource[]): ImportSource[] {
  const key = ({ recognized, source }: ImportSource): string =>
    `${recognized.startsAt ?? ''} ${String(source.bytes).padStart(16, '0')}`;
  const sessions = sources.filter((one) => one.source.format === 'claude_code');
  const sorted = sessions
    .map((one) => ({ one, at: key(one) }))
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const next = sorted[Symbol.iterator]();
  return sources.map((one) => (one.source.format === 'claude_code' ? (next.next().value?.one ?? one) : one));
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
