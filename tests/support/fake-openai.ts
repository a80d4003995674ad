import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/json.js';

/** What the endpoint does with one request. */
export type Answer =
  | { readonly kind: 'text'; readonly text: string; readonly usage?: false }
  | { readonly kind: 'refusal'; readonly text: string }
  | { readonly kind: 'status'; readonly status: number; readonly body?: JsonValue; readonly retryAfter?: string }
  /** Any body under 200. */
  | { readonly kind: 'body'; readonly body: string }
  /** The connection ends in the middle of the body. */
  | { readonly kind: 'cut' }
  /** `headers`: those come, the body never does. `silent`: nothing comes. */
  | { readonly kind: 'stall'; readonly at: 'headers' | 'silent' };

export interface Recorded {
  readonly path: string;
  readonly authorization: string;
  readonly body: JsonObject;
}

export interface FakeOpenai {
  readonly url: string;
  readonly requests: Recorded[];
}

/** A script: answers in order (the last one repeats), or a function of the request and its number, from 0. */
export type Script = readonly Answer[] | ((request: Recorded, at: number) => Answer);

export const answerJson = (value: JsonValue): Answer => ({ kind: 'text', text: JSON.stringify(value) });

/** Tokens as this endpoint counts them: a quarter of the characters. */
export const tokensOf = (chars: number): number => Math.ceil(chars / 4);

function promptChars(body: JsonObject): number {
  const messages = Array.isArray(body['messages']) ? body['messages'] : [];
  return messages.reduce((sum: number, message) => sum + String((message as JsonObject)['content'] ?? '').length, 0);
}

function completion(body: JsonObject, message: JsonObject, withUsage: boolean): JsonObject {
  const prompt = tokensOf(promptChars(body));
  const answer = tokensOf(String(message['content'] ?? '').length);
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 0,
    model: String(body['model']),
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', ...message } }],
    ...(withUsage && {
      usage: { prompt_tokens: prompt, completion_tokens: answer, total_tokens: prompt + answer },
    }),
  };
}

function reply(response: ServerResponse, body: JsonObject, answer: Answer): void {
  const send = (status: number, text: string, headers: Record<string, string> = {}): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
  };
  if (answer.kind === 'text')
    send(200, JSON.stringify(completion(body, { content: answer.text }, answer.usage !== false)));
  else if (answer.kind === 'refusal')
    send(200, JSON.stringify(completion(body, { content: null, refusal: answer.text }, true)));
  else if (answer.kind === 'status')
    send(
      answer.status,
      JSON.stringify(answer.body ?? { error: { message: 'scripted', type: 'error' } }),
      answer.retryAfter === undefined ? {} : { 'retry-after': answer.retryAfter },
    );
  else if (answer.kind === 'body') send(200, answer.body);
  else if (answer.kind === 'cut') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    response.write('{"choices": [', () => response.destroy());
  } else if (answer.at === 'headers') {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"choices": [');
  }
}

async function readBody(request: IncomingMessage): Promise<JsonObject> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text) as JsonObject;
}

/** A server on the loopback interface that speaks as an OpenAI-compatible endpoint does, to a script. */
export async function fakeOpenai(script: Script): Promise<FakeOpenai> {
  const requests: Recorded[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const recorded = { path: request.url ?? '', authorization: request.headers.authorization ?? '', body };
      const at = requests.push(recorded) - 1;
      const answer = typeof script === 'function' ? script(recorded, at) : script[Math.min(at, script.length - 1)];
      if (answer) reply(response, body, answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, requests };
}
