import { BlockList, isIP } from 'node:net';

/** Of the IANA special-purpose registries: what is no address of a host on the public network. */
const special4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  // A cloud's metadata service on an address that looks public.
  ['168.63.129.16', 32],
];
/** Within 2000::/3: Teredo and its neighbours, documentation, and 6to4, which holds an IPv4 address. */
const special6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

function listOf(ranges: readonly (readonly [string, number])[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const [net, prefix] of ranges) list.addSubnet(net, prefix, family);
  return list;
}

const blocked4 = listOf(special4, 'ipv4');
const blocked6 = listOf(special6, 'ipv6');
const global6 = listOf([['2000::', 3]], 'ipv6');
const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** false for private, loopback, link-local, multicast, metadata and every other special address, and for what is none. */
export function isPublicAddress(address: string): boolean {
  const kind = isIP(address);
  if (kind === 4) return !blocked4.check(address, 'ipv4');
  // All else is private, local, multicast, or an IPv4 address in disguise.
  return kind === 6 && global6.check(address, 'ipv6') && !blocked6.check(address, 'ipv6');
}

export function isLoopbackAddress(address: string): boolean {
  const kind = isIP(address);
  return kind !== 0 && loopback.check(address, kind === 4 ? 'ipv4' : 'ipv6');
}

/** The address as it stands in a URL; undefined for what cannot, such as one with a zone. */
export function addressName(address: string): string | undefined {
  const kind = isIP(address);
  if (kind === 4) return address;
  if (kind === 0 || address.includes('%')) return undefined;
  return new URL(`http://[${address}]/`).hostname;
}
