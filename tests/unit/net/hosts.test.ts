import { describe, expect, test } from 'vitest';
import { covers, declares, isGranted, parseGrant, parseHost, targetOf } from '../../../src/net/hosts.js';

function hostOf(text: string) {
  const parsed = parseHost(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.host;
}

function grantOf(text: string) {
  const parsed = parseGrant(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.host;
}

const at = (url: string) => targetOf(new URL(url));

describe('a host', () => {
  test.each(['api.example.org', 'api.example.org:8443', 'localhost', '127.0.0.1:3000', '[::1]:3000', 'a_b.example'])(
    'may be declared as %s',
    (text) => {
      expect(parseHost(text).ok).toBe(true);
    },
  );

  test.each([
    ['*.example.org', 'wildcards'],
    ['*', 'wildcards'],
    ['https://example.org', 'scheme'],
    ['http://example.org:80', 'scheme'],
    ['example.org/path', 'without path'],
    ['example.org?x', 'without path'],
    ['me@example.org', 'without path, user'],
    ['example.org ', 'space'],
    ['Example.org', 'write it as "example.org"'],
    ['example.org:443', 'write it as "example.org"'],
    ['bücher.example', 'write it as "xn--bcher-kva.example"'],
    ['127.1', 'write it as "127.0.0.1"'],
    ['0x7f000001', 'write it as "127.0.0.1"'],
    ['2130706433', 'write it as "127.0.0.1"'],
    ['[0:0::1]', 'write it as "[::1]"'],
    ['::1', 'no host'],
    ['example.org:99999', 'no host'],
    ['example.org.', 'no host'],
    ['ex$ample.org', 'no host'],
    ['', 'no host'],
  ])('may not be declared as %j, and the message says why', (text, message) => {
    const parsed = parseHost(text);
    expect(parsed.ok ? 'taken' : parsed.message).toContain(message);
  });
});

describe('a grant', () => {
  test.each(['https://example.org', 'http://example.org', 'http://example.org:0', 'http://a:1:2', 'http://*:80', '*'])(
    'may not be written as %s',
    (text) => {
      expect(parseGrant(text).ok).toBe(false);
    },
  );

  test.each<[string, string, boolean]>([
    ['api.example.org', 'https://api.example.org/x', true],
    ['api.example.org', 'https://api.example.org:443/x', true],
    ['api.example.org', 'https://api.example.org:8443/x', false],
    ['api.example.org', 'http://api.example.org/x', false],
    ['api.example.org', 'https://example.org/', false],
    ['api.example.org', 'https://sub.api.example.org/', false],
    ['api.example.org', 'https://api.example.org.evil.test/', false],
    ['api.example.org', 'https://api.example.org./', false],
    ['api.example.org:8443', 'https://api.example.org:8443/', true],
    ['api.example.org:80', 'http://api.example.org/', false],
    ['http://api.example.org:80', 'http://api.example.org/', true],
    ['http://api.example.org:80', 'https://api.example.org/', false],
    ['127.0.0.1:3000', 'http://127.0.0.1:3000/', true],
    ['127.0.0.1:3000', 'https://127.0.0.1:3000/', true],
    ['127.0.0.1:3000', 'http://127.0.0.1:3001/', false],
    ['127.0.0.1', 'http://127.0.0.1/', false],
    ['localhost:3000', 'http://localhost:3000/', true],
    ['192.168.0.7:8080', 'http://192.168.0.7:8080/', false],
    ['http://192.168.0.7:8080', 'http://192.168.0.7:8080/', true],
  ])('of %s against %s: %s', (grant, url, covered) => {
    expect(covers(grantOf(grant), at(url))).toBe(covered);
  });
});

test('a declared host without a port stands for the usual one of the scheme', () => {
  expect(declares(hostOf('example.org'), at('https://example.org/'))).toBe(true);
  expect(declares(hostOf('example.org'), at('https://example.org:8443/'))).toBe(false);
  expect(declares(hostOf('example.org:8443'), at('https://example.org:8443/'))).toBe(true);
  expect(declares(hostOf('example.org:8443'), at('https://example.org/'))).toBe(false);
});

test.each<[string, string[], boolean]>([
  ['example.org', ['example.org'], true],
  ['example.org', ['http://example.org:80'], true],
  ['example.org', ['example.org:8443'], false],
  ['example.org:8443', ['example.org'], false],
  ['127.0.0.1:3000', ['127.0.0.1:3000'], true],
  ['example.org', [], false],
])('%s under the grants %j is granted: %s', (host, grants, granted) => {
  expect(isGranted(hostOf(host), grants.map(grantOf))).toBe(granted);
});
