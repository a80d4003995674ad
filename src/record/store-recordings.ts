import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { plainContext } from '../context.js';
import { recordingSource } from '../evidence/importers/recording-lines.js';
import type { EvidenceService } from '../evidence/service.js';
import type { EvidenceStore } from '../evidence/store.js';
import { recordingsFolder } from './recording-file.js';

/** Younger files may belong to a session that goes on. */
const settledMs = 15_000;
const maxRecovered = 200;
/** What was written here has such a name; whatever else lies in the folder is none of ours. */
const fileName = /^\d{4}-\d\d-\d\d-session_[0-9a-f]{16}\.jsonl$/;

/** Beside a recording: how many of its bytes are in the store. A source alone does not say so, for an import may be cut short. */
const noteOf = (path: string): string => `${path}.stored`;

/** Puts a recording into the store. Lines that are there already count as duplicates, so that it can be done again and again. */
export async function storeRecording(
  evidence: Pick<EvidenceService, 'importEvidence'>,
  file: { readonly path: string; readonly server: string },
): Promise<void> {
  const { path, server } = file;
  const { size } = await stat(path);
  await evidence.importEvidence(
    { path, format: 'mcp_recording', source: recordingSource(server) },
    plainContext('cli'),
  );
  await writeFile(noteOf(path), `${size}\n`, { mode: 0o600 });
}

interface Found {
  readonly path: string;
  readonly server: string;
  /** of the file; the same wherever the data folder lies, and however its path is kept */
  readonly name: string;
}

async function* recordings(home: string): AsyncGenerator<Found> {
  const folder = recordingsFolder(home);
  for (const server of (await readdir(folder).catch(() => [])).sort()) {
    for (const name of (await readdir(join(folder, server)).catch(() => [])).sort()) {
      if (fileName.test(name)) yield { path: join(folder, server, name), server, name };
    }
  }
}

/**
 * The recordings of sessions that ended before all of them was in the store (a process that was killed, a store that could
 * not be written, too little time at the end).
 * @param now milliseconds since 1970
 */
export async function unstoredRecordings(
  home: string,
  store: Pick<EvidenceStore, 'listSources'>,
  now: number,
): Promise<{ path: string; server: string }[]> {
  const sources = new Set((await store.listSources()).map((source) => basename(source.path)));
  const found: Found[] = [];
  for await (const one of recordings(home)) {
    const { size, mtimeMs } = await stat(one.path);
    const note = await readFile(noteOf(one.path), 'utf8').catch(() => '');
    const isStored = Number(note || -1) >= size && sources.has(one.name);
    if (!isStored && now - mtimeMs > settledMs) found.push(one);
    if (found.length >= maxRecovered) break;
  }
  return found;
}

/** Deletes the recordings that sources with these paths were read from. Returns how many. */
export async function removeRecordings(home: string, paths: readonly string[]): Promise<number> {
  const names = new Set(paths.map((path) => basename(path)));
  let removed = 0;
  for await (const { path, name } of recordings(home)) {
    if (!names.has(name)) continue;
    for (const file of [path, noteOf(path)]) await rm(file, { force: true });
    removed += 1;
  }
  return removed;
}
