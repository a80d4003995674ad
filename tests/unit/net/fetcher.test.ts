import { describe, expect, test, vi } from 'vitest';
import { createFetcher } from '../../../src/net/fetcher.js';
import { fetchCall, policyFor } from '../../support/policy.js';
import { weather, webFor } from '../../support/web.js';

const never = new AbortController().signal;
const fetcher = createFetcher();

describe('a granted host', () => {
  test('is asked, and its answer given as plain text', async () => {
    const web = await webFor(weather);
    const result = await fetcher(fetchCall(`${web.origin}/weather?city=Oslo`), policyFor([web.host]), never);
    expect(result).toMatchObject({ status: 200, body: '{"degrees":-4}' });
    expect(result.headers).toMatchObject({ 'content-type': 'application/json' });
    expect(result.headers).not.toHaveProperty('set-cookie');
  });

  test('is told who asks, and nothing of this machine', async () => {
    vi.stubEnv('HTTP_PROXY', 'http://127.0.0.1:9');
    const web = await webFor((_request, response) => response.end());
    const call = fetchCall(`${web.origin}/a?b=c`, { method: 'POST', headers: { 'x-own': '1' }, body: 'grüß' });
    await fetcher(call, policyFor([web.host]), never);
    vi.unstubAllEnvs();
    expect(web.hits).toEqual([
      {
        method: 'POST',
        path: '/a?b=c',
        body: 'grüß',
        headers: {
          'x-own': '1',
          'user-agent': 'capability-foundry',
          'accept-encoding': 'identity',
          'content-length': '6',
          host: web.host,
          connection: 'close',
        },
      },
    ]);
  });

  test('may answer with an error of its own', async () => {
    const web = await webFor((_request, response) => response.writeHead(503).end('later'));
    const result = await fetcher(fetchCall(web.origin), policyFor([web.host]), never);
    expect(result).toMatchObject({ status: 503, body: 'later' });
  });

  test('may answer in another character set', async () => {
    const web = await webFor((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/plain; charset=iso-8859-1' }).end(Buffer.from([0xe4, 0xf6])),
    );
    expect((await fetcher(fetchCall(web.origin), policyFor([web.host]), never)).body).toBe('äö');
  });

  test('answers HEAD without a body', async () => {
    const web = await webFor((_request, response) => response.writeHead(200, { 'content-length': 5_000_000 }).end());
    const call = fetchCall(web.origin, { method: 'HEAD' });
    const result = await fetcher(call, policyFor([web.host]), never);
    expect(result).toMatchObject({ status: 200, body: '', headers: { 'content-length': '5000000' } });
  });

  test('that is not there fails by its code alone', async () => {
    const web = await webFor(weather);
    await web.close();
    await expect(fetcher(fetchCall(web.origin), policyFor([web.host]), never)).rejects.toMatchObject({
      code: 'upstream',
      message: `The request to ${web.host} failed (ECONNREFUSED).`,
    });
  });
});

describe('a redirect', () => {
  test('is followed three times, without the credentials where the host changes', async () => {
    const last = await webFor((_request, response) => response.end('there'));
    const first = await webFor((request, response) => {
      const hop = Number((request.url ?? '').slice(1) || 0);
      response.writeHead(302, { location: hop < 2 ? `/${hop + 1}` : `${last.origin}/end` }).end();
    });
    const headers = { authorization: 'Bearer token', accept: 'text/plain' };
    const call = fetchCall(first.origin, { headers });
    const result = await fetcher(call, policyFor([first.host, last.host]), never);
    expect(result.body).toBe('there');
    expect(first.hits.map((hit) => hit.headers.authorization)).toEqual(Array(3).fill('Bearer token'));
    expect(last.hits[0]?.headers).toMatchObject({ accept: 'text/plain' });
    expect(last.hits[0]?.headers).not.toHaveProperty('authorization');
  });

  test('is not followed a fourth time', async () => {
    const web = await webFor((_request, response) => response.writeHead(302, { location: '/again' }).end());
    await expect(fetcher(fetchCall(web.origin), policyFor([web.host]), never)).rejects.toMatchObject({ code: 'limit' });
    expect(web.hits).toHaveLength(4);
  });

  test('of a request that changes something is given to the code', async () => {
    const web = await webFor((_request, response) => response.writeHead(307, { location: '/again' }).end());
    const result = await fetcher(fetchCall(web.origin, { method: 'POST' }), policyFor([web.host]), never);
    expect(result).toMatchObject({ status: 307, headers: { location: '/again' } });
    expect(web.hits).toHaveLength(1);
  });
});

test('a cancelled run ends its request', async () => {
  const web = await webFor(() => undefined);
  const cancel = new AbortController();
  const asked = fetcher(fetchCall(web.origin), policyFor([web.host]), cancel.signal);
  await vi.waitFor(() => expect(web.hits).toHaveLength(1));
  cancel.abort();
  await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
});
