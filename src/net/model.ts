import * as z from 'zod';
import type { Target } from './hosts.js';

/** What `ctx.fetch` gives. */
export const fetchResultSchema = z.strictObject({
  status: z.int().min(100).max(599),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
});
export type FetchResult = z.infer<typeof fetchResultSchema>;

/** A request in the one form in which it is compared, recorded and made. */
export interface FetchCall {
  /** as WHATWG URL writes it, without a fragment */
  readonly url: string;
  /** in upper case */
  readonly method: string;
  /** names in lower case; absent where there are none */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export type FetchErrorCode = 'not_granted' | 'invalid_input' | 'upstream' | 'timeout' | 'limit';

/** How `ctx.fetch` fails: the code that called sees `code` and the message, and nothing else. */
export class FetchError extends Error {
  override readonly name = 'FetchError';

  constructor(
    readonly code: FetchErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** What one capability may reach. */
export interface FetchPolicy {
  declares(target: Target): boolean;
  grants(target: Target): boolean;
}

/**
 * Makes a request for a capability.
 * @throws FetchError
 * @throws FoundryError cancelled
 */
export type Fetcher = (call: FetchCall, policy: FetchPolicy, signal: AbortSignal) => Promise<FetchResult>;
