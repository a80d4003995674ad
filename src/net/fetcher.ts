import { throwIfCancelled } from '../errors.js';
import { destinationOf, type Resolver, systemResolver } from './destination.js';
import { changesByMethod } from './fetch-call.js';
import { type FetchCall, FetchError, type Fetcher, type FetchPolicy, type FetchResult } from './model.js';
import { type Answer, send } from './request.js';

export interface FetcherOptions {
  readonly resolve?: Resolver;
  /** Of one fetch with its redirects. */
  readonly timeoutMs?: number;
  readonly maxResponseBytes?: number;
}

const maxRedirects = 3;
const redirects = new Set([301, 302, 303, 307, 308]);
/** What may be said to a server that another one named. */
const passedOn = new Set(['accept', 'accept-language']);

/** Where an answer sends on; undefined where it is to be handed to the code as it is. */
function nextUrl({ status, location }: Answer, call: FetchCall): URL | undefined {
  if (!redirects.has(status) || location === undefined || changesByMethod(call)) return undefined;
  if (!URL.canParse(location, call.url)) throw new FetchError('upstream', 'The server redirects to what is no url.');
  const url = new URL(location, call.url);
  if (!/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new FetchError('not_granted', 'The server redirects to a url that is not fetched.');
  }
  url.hash = '';
  return url;
}

function redirected({ headers, ...call }: FetchCall, url: URL): FetchCall {
  const own = Object.entries(headers ?? {});
  const kept = new URL(call.url).origin === url.origin ? own : own.filter(([name]) => passedOn.has(name));
  return { ...call, url: url.href, ...(kept.length > 0 && { headers: Object.fromEntries(kept) }) };
}

/** Rejects as soon as the signal aborts: looking a name up cannot be stopped. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

interface Bounds {
  readonly policy: FetchPolicy;
  readonly resolve: Resolver;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

async function follow(first: FetchCall, bounds: Bounds): Promise<FetchResult> {
  let call = first;
  for (let hops = 0; hops <= maxRedirects; hops += 1) {
    const addresses = await untilAborted(destinationOf(new URL(call.url), bounds), bounds.signal);
    const answer = await untilAborted(send(call, { addresses, signal: bounds.signal }), bounds.signal);
    let next: URL | undefined;
    try {
      next = nextUrl(answer, call);
    } catch (error) {
      answer.drop();
      throw error;
    }
    if (next === undefined) return answer.read(bounds.maxBytes);
    answer.drop();
    call = redirected(call, next);
  }
  throw new FetchError('limit', `The server redirects more than ${maxRedirects} times.`);
}

/** Only a code such as ECONNREFUSED: what a library says of a failure may tell more than the code that called may know. */
function failureOf(error: unknown, host: string): FetchError {
  const code = error instanceof Error && 'code' in error ? String(error.code).slice(0, 60) : 'no answer';
  return new FetchError('upstream', `The request to ${host} failed (${code}).`);
}

/** Makes requests of capabilities on the host: only what the policy allows, to addresses that were checked. */
export function createFetcher(options: FetcherOptions = {}): Fetcher {
  const { resolve = systemResolver, timeoutMs = 15_000, maxResponseBytes = 1_048_576 } = options;
  return async (call, policy, signal) => {
    throwIfCancelled(signal);
    const late = AbortSignal.timeout(timeoutMs);
    const either = AbortSignal.any([signal, late]);
    try {
      return await follow(call, { policy, resolve, maxBytes: maxResponseBytes, signal: either });
    } catch (error) {
      throwIfCancelled(signal);
      if (late.aborted) throw new FetchError('timeout', `There was no whole answer within ${timeoutMs} ms.`);
      throw error instanceof FetchError ? error : failureOf(error, new URL(call.url).host);
    }
  };
}
