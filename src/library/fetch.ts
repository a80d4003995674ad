import { FoundryError } from '../errors.js';
import type { Grants } from '../grants.js';
import type { JsonObject, JsonValue } from '../json.js';
import { requireAllowed } from '../net/destination.js';
import { callKey, changesByMethod, fetchArgs, fetchName, keptFetchArgs, readFetchArgs } from '../net/fetch-call.js';
import { targetOf } from '../net/hosts.js';
import { type FetchCall, FetchError, type Fetcher } from '../net/model.js';
import type { CapabilityVersion } from './model.js';
import type { Effects } from './run.js';

/** Requests of one execution, those of the capabilities that it calls among them. */
export const maxRequests = 30;

/** What is left of something that a whole execution shares. */
export interface Allowance {
  left: number;
}

interface FetchDeps {
  readonly fetcher: Fetcher;
  readonly grants: Grants;
}

interface Asked {
  readonly args: JsonObject;
  /** Where the call is recorded: without the values that carry credentials. */
  readonly recorded: { args: JsonValue };
  readonly effects: Effects;
  readonly requests: Allowance;
  readonly signal: AbortSignal;
}

/** The recorded answer to such a call in the visible tests: to the very arguments, else to any; undefined without one. */
export function recordedAnswer(caller: CapabilityVersion, name: string, args: JsonObject): JsonValue | undefined {
  const recorded = caller.spec.tests.flatMap((test) => test.calls ?? []).filter((call) => call.name === name);
  const wanted = callKey(name, args);
  const exact = recorded.find((call) => callKey(name, call.args) === wanted && call.result !== undefined);
  return (exact ?? recorded.find((call) => call.result !== undefined))?.result;
}

/** Left out and answered by a recording in a dry run; made where a plan has it, or where nothing stands against it. */
function standInFor(caller: CapabilityVersion, call: FetchCall, effects: Effects): JsonValue | undefined {
  if (!changesByMethod(call)) return undefined;
  // The person was asked about what the tests record; more than that was not confirmed by anybody.
  if (!caller.destructive) {
    const message = `${caller.name} is known to change nothing: no test records a ${call.method}.`;
    throw new FetchError('not_granted', message);
  }
  const args = fetchArgs(call);
  if (effects.kind === 'dry') {
    const standIn = recordedAnswer(caller, fetchName, args) ?? { status: 200, headers: {}, body: '' };
    effects.planner.leaveOut(fetchName, args, standIn);
    return standIn;
  }
  if (effects.kind === 'planned' && !effects.ledger.claim(fetchName, args)) {
    throw new FoundryError(
      'conflict',
      `The ${call.method} is not in the confirmed plan.`,
      'What it depends on has changed since the dry run; make another.',
    );
  }
  return undefined;
}

/**
 * Makes a request for the code of a capability, which may reach the hosts that its own spec declares and no others.
 * @throws FetchError
 * @throws FoundryError conflict, cancelled
 */
export async function fetchFor(deps: FetchDeps, caller: CapabilityVersion, asked: Asked): Promise<JsonValue> {
  const read = readFetchArgs(asked.args);
  if (!read.ok) throw new FetchError('invalid_input', read.message);
  const { effects, requests, signal } = asked;
  asked.recorded.args = keptFetchArgs(read.call);
  const policy = deps.grants.policyOf(caller.spec.permissions);
  // Before all else, so that a dry run does not plan what will be refused.
  requireAllowed(targetOf(new URL(read.call.url)), policy);
  const standIn = standInFor(caller, read.call, effects);
  if (standIn !== undefined) return standIn;
  if (requests.left <= 0) throw new FetchError('limit', `More than ${maxRequests} requests were asked for.`);
  requests.left -= 1;
  const result = await deps.fetcher(read.call, policy, signal);
  if (effects.kind === 'dry') effects.planner.sawReal(result);
  return result;
}
