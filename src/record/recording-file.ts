import { appendFile, chmod, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RecordingLine } from '../evidence/importers/recording-lines.js';
import type { RedactionPolicy, RunRedactor } from '../evidence/redact.js';

/** The folder of recordings in the data folder. */
export const recordingsFolder = (home: string): string => join(home, 'recordings');

/** Where a session is written down: a folder for each server, a file for each session. */
export function recordingPath(home: string, server: string, session: { id: string; at: string }): string {
  return join(recordingsFolder(home), server, `${session.at.slice(0, 10)}-${session.id}.jsonl`);
}

/** The file of one session. What is written to it is redacted before; nobody but its owner can read it. */
export class RecordingFile {
  readonly #redactor: RunRedactor;
  #made = false;
  bytes = 0;
  /** how many of the bytes are in the store */
  stored = 0;

  constructor(
    readonly path: string,
    readonly server: string,
    readonly policy: RedactionPolicy,
  ) {
    this.#redactor = policy.runRedactor();
  }

  /** Replacements so far, by kind. */
  get redacted(): Readonly<Record<string, number>> {
    return this.#redactor.counts;
  }

  async append(lines: readonly RecordingLine[]): Promise<void> {
    const findings = await this.policy.search(lines);
    const text = lines.map((line) => `${JSON.stringify(this.#redactor.redact(line, findings))}\n`).join('');
    if (!this.#made) {
      await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
      await appendFile(this.path, '', { mode: 0o600 });
      await chmod(this.path, 0o600);
      this.#made = true;
    }
    // In one write, so that a process that is killed leaves whole lines.
    await appendFile(this.path, text);
    this.bytes += Buffer.byteLength(text);
  }
}
