import { isIP } from 'node:net';

/** A host as a spec declares it or as a URL names it: lower case, an IPv6 address in brackets. */
export interface Host {
  readonly name: string;
  /** undefined: the usual port of the scheme */
  readonly port: number | undefined;
}

/** A host as the operator grants it; `plain` where the grant is for http and not https. */
export interface HostGrant extends Host {
  readonly plain: boolean;
}

/** Where a request goes. */
export interface Target {
  readonly secure: boolean;
  readonly name: string;
  readonly port: number;
}

export type Parsed<T> = { readonly ok: true; readonly host: T } | { readonly ok: false; readonly message: string };

const label = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;
const example = 'as in "api.example.org" or "api.example.org:8443"';

function refused(message: string): { readonly ok: false; readonly message: string } {
  return { ok: false, message };
}

function isHostName(name: string): boolean {
  if (name.startsWith('[') || isIP(name) !== 0) return true;
  return name.length <= 253 && name.split('.').every((part) => label.test(part));
}

/** A host with or without a port, in the one way in which it may be written. The message says how to mend it. */
export function parseHost(text: string): Parsed<Host> {
  if (text.includes('*')) return refused(`wildcards grant nothing: name each host, ${example}`);
  if (text.includes('://')) return refused(`leave the scheme out: name the host alone, ${example}`);
  if (/[/?#@\\\s]/.test(text)) return refused(`name the host alone, without path, user or space, ${example}`);
  let url: URL;
  try {
    url = new URL(`https://${text}/`);
  } catch {
    return refused(`it is no host: write a name or an address, ${example}`);
  }
  if (url.host !== text) return refused(`write it as "${url.host}"`);
  if (!isHostName(url.hostname)) return refused(`it is no host: write a name or an address, ${example}`);
  return { ok: true, host: { name: url.hostname, port: url.port === '' ? undefined : Number(url.port) } };
}

/** A grant: a host as specs declare it, or `http://host:port` for one that is reached without encryption. */
export function parseGrant(text: string): Parsed<HostGrant> {
  const plain = /^http:\/\/(.*):([1-9]\d{0,4})$/.exec(text);
  if (plain === null) {
    if (text.startsWith('http://')) return refused('name the port too, as in "http://192.168.0.7:8080"');
    const parsed = parseHost(text);
    return parsed.ok ? { ok: true, host: { ...parsed.host, plain: false } } : parsed;
  }
  const [, name = '', port = ''] = plain;
  const parsed = parseHost(name);
  if (!parsed.ok) return parsed;
  if (parsed.host.port !== undefined || Number(port) > 65_535) return refused('the port is none');
  return { ok: true, host: { name: parsed.host.name, port: Number(port), plain: true } };
}

const usualPort = (secure: boolean): number => (secure ? 443 : 80);

export function targetOf(url: URL): Target {
  const secure = url.protocol === 'https:';
  return { secure, name: url.hostname, port: url.port === '' ? usualPort(secure) : Number(url.port) };
}

/** The host of a target as it is written. */
export function hostText({ secure, name, port }: Target): string {
  return port === usualPort(secure) ? name : `${name}:${port}`;
}

export function isLoopbackName(name: string): boolean {
  return name === 'localhost' || name === '[::1]' || (isIP(name) === 4 && name.startsWith('127.'));
}

export function declares(host: Host, target: Target): boolean {
  return host.name === target.name && (host.port ?? usualPort(target.secure)) === target.port;
}

/** https to the host and port; http only where the grant says so, or where a loopback host is granted with its port. */
export function covers(grant: HostGrant, target: Target): boolean {
  if (grant.name !== target.name) return false;
  if (grant.plain) return !target.secure && grant.port === target.port;
  if (target.secure) return (grant.port ?? usualPort(true)) === target.port;
  return grant.port === target.port && isLoopbackName(grant.name);
}

/** Whether anything that a declared host stands for can be reached under the grants. */
export function isGranted(host: Host, grants: readonly HostGrant[]): boolean {
  return [true, false].some((secure) => {
    const target = { secure, name: host.name, port: host.port ?? usualPort(secure) };
    return grants.some((grant) => covers(grant, target));
  });
}
