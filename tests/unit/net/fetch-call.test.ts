import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/json.js';
import { callKey, isChangingFetch, keptFetchArgs, readFetchArgs } from '../../../src/net/fetch-call.js';

const url = 'https://api.example.org/x';
const refusal = (args: JsonObject): string => {
  const read = readFetchArgs(args);
  return read.ok ? 'taken' : read.message;
};

test('a fetch is compared by its normal form', () => {
  const key = callKey('fetch', { url: 'https://API.example.org:443/x#part', method: 'get', headers: {} });
  expect(key).toBe(callKey('fetch', { url }));
  expect(callKey('fetch', { url, headers: { Accept: ' text/plain ' } })).toBe(
    callKey('fetch', { url, headers: { accept: 'text/plain' } }),
  );
  expect(callKey('fetch', { url, method: 'POST', body: '' })).not.toBe(callKey('fetch', { url, method: 'POST' }));
  expect(callKey('fetch', { url: `${url}?a=1` })).not.toBe(key);
});

test('calls of other names are compared as they are', () => {
  expect(callKey('web.fetch', { url, method: 'get' })).not.toBe(callKey('web.fetch', { url }));
});

describe('arguments of ctx.fetch', () => {
  test('are read', () => {
    const read = readFetchArgs({ url, method: 'post', headers: { 'X-A': '1' }, body: 'b' });
    expect(read).toEqual({ ok: true, call: { url, method: 'POST', headers: { 'x-a': '1' }, body: 'b' } });
  });

  test.each<[string, JsonObject, string]>([
    ['no url', {}, 'at url'],
    ['a url that is none', { url: '/x' }, 'The url is none'],
    ['a file', { url: 'file:///etc/passwd' }, 'Only https'],
    ['a data url', { url: 'data:text/plain,x' }, 'Only https'],
    ['a socket', { url: 'ws://api.example.org/' }, 'Only https'],
    ['a user in the url', { url: 'https://me@api.example.org/' }, 'user or password'],
    ['a password in the url', { url: 'https://:pw@api.example.org/' }, 'user or password'],
    ['a very long url', { url: `${url}?${'x'.repeat(8_000)}` }, 'longer'],
    ['an option that there is not', { url, redirect: 'follow' }, 'redirect'],
    ['a body that is no text', { url, method: 'POST', body: { a: 1 } }, 'at body'],
    ['a header that is no text', { url, headers: { a: 1 } }, 'at headers.a'],
    ['a GET with a body', { url, body: 'x' }, 'no body'],
    ['CONNECT', { url, method: 'CONNECT' }, 'The method'],
    ['TRACE', { url, method: 'trace' }, 'The method'],
    ['a method with a line break', { url, method: 'GET / HTTP/1.1\r\nX: y' }, 'The method'],
    ['a huge body', { url, method: 'POST', body: 'ä'.repeat(131_073) }, 'more than 262144 bytes'],
    ['a line break in a value', { url, headers: { a: 'b\r\nx: y' } }, 'characters'],
    ['a line break in a name', { url, headers: { 'a\r\nb': 'c' } }, 'characters'],
    ['a NUL', { url, headers: { a: 'b\0' } }, 'characters'],
    ['a colon in a name', { url, headers: { 'a:b': 'c' } }, 'characters'],
    ['an empty name', { url, headers: { '': 'c' } }, 'characters'],
    ['one name twice', { url, headers: { accept: 'a', Accept: 'b' } }, 'twice'],
    ['many headers', { url, headers: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`h${i}`, ''])) }, 'many'],
    ['long headers', { url, headers: { a: 'x'.repeat(16_000) } }, 'many'],
  ])('are refused with %s', (_what, args, message) => {
    expect(refusal(args)).toContain(message);
  });

  test.each(
    'Host content-length Transfer-Encoding TE trailer connection keep-alive upgrade expect cookie user-agent accept-encoding via forwarded Proxy-Authorization sec-fetch-mode x-forwarded-for'.split(
      ' ',
    ),
  )('may not set the header %s', (name) => {
    expect(refusal({ url, headers: { [name]: 'x' } })).toContain('is not for the code to set');
  });
});

test('what may change something is told by its method', () => {
  const changing = ['GET', 'head', 'POST', 'put', 'PATCH', 'DELETE'].filter((method) =>
    isChangingFetch({ name: 'fetch', args: { url, method } }),
  );
  expect(changing).toEqual(['POST', 'put', 'PATCH', 'DELETE']);
  expect(isChangingFetch({ name: 'web.fetch', args: { url, method: 'POST' } })).toBe(false);
});

test('values of headers that carry credentials are not kept', () => {
  const headers = { authorization: 'Bearer abc', 'x-api-key': 'k', accept: 'text/plain' };
  expect(keptFetchArgs({ url, method: 'GET', headers })).toEqual({
    url,
    method: 'GET',
    headers: { authorization: '[HEADER]', 'x-api-key': '[HEADER]', accept: 'text/plain' },
  });
});
