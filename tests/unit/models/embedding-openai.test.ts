import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSqliteStore } from '../../../db/sqlite/store.js';
import { loadConfig } from '../../../src/config.js';
import { fixedClock } from '../../../src/context.js';
import { silentLogger } from '../../../src/log.js';
import { createEmbedder } from '../../../src/models/embedders.js';
import type { Embedder } from '../../../src/models/model.js';
import type { Store } from '../../../src/store.js';

type Answer = (response: ServerResponse, input: string[]) => void;

let folder: string;
let store: Store;
let server: Server;
let url: string;
/** Answers in turn; the last one goes on. */
let answers: Answer[];
let requests: string[][];
const signal = new AbortController().signal;

const json = (response: ServerResponse, status: number, body: unknown, headers = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
};
const good: Answer = (response, input) =>
  json(response, 200, {
    object: 'list',
    data: input.map((text, index) => ({ object: 'embedding', index, embedding: [text.length, 1, 0] })).reverse(),
  });
const status =
  (code: number, headers = {}): Answer =>
  (response) =>
    json(response, code, { error: { message: 'sk-secret in the message' } }, headers);

async function bodyOf(request: IncomingMessage): Promise<string[]> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return (JSON.parse(text) as { input: string[] }).input;
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'openai-'));
  store = createSqliteStore(join(folder, 'foundry.db'));
  answers = [good];
  requests = [];
  server = createServer((request, response) => {
    void bodyOf(request).then((input) => {
      requests.push(input);
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      answer?.(response, input);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

function embedder(models = {}): Embedder {
  const config = loadConfig(
    { FOUNDRY_HOME: folder, FOUNDRY_EMBEDDINGS: 'openai', OPENAI_BASE_URL: url, FOUNDRY_EMBED_MODEL: 'tiny' },
    { file: { models: { max_retries: 2, timeout_ms: 300, ...models } } },
    { cwd: folder, home: folder, platform: 'linux' },
  );
  return createEmbedder({ config, store, clock: fixedClock(), log: silentLogger, retry: { baseMs: 1, capMs: 5 } });
}

describe('embeddings of an OpenAI-compatible endpoint', () => {
  it('come in the order of the texts, in batches, and are kept for the next process', async () => {
    const texts = Array.from({ length: 200 }, (_, index) => 'x'.repeat(index + 1));
    const first = embedder();
    const vectors = await first.embed(texts, signal);
    expect(requests.map((input) => input.length)).toEqual([96, 96, 8]);
    expect(vectors[9]?.[0]).toBeCloseTo(10 / Math.hypot(10, 1), 6);
    expect(first.dimensions).toBe(3);
    expect(first.model).toMatch(/^127\.0\.0\.1:\d+\/v1\/tiny$/);
    expect(await embedder().embed(texts, signal)).toEqual(vectors);
    expect(requests).toHaveLength(3);
  });

  it.each([
    ['429', status(429, { 'retry-after': '0' })],
    ['500', status(500)],
    ['a body that is no JSON', (response: ServerResponse) => void response.writeHead(200).end('<html>')],
    ['too few vectors', (response: ServerResponse) => json(response, 200, { data: [] })],
    ['a stall', () => undefined],
  ] as [string, Answer][])('are asked for again after %s', async (_, bad) => {
    answers = [bad, good];
    expect(await embedder().embed(['a'], signal)).toHaveLength(1);
    expect(requests).toHaveLength(2);
  });

  it.each([
    ['upstream', status(500), 3],
    ['upstream', status(400), 1],
    ['needs_setup', status(401), 1],
    ['needs_setup', status(404), 1],
    ['timeout', () => undefined, 3],
  ] as [string, Answer, number][])(
    'end in %s, without a vector and without the words of the endpoint',
    async (code, bad, tries) => {
      answers = [bad];
      const failed = embedder().embed(['a'], signal);
      await expect(failed).rejects.toMatchObject({ code });
      await expect(failed).rejects.not.toThrow(/sk-secret/);
      expect(requests).toHaveLength(tries);
      expect(await store.embeddings.dimensionsOf?.(embedder().model)).toBeUndefined();
    },
  );

  it('stop when they are cancelled', async () => {
    const abort = new AbortController();
    answers = [() => abort.abort()];
    await expect(embedder().embed(['a'], abort.signal)).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('need a key or an address', async () => {
    const config = loadConfig(
      { FOUNDRY_HOME: folder, FOUNDRY_EMBEDDINGS: 'openai' },
      {},
      { cwd: folder, home: folder, platform: 'linux' },
    );
    const bare = createEmbedder({ config, store, clock: fixedClock(), log: silentLogger });
    await expect(bare.embed(['a'], signal)).rejects.toMatchObject({ code: 'needs_setup' });
  });
});
