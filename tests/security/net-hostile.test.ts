import { createServer as createSecure } from 'node:https';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Address } from '../../src/net/destination.js';
import { createFetcher, type FetcherOptions } from '../../src/net/fetcher.js';
import type { FetchCall } from '../../src/net/model.js';
import { fetchCall, policyFor } from '../support/policy.js';
import { type Answering, webFor } from '../support/web.js';
import { selfSigned } from './self-signed.js';

const never = new AbortController().signal;
const loopback: Address = { address: '127.0.0.1', family: 4 };
const fine: Answering = (_request, response) => response.end('fine');

function refusalOf(call: FetchCall, hosts: { declared: string[]; granted?: string[] }, options: FetcherOptions = {}) {
  return createFetcher(options)(call, policyFor(hosts.declared, hosts.granted), never).then(
    ({ status }) => `answered ${status}`,
    (error: { code: string }) => error.code,
  );
}

/** A server that says whatever the test writes to the socket. */
async function rawServer(speak: (socket: Socket) => void): Promise<{ host: string; origin: string }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => speak(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { host: `127.0.0.1:${port}`, origin: `http://127.0.0.1:${port}` };
}

describe('a host that was not granted', () => {
  test('gets no packet: undeclared, ungranted, or both', async () => {
    const web = await webFor(fine);
    const call = fetchCall(web.origin);
    expect(await refusalOf(call, { declared: [], granted: [web.host] })).toBe('not_granted');
    expect(await refusalOf(call, { declared: [web.host], granted: [] })).toBe('not_granted');
    expect(await refusalOf(call, { declared: [], granted: [] })).toBe('not_granted');
    expect(await refusalOf(call, { declared: ['127.0.0.1'], granted: ['127.0.0.1'] })).toBe('not_granted');
    expect(web.hits).toEqual([]);
  });

  test.each(['127.1', '2130706433', '0x7f.1', '0177.0.0.1', '127.0.0.2', '[::ffff:127.0.0.1]', '[::1]', 'localhost'])(
    'is not reached by another way to write this machine: %s',
    async (name) => {
      const web = await webFor(fine);
      const hosts = { declared: ['api.example.org', `api.example.org:${web.port}`] };
      expect(await refusalOf(fetchCall(`http://${name}:${web.port}/`), hosts)).toBe('not_granted');
      expect(web.hits).toEqual([]);
    },
  );

  test('is not looked up', async () => {
    const resolve = vi.fn(async () => [loopback]);
    await refusalOf(
      fetchCall('https://secrets-in-the-name.evil.test/'),
      { declared: ['api.example.org'] },
      { resolve },
    );
    expect(resolve).not.toHaveBeenCalled();
  });

  test('is not asked without encryption under a grant for https', async () => {
    const resolve = vi.fn(async () => [loopback]);
    const hosts = { declared: ['api.example.org', 'api.example.org:80'] };
    expect(await refusalOf(fetchCall('http://api.example.org/'), hosts, { resolve })).toBe('not_granted');
    expect(resolve).not.toHaveBeenCalled();
  });
});

describe('a granted name that leads to an address that is not public', () => {
  test.each([
    ...['127.0.0.1', '10.0.0.5', '172.16.3.4', '192.168.1.1', '169.254.169.254', '100.100.100.200', '0.0.0.0'],
    ...['224.0.0.1', '::1', '::ffff:127.0.0.1', 'fe80::1', 'fd00:ec2::254', 'ff02::1', '64:ff9b::7f00:1'],
  ])('is refused: %s', async (address) => {
    const web = await webFor(fine);
    const host = `api.example.org:${web.port}`;
    const resolve = async () => [{ address, family: address.includes(':') ? 6 : 4 }];
    const hosts = { declared: [host], granted: [`http://${host}`] };
    expect(await refusalOf(fetchCall(`http://${host}/`), hosts, { resolve })).toBe('not_granted');
    expect(web.hits).toEqual([]);
  });

  test('is refused where only one of its addresses is such', async () => {
    const resolve = async () => [{ address: '93.184.216.34', family: 4 }, loopback];
    const hosts = { declared: ['api.example.org'] };
    expect(await refusalOf(fetchCall('https://api.example.org/'), hosts, { resolve })).toBe('not_granted');
  });

  test('is refused where the address is granted and the capability does not declare it', async () => {
    const web = await webFor(fine);
    const host = `api.example.org:${web.port}`;
    const hosts = { declared: [host], granted: [`http://${host}`, web.host] };
    const resolve = async () => [loopback];
    expect(await refusalOf(fetchCall(`http://${host}/`), hosts, { resolve })).toBe('not_granted');
    expect(web.hits).toEqual([]);
  });

  test('is reached where that address is declared and granted too, and only by the address that was checked', async () => {
    const web = await webFor(fine);
    const host = `api.example.org:${web.port}`;
    const answers: Address[][] = [[loopback], [{ address: '10.0.0.5', family: 4 }]];
    const resolve = vi.fn(async () => answers.shift() ?? []);
    const hosts = { declared: [host, web.host], granted: [`http://${host}`, web.host] };
    expect(await refusalOf(fetchCall(`http://${host}/`), hosts, { resolve })).toBe('answered 200');
    expect(resolve).toHaveBeenCalledTimes(1);
    expect(web.hits.map((hit) => hit.headers.host)).toEqual([host]);
  });

  test('is refused without a word about the address', async () => {
    const asked = createFetcher({ resolve: async () => [{ address: '10.7.7.7', family: 4 }] })(
      fetchCall('https://api.example.org/'),
      policyFor(['api.example.org']),
      never,
    );
    await expect(asked).rejects.toMatchObject({ message: expect.not.stringContaining('10.7.7.7') });
  });
});

describe('a server that redirects', () => {
  test.each([
    ['to another port of this machine', (port: number) => `http://127.0.0.1:${port}/`],
    ['to this machine by name', (port: number) => `http://localhost:${port}/`],
    ['to the metadata of a cloud', () => 'http://169.254.169.254/latest/meta-data/'],
    ['to a file', () => 'file:///etc/passwd'],
    ['to a url with a password', (port: number) => `http://a:b@127.0.0.1:${port}/`],
    ['to an undeclared host', () => 'https://example.com/'],
  ])('%s leads nowhere', async (_where, target) => {
    const inner = await webFor(fine);
    const outer = await webFor((_request, response) => response.writeHead(302, { location: target(inner.port) }).end());
    expect(await refusalOf(fetchCall(outer.origin), { declared: [outer.host] })).toBe('not_granted');
    expect(inner.hits).toEqual([]);
  });

  test('to what is no url is a failure of the server', async () => {
    const web = await webFor((_request, response) => response.writeHead(302, { location: 'http://[' }).end());
    expect(await refusalOf(fetchCall(web.origin), { declared: [web.host] })).toBe('upstream');
  });
});

describe('a server that misbehaves', () => {
  test('with a body that does not end is cut off at the limit', async () => {
    const web = await webFor((_request, response) => {
      const more = (): void => {
        if (!response.destroyed) response.write('x'.repeat(65_536), () => setImmediate(more));
      };
      response.writeHead(200);
      more();
    });
    expect(await refusalOf(fetchCall(web.origin), { declared: [web.host] })).toBe('limit');
  });

  test('with a body that is announced too long is not read', async () => {
    const web = await webFor((_request, response) => response.writeHead(200, { 'content-length': 1 << 30 }).write('x'));
    expect(await refusalOf(fetchCall(web.origin), { declared: [web.host] })).toBe('limit');
  });

  test('with a body that comes too slowly runs out of time', async () => {
    const web = await webFor((_request, response) => {
      const timer = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(timer));
    });
    expect(await refusalOf(fetchCall(web.origin), { declared: [web.host] }, { timeoutMs: 150 })).toBe('timeout');
  });

  test('that never answers, or never says where it is, runs out of time', async () => {
    const web = await webFor(() => undefined);
    expect(await refusalOf(fetchCall(web.origin), { declared: [web.host] }, { timeoutMs: 100 })).toBe('timeout');
    const resolve = () => new Promise<never>(() => undefined);
    const hosts = { declared: ['api.example.org'] };
    expect(await refusalOf(fetchCall('https://api.example.org/'), hosts, { resolve, timeoutMs: 50 })).toBe('timeout');
  });

  test('with a packed body is not unpacked', async () => {
    const web = await webFor((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('a bomb'),
    );
    expect(await refusalOf(fetchCall(web.origin), { declared: [web.host] })).toBe('upstream');
  });

  test.each([
    ['speaks no HTTP', 'SSH-2.0-x\r\n\r\n'],
    ['hangs up', ''],
    ['hangs up half-way', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nab'],
    ['sends two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    ['sends endless headers', `HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(50_000)}\r\n`],
    ['changes the protocol', 'HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'],
  ])('that %s is a failure', async (_what, text) => {
    const server = await rawServer((socket) => socket.end(text));
    const fate = await refusalOf(fetchCall(server.origin), { declared: [server.host] }, { timeoutMs: 2_000 });
    expect(fate).toBe('upstream');
  });

  test('with a certificate that nobody vouches for is not believed, whatever the environment says', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    let requests = 0;
    const server = createSecure(selfSigned, (_request, response) => {
      requests += 1;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      vi.unstubAllEnvs();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const host = `127.0.0.1:${port}`;
    expect(await refusalOf(fetchCall(`https://${host}/`), { declared: [host] })).toBe('upstream');
    expect(requests).toBe(0);
  });
});
