import * as z from 'zod';
import type { WorkContext } from '../context.js';
import { FoundryError } from '../errors.js';
import { type JsonObject, tryParseJson } from '../json.js';
import type { FileRef } from '../receipts/model.js';
import { storeReceipt } from '../receipts/receipts.js';
import type { KnowledgeDeps } from './deps.js';
import { claimDrift } from './drift-claims.js';
import type { Drifted, DriftInput, DriftOutput } from './drift-contract.js';
import { corpusDrift } from './drift-corpus.js';
import { libraryDrift } from './drift-library.js';
import { scoreDrift } from './drift-scores.js';

/** What two states have in common to be compared, and in what they differ. */
export interface Drift {
  readonly compared: number;
  readonly changed: readonly Drifted[];
  readonly summary: string;
  /** Files that were read for it. */
  readonly inputs?: readonly FileRef[];
}

const cursorSchema = z.strictObject({ from: z.int().min(1), receipt: z.string() });
const defaultPage = 20;

function readCursor(text: string): z.infer<typeof cursorSchema> {
  const parsed = cursorSchema.safeParse(tryParseJson(Buffer.from(text, 'base64url').toString('utf8')));
  if (parsed.success) return parsed.data;
  throw new FoundryError(
    'invalid_input',
    'The cursor is not one that compare_drift gave.',
    'Leave it out to start anew.',
  );
}

const ways = { scores: scoreDrift, library: libraryDrift, corpus: corpusDrift, claims: claimDrift } as const;

/** Where a document was compared, it is named as `inputs` name it. */
function argumentsOf(input: DriftInput, inputs: Drift['inputs']): JsonObject {
  const { kind, from, to } = input;
  return { kind, from: inputs?.[0]?.path ?? from, to };
}

/**
 * What differs between two states. It reads what stands in the store and judges nothing.
 * @throws FoundryError not_found where a state is not known, invalid_input, cancelled
 */
export async function compareDrift(deps: KnowledgeDeps, input: DriftInput, context: WorkContext): Promise<DriftOutput> {
  const startedAt = deps.clock.now();
  const startedMs = deps.clock.elapsed();
  const cursor = input.cursor === undefined ? undefined : readCursor(input.cursor);
  const { compared, changed, summary, inputs } = await ways[input.kind](deps, input, context);
  const receiptId =
    cursor?.receipt ??
    (
      await storeReceipt(deps.store.receipts, deps.clock, {
        command: 'compare_drift',
        arguments: argumentsOf(input, inputs),
        inputs: inputs ?? [],
        counts: { compared, changed: changed.length },
        recordCounts: { in: compared, out: changed.length },
        startedAt,
        startedMs,
        via: context.via,
      })
    ).receipt_id;
  const from = cursor?.from ?? 0;
  const to = from + (input.limit ?? defaultPage);
  const next = Buffer.from(JSON.stringify({ from: to, receipt: receiptId })).toString('base64url');
  return {
    changed: changed.slice(from, to),
    summary,
    ...(changed.length > to ? { next_cursor: next } : {}),
    receipt_id: receiptId,
  };
}
