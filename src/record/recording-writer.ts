import { relative } from 'node:path';
import type { Config } from '../config.js';
import type { Clock } from '../context.js';
import type { RecordingLine, SessionLine } from '../evidence/importers/recording-lines.js';
import { parseBytes } from '../evidence/read/parse.js';
import { createRedactionPolicy, type RedactionPolicy } from '../evidence/redact.js';
import type { EvidenceService } from '../evidence/service.js';
import type { Logger } from '../log.js';
import { fileRef, storeReceipt } from '../receipts/receipts.js';
import type { Store } from '../store.js';
import { messagesOf } from './messages.js';
import { RecordingFile, recordingPath } from './recording-file.js';
import { type From, McpSession, type Moment, type SessionOptions } from './session.js';
import { storeRecording, unstoredRecordings } from './store-recordings.js';

export interface RecordingDeps {
  readonly config: Pick<Config, 'home' | 'file'>;
  readonly store: Store;
  readonly evidence: EvidenceService;
  readonly clock: Clock;
  readonly log: Logger;
  readonly session: SessionOptions;
}

/** After the first call the store follows within this time, and less and less often after that. */
const firstStoreMs = 1_500;
const maxStoreMs = 30_000;
/** The file is read from its beginning each time: that is to take no more than this share of the time. */
const storeShare = 0.05;

/** At the end of a session so long is left for what earlier ones left behind. */
const leftoverMs = 800;

/** What passed and what was written down of it. */
export type RecordingCounts = Record<
  'messages' | 'calls' | 'results' | 'unreadable' | 'not_observed' | 'sessions',
  number
>;

/**
 * Writes sessions down as they pass: first into a file of their own, redacted, then from there into the store. Nothing here is
 * waited for by the traffic, and no failure reaches it: what the store lacks is taken from the file the next time.
 */
export class RecordingWriter {
  readonly counts: RecordingCounts = {
    messages: 0,
    calls: 0,
    results: 0,
    unreadable: 0,
    not_observed: 0,
    sessions: 0,
  };
  readonly #policy: RedactionPolicy;
  readonly #session: McpSession;
  readonly #startedAt: string;
  readonly #startedMs: number;
  #queue: RecordingLine[] = [];
  #writing: Promise<void> = Promise.resolve();
  #storing: Promise<void> = Promise.resolve();
  #scheduled = false;
  #file: RecordingFile | null = null;
  readonly #done: RecordingFile[] = [];
  #storeAfterMs = firstStoreMs;
  #timer: NodeJS.Timeout | undefined;
  #failed = false;
  #closing = false;

  constructor(readonly deps: RecordingDeps) {
    this.#policy = createRedactionPolicy(deps.config.file.redaction);
    this.#session = new McpSession(deps.session);
    this.#startedAt = deps.clock.now();
    this.#startedMs = deps.clock.elapsed();
  }

  /** A line that passed. */
  take(line: Uint8Array, from: From, moment: Moment): void {
    const parsed = parseBytes(line);
    if (!('value' in parsed)) {
      this.counts.unreadable += 1;
      return;
    }
    for (const message of messagesOf(parsed.value)) {
      this.counts.messages += 1;
      this.#add(this.#session.see(message, from, moment));
    }
  }

  /** Puts into the store what earlier sessions left outside of it. */
  recover(): void {
    // The session at hand comes first.
    this.#store(() => this.#recover(() => this.#closing));
  }

  async #recover(isOver: () => boolean): Promise<void> {
    const { config, store, evidence, clock } = this.deps;
    for (const file of await unstoredRecordings(config.home, store.evidence, Date.parse(clock.now()))) {
      if (isOver()) return;
      await storeRecording(evidence, file);
    }
  }

  /** Ends the session and brings everything into its file, the store, and a receipt. */
  async close(moment: Moment): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#timer);
    this.#add(this.#session.end(moment));
    this.#write();
    await this.#writing;
    clearTimeout(this.#timer);
    this.#store(() => this.#toStore());
    this.#store(() => this.#receipt());
    const { clock } = this.deps;
    const ended = clock.elapsed();
    this.#store(() => this.#recover(() => clock.elapsed() - ended > leftoverMs));
    await this.#storing;
  }

  #add(lines: readonly RecordingLine[]): void {
    if (lines.length === 0) return;
    this.#queue.push(...lines);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#write();
  }

  /** One write after the other; the store is apart from them, for the file must not wait for it. */
  #write(): void {
    this.#writing = this.#writing.then(() => this.#append()).catch((error: unknown) => this.#failure(error));
  }

  #store(work: () => Promise<void>): void {
    this.#storing = this.#storing.then(work).catch((error: unknown) => this.#failure(error));
  }

  /** What fails is said, and stops nothing. */
  #failure(error: unknown): void {
    this.deps.log.report(error, 'record');
    if (!this.#failed) {
      const fix = 'The session goes on. What is in its recording and not in the store, the next record puts there.';
      this.deps.log.warn('recording_incomplete', { fix });
    }
    this.#failed = true;
  }

  async #append(): Promise<void> {
    this.#scheduled = false;
    const lines = this.#queue;
    this.#queue = [];
    let batch: RecordingLine[] = [];
    const append = async (): Promise<void> => {
      const ready = batch;
      batch = [];
      if (ready.length > 0) await this.#file?.append(ready);
    };
    for (const line of lines) {
      if (line.kind === 'session') {
        await append();
        this.#open(line);
      }
      if (line.kind === 'call') this.counts.calls += 1;
      if (line.kind === 'result') this.counts.results += 1;
      batch.push(line);
    }
    await append();
    if (lines.length > 0) this.#storeLater();
  }

  #open(line: SessionLine): void {
    const path = recordingPath(this.deps.config.home, line.server, { id: line.session, at: line.at });
    if (this.#file) this.#done.push(this.#file);
    this.#file = new RecordingFile(path, line.server, this.#policy);
    this.counts.sessions += 1;
  }

  #storeLater(): void {
    if (this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#store(() => this.#toStore());
    }, this.#storeAfterMs);
  }

  async #toStore(): Promise<void> {
    const started = this.deps.clock.elapsed();
    for (const file of this.#files) {
      const { bytes } = file;
      if (bytes === file.stored) continue;
      await storeRecording(this.deps.evidence, file);
      file.stored = bytes;
    }
    const took = this.deps.clock.elapsed() - started;
    this.#storeAfterMs = Math.max(Math.min(maxStoreMs, this.#storeAfterMs * 2), took / storeShare);
  }

  get #files(): RecordingFile[] {
    return this.#file ? [...this.#done, this.#file] : this.#done;
  }

  async #receipt(): Promise<void> {
    const files = this.#files;
    if (files.length === 0) return;
    const redacted: Record<string, number> = { redacted: 0 };
    for (const [kind, count] of files.flatMap((file) => Object.entries(file.redacted))) {
      redacted['redacted'] = (redacted['redacted'] ?? 0) + count;
      redacted[`redacted_${kind.toLowerCase()}`] = (redacted[`redacted_${kind.toLowerCase()}`] ?? 0) + count;
    }
    const { not_observed: missed } = this.counts;
    await storeReceipt(this.deps.store.receipts, this.deps.clock, {
      command: 'record',
      arguments: { servers: [...new Set(files.map((file) => file.server))] },
      outputs: await Promise.all(files.map(({ path }) => fileRef(path, relative(this.deps.config.home, path)))),
      counts: { ...this.counts, ...redacted },
      warnings: missed > 0 ? [`${missed} messages passed that were not observed.`] : [],
      startedAt: this.#startedAt,
      startedMs: this.#startedMs,
      via: 'cli',
    });
  }
}
