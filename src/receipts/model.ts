import * as z from 'zod';
import type { JsonObject } from '../json.js';

const fileRef = z.strictObject({ path: z.string(), sha256: z.string(), bytes: z.int().min(0) });

/** What one command read, wrote and counted, with hashes. */
export const receiptSchema = z.strictObject({
  schema_version: z.literal(1),
  receipt_id: z.string(),
  command: z.string(),
  arguments: z.record(z.string(), z.unknown()),
  version: z.string(),
  git_sha: z.string().length(40).nullable().describe('of the code, where it is known'),
  inputs: z.array(fileRef),
  outputs: z.array(fileRef),
  counts: z.record(z.string(), z.int()),
  record_counts: z
    .strictObject({ in: z.int().min(0), out: z.int().min(0) })
    .optional()
    .describe('records read and records written; absent in older receipts and where nothing is a record'),
  validation_pass: z.boolean(),
  errors: z.array(z.string()),
  warnings: z.array(z.string()),
  started_at: z.string(),
  ended_at: z.string(),
  duration_ms: z.number(),
  via: z.enum(['cli', 'mcp', 'elicited']),
  unsubstantiated: z
    .array(z.string())
    .optional()
    .describe('what of the receipt nothing proves, in words; empty where all can be checked'),
});
export type Receipt = z.infer<typeof receiptSchema>;
export type FileRef = z.infer<typeof fileRef>;

export interface ReceiptStore {
  putReceipt(receipt: Receipt): Promise<void>;
  getReceipt(receiptId: string): Promise<Receipt | undefined>;
  listReceipts(limit: number, after?: string): Promise<Receipt[]>;
  /** What stands before the store: takes secrets and personal data out of what a receipt quotes. */
  clean?(quoted: JsonObject): Promise<JsonObject>;
}
