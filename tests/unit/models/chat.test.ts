import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createSqliteStore } from '../../../db/sqlite/store.js';
import { type Config, loadConfig } from '../../../src/config.js';
import { fixedClock } from '../../../src/context.js';
import { FoundryError } from '../../../src/errors.js';
import { createLogger, silentLogger } from '../../../src/log.js';
import { retryAfterMs } from '../../../src/models/chat/endpoint.js';
import { retryDelay } from '../../../src/models/chat/retry.js';
import { createChatModel } from '../../../src/models/chat.js';
import type { ChatModel, ChatRequest } from '../../../src/models/model.js';
import { usageSummary } from '../../../src/models/usage.js';
import type { Store } from '../../../src/store.js';
import { type Answer, answerJson, fakeOpenai, type Script, tokensOf } from '../../support/fake-openai.js';
import { tempFolder } from '../../support/temp.js';

const never = new AbortController().signal;
const key = 'sk-test-0123456789';
const price = { input_per_million: 1_000_000, output_per_million: 2_000_000 };

interface Setup {
  readonly budgetUsd?: number;
  readonly timeoutMs?: number;
  readonly maxRetries?: number;
  readonly priced?: boolean;
}

function openStore(): Store {
  const store = createSqliteStore(join(tempFolder(), 'foundry.db'));
  onTestFinished(() => store.close());
  return store;
}

function configFor(url: string, setup: Setup = {}): Config {
  return loadConfig(
    {},
    {
      home: tempFolder(),
      openaiApiKey: key,
      openaiBaseUrl: url,
      chatModel: 'small',
      budgetUsd: setup.budgetUsd,
      file: {
        models: {
          timeout_ms: setup.timeoutMs ?? 30_000,
          max_retries: setup.maxRetries ?? 3,
          ...(setup.priced !== false && { prices: { small: price } }),
        },
      },
    },
  );
}

function modelFor(url: string, store: Store, setup: Setup = {}): ChatModel {
  const chat = createChatModel({
    config: configFor(url, setup),
    store,
    clock: fixedClock(),
    log: silentLogger,
    retry: { baseMs: 1, capMs: 5 },
  });
  if (!chat) throw new Error('no model');
  return chat;
}

async function chatWith(script: Script, setup: Setup = {}) {
  const server = await fakeOpenai(script);
  const store = openStore();
  return { server, store, chat: modelFor(server.url, store, setup) };
}

const question = (text: string): ChatRequest => ({
  stage: 'spec',
  messages: [{ role: 'user', content: text }],
  schema: { name: 'answer', schema: { type: 'object' } },
  maxTokens: 100,
});

const ok: Answer = answerJson({ fine: true });

async function failureOf(work: Promise<unknown>): Promise<FoundryError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof FoundryError)) throw new Error(`expected a FoundryError, got ${String(error)}`);
  return error;
}

test('asks with a JSON schema and logs tokens, characters and cost as they were', async () => {
  const { server, store, chat } = await chatWith([ok]);
  const answer = await chat.chat(question('what is it?'), never);
  expect(answer).toEqual({ text: '{"fine":true}', cached: false, model: 'small' });
  expect(server.requests[0]?.path).toBe('/v1/chat/completions');
  expect(server.requests[0]?.authorization).toBe(`Bearer ${key}`);
  expect(server.requests[0]?.body).toMatchObject({
    model: 'small',
    max_tokens: 100,
    response_format: { type: 'json_schema', json_schema: { name: 'answer' } },
  });
  const prompt = tokensOf('what is it?'.length);
  const completion = tokensOf(answer.text.length);
  expect(await store.modelCalls.list(10)).toEqual([
    {
      request_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      ts: '2026-01-01T00:00:00.000Z',
      stage: 'spec',
      model: 'small',
      duration_sec: 0,
      prompt_tokens: prompt,
      completion_tokens: completion,
      total_tokens: prompt + completion,
      prompt_chars: 11,
      completion_chars: 13,
      cost_usd: prompt + completion * 2,
      cached: false,
      response: answer.text,
      error: null,
    },
  ]);
});

test('the same question is answered from the store, also by a model made anew, and costs nothing', async () => {
  const { server, store, chat } = await chatWith([ok]);
  await chat.chat(question('once'), never);
  const again = await modelFor(server.url, store).chat({ ...question('once'), stage: 'other' }, never);
  expect(again).toEqual({ text: '{"fine":true}', cached: true, model: 'small' });
  expect(server.requests).toHaveLength(1);
  expect(await usageSummary(store.modelCalls)).toMatchObject({ calls: 2, cached: 1, failed: 0, prompt_chars: 4 });
});

test('a 429 with retry-after, then 500s, then success: every request is a row and the sums add up', async () => {
  const { server, store, chat } = await chatWith([
    { kind: 'status', status: 429, retryAfter: '0' },
    { kind: 'status', status: 500 },
    { kind: 'status', status: 503 },
    ok,
  ]);
  expect((await chat.chat(question('hold on'), never)).text).toBe('{"fine":true}');
  const rows = await store.modelCalls.list(10);
  expect(rows.map((row) => row.error)).toEqual(['http 429', 'http 500', 'http 503', null]);
  expect(server.requests).toHaveLength(4);
  const usage = await usageSummary(store.modelCalls);
  expect(usage).toMatchObject({ calls: 4, failed: 3, cached: 0 });
  expect(usage.total_tokens).toBe(rows.reduce((sum, row) => sum + (row.total_tokens ?? 0), 0));
  expect(usage.stages['spec']).toEqual(usage.models['small']);
});

test.each<[string, Answer, string]>([
  ['500s without end', { kind: 'status', status: 500 }, 'upstream'],
  ['a body that is cut off', { kind: 'cut' }, 'upstream'],
  ['a body that is not JSON', { kind: 'body', body: '{"choices": [' }, 'upstream'],
  ['a body of another shape', { kind: 'body', body: '{"answer": 42}' }, 'upstream'],
  ['an empty list of choices', { kind: 'body', body: '{"choices": []}' }, 'upstream'],
])('%s end in an error after all tries', async (_, answer, code) => {
  const { server, chat } = await chatWith([answer], { maxRetries: 2 });
  const error = await failureOf(chat.chat(question('x'), never));
  expect(error.code).toBe(code);
  expect(error.message).toContain('3 attempts');
  expect(server.requests).toHaveLength(3);
});

test.each(['headers', 'silent'] as const)('a stall (%s) ends in timeout after two tries', async (at) => {
  const { server, store, chat } = await chatWith([{ kind: 'stall', at }], { timeoutMs: 500 });
  expect((await failureOf(chat.chat(question('x'), never))).code).toBe('timeout');
  expect(server.requests).toHaveLength(2);
  expect((await usageSummary(store.modelCalls)).failed).toBe(2);
});

test('aborting ends a call under way with cancelled', async () => {
  const stop = new AbortController();
  const { chat } = await chatWith(() => {
    setImmediate(() => stop.abort());
    return { kind: 'stall', at: 'silent' };
  });
  expect((await failureOf(chat.chat(question('x'), stop.signal))).code).toBe('cancelled');
});

test('aborting ends the wait before a retry', async () => {
  const stop = new AbortController();
  const server = await fakeOpenai([{ kind: 'status', status: 500 }]);
  const chat = createChatModel({
    config: configFor(server.url),
    store: openStore(),
    clock: fixedClock(),
    log: createLogger('warn', () => stop.abort()),
    retry: { baseMs: 3_600_000, capMs: 3_600_000 },
  });
  expect((await failureOf(chat?.chat(question('x'), stop.signal) ?? Promise.resolve())).code).toBe('cancelled');
});

test('an endpoint that knows no response_format is asked again with less, and remembered', async () => {
  const { server, chat } = await chatWith((request) => {
    const format = request.body['response_format'] as { type: string } | undefined;
    if (format === undefined) return ok;
    return { kind: 'status', status: 400, body: { error: { message: `response_format ${format.type} is unknown` } } };
  });
  expect((await chat.chat(question('first'), never)).text).toBe('{"fine":true}');
  await chat.chat(question('second'), never);
  const formats = server.requests.map((request) => (request.body['response_format'] as { type?: string })?.type);
  expect(formats).toEqual(['json_schema', 'json_object', undefined, undefined]);
});

test('an endpoint that calls the token limit by its other name gets that name', async () => {
  const { server, chat } = await chatWith((request) =>
    'max_tokens' in request.body
      ? { kind: 'status', status: 400, body: { error: { message: "Unsupported parameter: 'max_tokens'" } } }
      : ok,
  );
  await chat.chat(question('x'), never);
  expect(server.requests[1]?.body['max_completion_tokens']).toBe(100);
});

test('another 400 is not tried again', async () => {
  const { server, chat } = await chatWith([{ kind: 'status', status: 400 }]);
  expect((await failureOf(chat.chat(question('x'), never))).code).toBe('upstream');
  expect(server.requests).toHaveLength(1);
});

test.each([401, 403, 404])('%i says what to set up', async (status) => {
  const { chat } = await chatWith([{ kind: 'status', status }]);
  const error = await failureOf(chat.chat(question('x'), never));
  expect(error.code).toBe('needs_setup');
  expect(error.fix).toContain('FOUNDRY_CHAT_MODEL');
});

test('a refusal is an answer, marked as one, and stays marked in the cache', async () => {
  const { server, chat } = await chatWith([{ kind: 'refusal', text: 'I would rather not.' }]);
  expect(await chat.chat(question('x'), never)).toMatchObject({ refusal: true, cached: false });
  expect(await chat.chat(question('x'), never)).toMatchObject({ refusal: true, cached: true });
  expect(server.requests).toHaveLength(1);
});

test('without usage the characters are logged, and the cost is taken from them', async () => {
  const { store, chat } = await chatWith([{ kind: 'text', text: 'abcdefgh', usage: false }]);
  await chat.chat(question('abcd'), never);
  const [row] = await store.modelCalls.list(1);
  expect(row).toMatchObject({ total_tokens: null, prompt_chars: 4, completion_chars: 8, cost_usd: 1 + 2 * 2 });
});

test('once the budget is spent no more is asked, and what was answered can still be read', async () => {
  const { server, chat } = await chatWith([ok], { budgetUsd: 1 });
  await chat.chat(question('first'), never);
  const error = await failureOf(chat.chat(question('second'), never));
  expect(error.code).toBe('budget_exceeded');
  expect(error.fix).toContain('FOUNDRY_BUDGET_USD');
  expect((await chat.chat(question('first'), never)).cached).toBe(true);
  expect(server.requests).toHaveLength(1);
});

test('a budget for a model without a price is refused before anything is spent', async () => {
  const { server, chat } = await chatWith([ok], { budgetUsd: 1, priced: false });
  expect((await failureOf(chat.chat(question('x'), never))).code).toBe('needs_setup');
  expect(server.requests).toHaveLength(0);
});

test('no error and no log row holds the key or words of the endpoint', async () => {
  const body = { error: { message: `Incorrect API key provided: ${key}`, code: 'invalid_api_key' } };
  const { store, chat } = await chatWith([{ kind: 'status', status: 401, body }]);
  const error = await failureOf(chat.chat(question('the question'), never));
  const told = `${error.message} ${error.fix} ${JSON.stringify(await store.modelCalls.list(10))}`;
  expect(told).not.toContain(key);
  expect(told).not.toContain('Incorrect');
  expect(told).not.toContain('the question');
});

test('there is no model without a name, or without a key and an address', () => {
  const deps = { store: openStore(), clock: fixedClock(), log: silentLogger };
  const config = configFor('http://127.0.0.1:9/v1');
  expect(createChatModel({ ...deps, config: { ...config, chatModel: undefined } })).toBeUndefined();
  const nowhere = { ...config, openaiApiKey: undefined, openaiBaseUrl: undefined };
  expect(createChatModel({ ...deps, config: nowhere })).toBeUndefined();
  expect(createChatModel({ ...deps, config: { ...config, openaiApiKey: undefined } })).toBeDefined();
});

test('waits double up to the cap, and what the endpoint asks for counts up to the cap too', () => {
  const policy = { maxRetries: 9, baseMs: 500, capMs: 3_000 };
  expect([1, 2, 3, 4].map((retry) => retryDelay(policy, retry, null))).toEqual([500, 1_000, 2_000, 3_000]);
  expect(retryDelay(policy, 1, 2_500)).toBe(2_500);
  expect(retryDelay(policy, 1, 3_600_000)).toBe(3_000);
});

test('retry-after is read as seconds, as milliseconds and as a date', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  const read = (name: string, value: string) => retryAfterMs(new Headers({ [name]: value }), now);
  expect(read('retry-after', '2')).toBe(2_000);
  expect(read('retry-after-ms', '250')).toBe(250);
  expect(read('retry-after', 'Thu, 01 Jan 2026 00:00:07 GMT')).toBe(7_000);
  expect(read('retry-after', 'soon')).toBeNull();
});
