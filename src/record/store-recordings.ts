import { readdir, rm, stat } from 'node:fs/promises';
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

/** Puts a recording into the store. Lines that are there already count as duplicates, so that it can be done again and again. */
export async function storeRecording(
  evidence: Pick<EvidenceService, 'importEvidence'>,
  file: { readonly path: string; readonly server: string },
): Promise<void> {
  const { path, server } = file;
  await evidence.importEvidence(
    { path, format: 'mcp_recording', source: recordingSource(server) },
    plainContext('cli'),
  );
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
 * not be written), by comparing each file's size with that of its source.
 * @param now milliseconds since 1970
 */
export async function unstoredRecordings(
  home: string,
  store: Pick<EvidenceStore, 'listSources'>,
  now: number,
): Promise<{ path: string; server: string }[]> {
  const stored = new Map((await store.listSources()).map((source) => [basename(source.path), source.bytes]));
  const found: Found[] = [];
  for await (const one of recordings(home)) {
    const { size, mtimeMs } = await stat(one.path);
    if (size !== stored.get(one.name) && now - mtimeMs > settledMs) found.push(one);
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
    await rm(path, { force: true });
    removed += 1;
  }
  return removed;
}
