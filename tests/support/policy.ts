import { createGrants } from '../../src/grants.js';
import { readFetchArgs } from '../../src/net/fetch-call.js';
import type { FetchCall, FetchPolicy } from '../../src/net/model.js';

/** What a capability may reach that declares hosts under an operator's grants (the same, where none are given). */
export function policyFor(declared: readonly string[], grants: readonly string[] = declared): FetchPolicy {
  return createGrants({ file: { grants: { net: [...grants] } }, packagesDir: undefined }).policyOf({ net: declared });
}

export function fetchCall(url: string, more: Partial<FetchCall> = {}): FetchCall {
  const read = readFetchArgs({ url, ...more });
  if (!read.ok) throw new Error(read.message);
  return read.call;
}
