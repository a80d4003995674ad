import type { IncomingMessage } from 'node:http';
import { request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Address } from './destination.js';
import { type FetchCall, FetchError, type FetchResult } from './model.js';

const userAgent = 'capability-foundry';
const maxHeaderBytes = 16_384;

/** An answer of one server, not yet read to its end. */
export interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  /** @throws FetchError limit, upstream */
  read(maxBytes: number): Promise<FetchResult>;
  drop(): void;
}

/** Gives the connection the addresses that were checked, whatever a name server would say now. */
function pinned(addresses: readonly Address[]): LookupFunction {
  return (_name, options, callback) => {
    const [first] = addresses;
    if (first === undefined) callback(new Error('no address'), '', 0);
    else if (options.all) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const told: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    // There are no sessions: a cookie is neither kept nor shown.
    if (name === 'set-cookie' || value === undefined) continue;
    told[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return told;
}

function textOf(bytes: Buffer, contentType: string | undefined): string {
  const charset = /charset="?([\w.:-]+)/i.exec(contentType ?? '')?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

async function readAnswer(message: IncomingMessage, method: string, maxBytes: number): Promise<FetchResult> {
  const tooLong = (): FetchError => new FetchError('limit', `The answer has more than ${maxBytes} bytes.`);
  const encoding = message.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity')
    throw new FetchError('upstream', 'The server packed its answer, which was not asked for.');
  if (method !== 'HEAD' && Number(message.headers['content-length'] ?? 0) > maxBytes) throw tooLong();
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of message) {
    const chunk: Buffer = part;
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLong();
    parts.push(chunk);
  }
  const body = textOf(Buffer.concat(parts), message.headers['content-type']);
  return { status: message.statusCode ?? 0, headers: headersOf(message), body };
}

function answerOf(message: IncomingMessage, method: string): Answer {
  const drop = (): void => {
    message.on('error', () => undefined);
    message.destroy();
  };
  return {
    status: message.statusCode ?? 0,
    location: message.headers.location,
    drop,
    async read(maxBytes) {
      try {
        return await readAnswer(message, method, maxBytes);
      } finally {
        drop();
      }
    },
  };
}

/**
 * Makes one request over a connection of its own to one of the addresses: no proxy, no kept connection, no cookies,
 * certificates always verified, redirects not followed.
 */
export function send(
  call: FetchCall,
  { addresses, signal }: { readonly addresses: readonly Address[]; readonly signal: AbortSignal },
): Promise<Answer> {
  const url = new URL(call.url);
  const secure = url.protocol === 'https:';
  const body = call.body === undefined ? undefined : Buffer.from(call.body);
  const options = {
    method: call.method,
    headers: {
      ...call.headers,
      'user-agent': userAgent,
      'accept-encoding': 'identity',
      ...(body && { 'content-length': body.length }),
    },
    // A new one, so that neither a kept connection nor a proxy of the environment comes into it.
    agent: false,
    lookup: pinned(addresses),
    maxHeaderSize: maxHeaderBytes,
    insecureHTTPParser: false,
    joinDuplicateHeaders: true,
    signal,
  } as const;
  return new Promise((resolve, reject) => {
    const answered = (message: IncomingMessage): void => resolve(answerOf(message, call.method));
    const made = secure
      ? requestSecure(url, { ...options, rejectUnauthorized: true }, answered)
      : requestPlain(url, options, answered);
    made.on('error', reject);
    made.on('upgrade', (_message, socket) => socket.destroy());
    // Nothing else may tell of a connection that ended without an answer, such as one that changed its protocol.
    made.on('close', () => reject(new FetchError('upstream', 'The server closed the connection without an answer.')));
    made.end(body);
  });
}
