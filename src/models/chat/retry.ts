import { FoundryError } from '../../errors.js';

export interface RetryPolicy {
  /** Tries after the first. */
  readonly maxRetries: number;
  /** Milliseconds before the first retry; doubled for each one after. */
  readonly baseMs: number;
  /** No wait is longer, whatever the endpoint asks for. */
  readonly capMs: number;
}

/** Milliseconds to wait before retry number `retry` (1 is the first). Without jitter: one process, few calls at a time. */
export function retryDelay(policy: RetryPolicy, retry: number, retryAfterMs: number | null): number {
  return Math.min(policy.capMs, Math.max(policy.baseMs * 2 ** (retry - 1), retryAfterMs ?? 0));
}

export function cancelled(): FoundryError {
  return new FoundryError('cancelled', 'The work was cancelled.', 'Start it again; what was finished is kept.');
}

/** Waits, or throws `cancelled` as soon as the signal is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(cancelled());
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
