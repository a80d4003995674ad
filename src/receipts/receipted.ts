import type { ConfigFile } from '../config.js';
import type { Clock, Via } from '../context.js';
import { FoundryError } from '../errors.js';
import { createCleaner } from '../evidence/clean.js';
import type { JsonObject } from '../json.js';
import type { Store } from '../store.js';
import type { Receipt } from './model.js';
import { type ReceiptDraft, storeReceipt } from './receipts.js';

export interface ReceiptDeps {
  readonly store: Pick<Store, 'receipts' | 'exists'>;
  readonly clock: Clock;
  readonly config?: { readonly file: Pick<ConfigFile, 'redaction'> };
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

/** What is known of work before it is done. */
export type Begun<T> = Pick<Receipted<T>, 'command' | 'arguments' | 'via' | 'work'>;

/** Of an error never more than the words that were meant for outside. */
function failureText(error: unknown): string {
  return error instanceof FoundryError ? `${error.code}: ${error.message}` : 'internal: the work failed';
}

/** How a receipt tells of an error. It may say back what was typed, and that may hold anything: it is cleaned. */
export async function cleanFailure({ config }: Pick<ReceiptDeps, 'config'>, error: unknown): Promise<string> {
  return (await createCleaner(config?.file.redaction)(failureText(error))).value;
}

interface Started {
  readonly startedAt: string;
  readonly startedMs: number;
}

async function recordFailure<T>(deps: ReceiptDeps, what: Begun<T>, start: Started, error: unknown): Promise<void> {
  const { store, clock } = deps;
  // A command that failed before anything was stored makes no store.
  if (!store.exists()) return;
  const { command, via } = what;
  try {
    const clean = createCleaner(deps.config?.file.redaction);
    const said = (await clean({ arguments: what.arguments, error: failureText(error) })).value;
    const draft = { command, arguments: said.arguments, via, ...start, counts: {}, errors: [said.error] };
    await storeReceipt(store.receipts, clock, draft);
  } catch {
    // A store that takes no receipt (a full disk, another writer) must not hide why the work failed.
  }
}

/**
 * Does work that leaves a receipt itself when it ends; where it fails, leaves one that carries the error.
 * @throws whatever the work throws
 */
export async function receiptOfFailure<T>(deps: ReceiptDeps, what: Begun<T>): Promise<T> {
  const start = { startedAt: deps.clock.now(), startedMs: deps.clock.elapsed() };
  try {
    return await what.work();
  } catch (error) {
    await recordFailure(deps, what, start, error);
    throw error;
  }
}

/**
 * Does work and leaves a receipt of it, also where it fails; then the receipt carries the error.
 * @throws whatever the work throws
 */
export async function withReceipt<T>(
  deps: ReceiptDeps,
  what: Receipted<T>,
): Promise<{ readonly result: T; readonly receipt: Receipt }> {
  const { command, via } = what;
  const start = { startedAt: deps.clock.now(), startedMs: deps.clock.elapsed() };
  const result = await receiptOfFailure(deps, what);
  const draft = { command, arguments: what.arguments, via, ...start, ...(await what.tell(result)) };
  return { result, receipt: await storeReceipt(deps.store.receipts, deps.clock, draft) };
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
