import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Clock, Via } from '../context.js';
import { contentId } from '../hash.js';
import type { JsonObject } from '../json.js';
import { version } from '../version.js';
import { codeSha } from './code-sha.js';
import { type FileRef, type Receipt, type ReceiptStore, receiptSchema } from './model.js';

export interface ReceiptDraft {
  readonly command: string;
  readonly arguments: JsonObject;
  readonly inputs?: readonly FileRef[];
  readonly outputs?: readonly FileRef[];
  readonly counts: Readonly<Record<string, number>>;
  readonly recordCounts?: { readonly in: number; readonly out: number };
  readonly errors?: readonly string[];
  readonly warnings?: readonly string[];
  readonly validationPass?: boolean;
  readonly startedAt: string;
  readonly startedMs: number;
  readonly via: Via;
}

/** What a reader of the receipt has to take on trust. */
function unsubstantiatedIn(draft: ReceiptDraft, sha: string | null): string[] {
  const named = [...(draft.inputs ?? []), ...(draft.outputs ?? [])];
  return [
    ...(named.length === 0 ? ['no file is named by its hash: what was read and written is in the store'] : []),
    ...(sha === null ? ['the commit of the code is not known, only its version'] : []),
    ...(Object.keys(draft.counts).length === 0 ? ['nothing was counted'] : []),
  ];
}

/** The parts of a receipt that repeat what was said: somebody may have said what must not be kept. */
const quotedSchema = receiptSchema.pick({ arguments: true, errors: true, warnings: true });

/** Completes, stores and returns a receipt. A receipt that carries errors never says that validation passed. */
export async function storeReceipt(store: ReceiptStore, clock: Clock, draft: ReceiptDraft): Promise<Receipt> {
  const quoted = {
    arguments: draft.arguments,
    errors: [...(draft.errors ?? [])],
    warnings: [...(draft.warnings ?? [])],
  };
  const kept = quotedSchema.parse((await store.clean?.(quoted)) ?? quoted);
  const { errors } = kept;
  const sha = codeSha();
  const body = {
    schema_version: 1 as const,
    command: draft.command,
    arguments: kept.arguments,
    version,
    git_sha: sha,
    inputs: [...(draft.inputs ?? [])],
    outputs: [...(draft.outputs ?? [])],
    counts: { ...draft.counts },
    ...(draft.recordCounts && { record_counts: { ...draft.recordCounts } }),
    validation_pass: errors.length === 0 && draft.validationPass !== false,
    errors,
    warnings: kept.warnings,
    started_at: draft.startedAt,
    ended_at: clock.now(),
    duration_ms: Math.round(clock.elapsed() - draft.startedMs),
    via: draft.via,
    unsubstantiated: unsubstantiatedIn(draft, sha),
  };
  const receipt = receiptSchema.parse({ ...body, receipt_id: contentId('receipt', body) });
  await store.putReceipt(receipt);
  return receipt;
}

/** Hashes and sizes of files that were read or written, as they may be named outside. */
export async function fileRefs(paths: readonly string[], display: (path: string) => string): Promise<FileRef[]> {
  return Promise.all(paths.map((path) => fileRef(path, display(path))));
}

/** Hash and size of a file, read as a stream. */
export async function fileRef(path: string, shownAs: string = path): Promise<FileRef> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return { path: shownAs, sha256: hash.digest('hex'), bytes: (await stat(path)).size };
}
