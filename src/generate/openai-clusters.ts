import { FoundryError, throwIfCancelled } from '../errors.js';

/** Errors that the next cluster would meet as well. */
const endsAll = new Set(['needs_setup', 'budget_exceeded', 'cancelled', 'internal', 'busy', 'limit']);
/** Clusters in a row whose calls failed, after which the endpoint is taken to be down. */
const patience = 3;

export interface Failed {
  readonly failed: FoundryError;
}

/**
 * Works through items, a few at a time, with results in the order of the items. A call that failed costs its own item;
 * three in a row, all of them, or an error that would meet every item, end the work with that error.
 */
export async function eachCluster<Item, Result>(
  items: readonly Item[],
  options: { readonly concurrency: number; readonly signal: AbortSignal },
  work: (item: Item, signal: AbortSignal) => Promise<Result>,
): Promise<(Result | Failed)[]> {
  const results: (Result | Failed)[] = [];
  let next = 0;
  let failedInARow = 0;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  let fatal: unknown;
  const worker = async (): Promise<void> => {
    while (next < items.length && fatal === undefined) {
      throwIfCancelled(options.signal);
      const at = next;
      next += 1;
      const item = items[at];
      if (item === undefined) return;
      try {
        results[at] = await work(item, signal);
        failedInARow = 0;
      } catch (error) {
        if (fatal !== undefined) return;
        failedInARow += 1;
        const alone = error instanceof FoundryError && !endsAll.has(error.code) && items.length > 1;
        if (alone && failedInARow < patience) results[at] = { failed: error };
        else {
          fatal = error;
          stop.abort();
        }
      }
    }
  };
  const workers = Array.from({ length: Math.max(1, Math.min(4, options.concurrency)) }, worker);
  await Promise.all(workers);
  if (fatal !== undefined) throw fatal;
  const failures = results.filter(isFailed);
  const [first] = failures;
  if (first && failures.length === items.length) throw first.failed;
  return results;
}

function isFailed(result: unknown): result is Failed {
  return typeof result === 'object' && result !== null && 'failed' in result;
}
