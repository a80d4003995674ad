import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { addressName, isLoopbackAddress, isPublicAddress } from './addresses.js';
import { hostText, isLoopbackName, type Target, targetOf } from './hosts.js';
import { FetchError, type FetchPolicy } from './model.js';

export interface Address {
  readonly address: string;
  readonly family: number;
}

/** All addresses of a name. */
export type Resolver = (name: string) => Promise<readonly Address[]>;

export const systemResolver: Resolver = (name) => lookup(name, { all: true, verbatim: true });

/** @throws FetchError not_granted */
export function requireAllowed(target: Target, policy: FetchPolicy): void {
  const host = hostText(target);
  if (!policy.declares(target)) {
    throw new FetchError('not_granted', `${host} is not among the hosts that the spec declares under permissions.net.`);
  }
  if (policy.grants(target)) return;
  const how = target.secure
    ? `The operator has not granted ${host} under grants.net.`
    : `Without encryption ${host} is reached only where grants.net names http://${target.name}:${target.port}.`;
  throw new FetchError('not_granted', how);
}

/** Where the name itself is no such address, a special address must be declared and granted as a host of its own. */
function mayConnect(address: string, target: Target, policy: FetchPolicy): boolean {
  if (isPublicAddress(address)) return true;
  if (isLoopbackName(target.name) && isLoopbackAddress(address)) return true;
  const name = addressName(address);
  if (name === undefined) return false;
  const there = { ...target, name };
  return policy.declares(there) && policy.grants(there);
}

/**
 * The addresses that a url may be fetched from: those that are to be connected to, so that a name that answers otherwise
 * the next time gains nothing.
 * @throws FetchError not_granted, upstream
 */
export async function destinationOf(
  url: URL,
  { policy, resolve }: { readonly policy: FetchPolicy; readonly resolve: Resolver },
): Promise<readonly Address[]> {
  const target = targetOf(url);
  requireAllowed(target, policy);
  const literal = target.name.replace(/^\[|\]$/g, '');
  const family = isIP(literal);
  let addresses: readonly Address[];
  try {
    addresses = family === 0 ? await resolve(target.name) : [{ address: literal, family }];
  } catch {
    throw new FetchError('upstream', `The name ${target.name} has no address.`);
  }
  if (addresses.length === 0) throw new FetchError('upstream', `The name ${target.name} has no address.`);
  if (addresses.every(({ address }) => mayConnect(address, target, policy))) return addresses;
  throw new FetchError('not_granted', `${target.name} leads to an address that is not public and was not granted.`);
}
