import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A request as the server saw it. */
export interface Hit {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Web {
  readonly port: number;
  /** `127.0.0.1:PORT`, as specs declare it and operators grant it */
  readonly host: string;
  readonly origin: string;
  readonly hits: Hit[];
  close(): Promise<void>;
}

export type Answering = (request: IncomingMessage, response: ServerResponse) => void;

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

/** A web server on the loopback interface that counts what reaches it. */
export async function serveWeb(answer: Answering): Promise<Web> {
  const hits: Hit[] = [];
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request).catch(() => '');
    hits.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    host: `127.0.0.1:${port}`,
    origin: `http://127.0.0.1:${port}`,
    hits,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The same, gone when the test is over. */
export async function webFor(answer: Answering): Promise<Web> {
  const web = await serveWeb(answer);
  onTestFinished(() => web.close());
  return web;
}

/** Answers `/weather?city=NAME` with the degrees of the cities that it knows. */
export const degreesOf: Readonly<Record<string, number>> = { Oslo: -4, Rome: 17, Cairo: 31, Lima: 22, Perth: 26 };

export const weather: Answering = (request, response) => {
  const city = new URL(request.url ?? '/', 'http://local').searchParams.get('city') ?? '';
  const degrees = degreesOf[city];
  response.writeHead(degrees === undefined ? 404 : 200, { 'content-type': 'application/json', 'set-cookie': 'a=b' });
  response.end(JSON.stringify(degrees === undefined ? { error: 'no such city' } : { degrees }));
};
