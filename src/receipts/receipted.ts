import type { Clock, Via } from '../context.js';
import { FoundryError } from '../errors.js';
import type { JsonObject } from '../json.js';
import type { Store } from '../store.js';
import type { Receipt } from './model.js';
import { type ReceiptDraft, storeReceipt } from './receipts.js';

export interface ReceiptDeps {
  readonly store: Pick<Store, 'receipts' | 'exists'>;
  readonly clock: Clock;
}

/** What a receipt says of work that was done, beside when and by whom. */
export type Told = Pick<
  ReceiptDraft,
  'counts' | 'recordCounts' | 'inputs' | 'outputs' | 'errors' | 'warnings' | 'validationPass'
>;

export interface Receipted<T> {
  readonly command: string;
  /** Ids and settings only: specs hold hidden tests, and free text may hold anything. */
  readonly arguments: JsonObject;
  readonly via: Via;
  work(): Promise<T>;
  tell(result: T): Told | Promise<Told>;
}

/**
 * Does work and leaves a receipt of it, also where it fails; then the receipt carries the error.
 * @throws whatever the work throws
 */
export async function withReceipt<T>(
  { store, clock }: ReceiptDeps,
  what: Receipted<T>,
): Promise<{ readonly result: T; readonly receipt: Receipt }> {
  const { command, via } = what;
  const shared = { command, arguments: what.arguments, via, startedAt: clock.now(), startedMs: clock.elapsed() };
  let result: T;
  try {
    result = await what.work();
  } catch (error) {
    const told = error instanceof FoundryError ? `${error.code}: ${error.message}` : 'internal: the work failed';
    // A command that failed before anything was stored makes no store.
    if (store.exists()) await storeReceipt(store.receipts, clock, { ...shared, counts: {}, errors: [told] });
    throw error;
  }
  const receipt = await storeReceipt(store.receipts, clock, { ...shared, ...(await what.tell(result)) });
  return { result, receipt };
}

/** As `withReceipt`, for whom the receipt itself does not matter. @throws whatever the work throws */
export async function receipted<T>(deps: ReceiptDeps, what: Receipted<T>): Promise<T> {
  return (await withReceipt(deps, what)).result;
}

/** Of some arguments those that are there. */
export function given(values: Readonly<Record<string, JsonObject[string] | undefined>>): JsonObject {
  const there: JsonObject = {};
  for (const [name, value] of Object.entries(values)) if (value !== undefined) there[name] = value;
  return there;
}

/** How often each word occurs. */
export function tallied(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
