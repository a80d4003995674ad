import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRedactionPolicy, type RunRedactor } from '../../../src/evidence/redact.js';
import type { JsonValue } from '../../../src/json.js';
import { type Bench, createBench, jsonl } from './support.js';

// Made up, and put together at run time, so that no scanner takes this file for a leak.
const made = (...parts: string[]): string => parts.join('');
const secrets: Record<string, string> = {
  AWS_KEY: made('AKIA', 'QZ7T3XKLMN2P4RSV'),
  AWS_SECRET_KEY: made('wJalrXUtnFEMI', '/K7MDENGbPxRfiCYq83hTzLm0Ax'),
  OPENAI_KEY: made('sk-', 'proj-', 'Ab3_dE-fGh1'.repeat(6)),
  STRIPE_KEY: made('sk_', 'live_', '51Habcdefghijklmnop'),
  GOOGLE_API_KEY: made('AIza', 'SyA-1234567890abcdefghijklmnopqrstu'),
  JWT: made('eyJhbGciOiJIUzI1NiJ9', '.eyJzdWIiOiIxMjM0NTY3ODkwIn0', '.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P'),
  HF_TOKEN: made('hf_', 'abcdefghijklmnopqrstuvwxyzABCDEFGH'),
  GITHUB_TOKEN: made('ghp_', 'a1B2c3D4e5F6g7H8i9J0a1B2c3D4e5F6g7H8'),
  SLACK_TOKEN: made('xoxb-', '123456789012-123456789012-', 'abcdefABCDEF123456789012'),
  PRIVATE_KEY: made(
    '-----BEGIN RSA ',
    'PRIVATE KEY-----\n',
    'MIIEpAIBAAKCAQEA7\n'.repeat(4),
    '-----END RSA PRIVATE KEY-----',
  ),
};

function spoken(kind: string): string {
  const secret = secrets[kind] ?? '';
  return kind === 'AWS_SECRET_KEY' ? `aws_secret_access_key = ${secret}` : `it is ${secret}, keep it`;
}

const policy = createRedactionPolicy();

async function redact(value: JsonValue, redactor: RunRedactor = policy.runRedactor()): Promise<JsonValue> {
  return redactor.redact(value, await policy.search([value]));
}

describe('redaction', () => {
  for (const kind of Object.keys(secrets)) {
    it(`replaces ${kind} in values, in keys, and in JSON within strings`, async () => {
      const text = spoken(kind);
      const value = { said: text, [text]: 1, args: JSON.stringify({ inner: JSON.stringify([text]) }) };
      const redacted = JSON.stringify(await redact(value));
      expect(redacted.split(`[${kind}_1]`)).toHaveLength(4);
      expect(redacted).not.toContain(JSON.stringify(secrets[kind] ?? '').slice(1, 25));
    });
  }

  it('is not fooled by escapes in JSON within a string', async () => {
    const escaped = `{"k":"\\u0041${(secrets['AWS_KEY'] ?? '').slice(1)}"}`;
    expect(await redact(escaped)).toBe('{"k":"[AWS_KEY_1]"}');
  });

  it('knows an AWS secret key by the key that it stands under', async () => {
    expect(await redact({ SecretAccessKey: secrets['AWS_SECRET_KEY'] ?? '' })).toEqual({
      SecretAccessKey: '[AWS_SECRET_KEY_1]',
    });
  });

  it('is not switched off by a comment in the text', async () => {
    const text = `secretlint-disable\n/* secretlint-disable */ ${spoken('GITHUB_TOKEN')}`;
    expect(await redact(text)).toContain('[GITHUB_TOKEN_1]');
    // A kind that the preset alone knows, and a comment in another text that is searched in the same go.
    const shop = made('shpat_', 'a1b2c3d4e5f60718293a4b5c6d7e8f90');
    const said = await redact(['secretlint-disable\n', `it is ${shop}`]);
    expect(said).toEqual(['secretlint-disable\n', 'it is [SHOPIFY_KEY_1]']);
  });

  it('numbers placeholders by first appearance in a run, and gives one value one placeholder', async () => {
    const other = made('AKIA', 'ZZZZ3XKLMN2P4RSV');
    const redactor = policy.runRedactor();
    const first = await redact(`a ${secrets['AWS_KEY']} b ${other}`, redactor);
    const second = await redact(`${other} then ${secrets['AWS_KEY']}`, redactor);
    expect([first, second]).toEqual(['a [AWS_KEY_1] b [AWS_KEY_2]', '[AWS_KEY_2] then [AWS_KEY_1]']);
    expect(redactor.counts).toEqual({ AWS_KEY: 4 });
  });

  it('depends on the text alone, not on what is searched beside it', async () => {
    const open = '-----BEGIN PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7';
    const texts = [open, 'plain words that hold nothing', spoken('JWT'), 'more plain words here'];
    const together = await policy.search(texts);
    const alone = await Promise.all(texts.map((text) => policy.search([text])));
    for (const [index, text] of texts.entries()) expect(together.get(text)).toEqual(alone[index]?.get(text));
    expect(together.get(texts[1] ?? '')).toBeUndefined();
  });

  it('joins the parts of a message, whichever way a format writes them', async () => {
    const key = secrets['STRIPE_KEY'] ?? '';
    const [first, second] = [`it is ${key.slice(0, 12)}`, `${key.slice(12)} now`];
    const mended = ['it is [STRIPE_KEY_1]', ' now'];
    for (const name of ['text', 'content']) {
      const parts = (texts: readonly string[]) => texts.map((text) => ({ type: 'text', [name]: text }));
      expect(await redact(parts([first, second]))).toEqual(parts(mended));
      const wrapped = (texts: readonly string[]) => ({
        arrayValue: {
          values: texts.map((text) => ({
            kvlistValue: {
              values: [
                { key: 'type', value: { stringValue: 'text' } },
                { key: name, value: { stringValue: text } },
              ],
            },
          })),
        },
      });
      expect(await redact(wrapped([first, second]))).toEqual(wrapped(mended));
    }
    const messages = [first, second].map((content) => ({ role: 'user', content }));
    expect(await redact(messages)).toBe(messages);
  });

  it('leaves alone base64, hashes, ids and what the operator allows', async () => {
    const base64 = Buffer.from(Array.from({ length: 6000 }, (_, index) => (index * 7919) % 251)).toString('base64');
    const value = { base64, sha: 'a3f5'.repeat(16), id: 'user_AKIA', uuid: '0f8fad5b-d9cb-469f-a165-70867728950e' };
    expect(await redact(value)).toBe(value);
    const allowing = createRedactionPolicy({ allow: [secrets['AWS_KEY'] ?? ''] });
    const text = spoken('AWS_KEY');
    expect(allowing.runRedactor().redact(text, await allowing.search([text]))).toBe(text);
    expect(allowing.digest).not.toBe(policy.digest);
  });
});

describe('an import with secrets in it', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = createBench();
  });
  afterEach(() => bench.close());

  it('keeps every one of them out of the store, the log, the rejections and the receipt', async () => {
    const all = Object.keys(secrets).map(spoken).join('\n');
    const messages = [
      { role: 'user', content: all },
      { role: 'assistant', tool_calls: [{ id: 'c', function: { name: 'put', arguments: JSON.stringify({ all }) } }] },
      { role: 'tool', tool_call_id: 'c', content: JSON.stringify({ [all]: all }) },
      { role: all, content: all },
    ];
    const tools = [{ type: 'function', function: { name: 'put', description: all, parameters: { type: 'object' } } }];
    const text = `${jsonl([{ id: all, messages, tools, reward: all, metadata: { task_id: all } }])}{"messages": [${JSON.stringify(all)}\n`;
    const output = await bench.import({ path: bench.file('log.jsonl', text), source: all });
    expect(output).toMatchObject({ imported: 3, rejected: 3 });
    expect(Object.keys(output.redacted).sort()).toEqual(Object.keys(secrets).sort());
    await bench.store.close();
    const stored = ['', '-wal']
      .map((end) => {
        try {
          return readFileSync(`${bench.home}/data/foundry.db${end}`, 'latin1');
        } catch {
          return '';
        }
      })
      .join('');
    const seen = [stored, bench.logged.join('\n'), JSON.stringify(output)];
    for (const secret of Object.values(secrets)) {
      for (const place of seen) {
        expect(place.includes(secret.slice(0, 24))).toBe(false);
        expect(place.includes(JSON.stringify(secret).slice(1, -1))).toBe(false);
        expect(place.includes(secret.slice(-18))).toBe(false);
      }
    }
  });

  it('redacts ids and models that stand outside of what a record spans', async () => {
    const key = secrets['AWS_KEY'] ?? '';
    const act = { act_id: `${key}#1`, intent: 'Check', action: 'Look' };
    await bench.import({ path: bench.file('acts.jsonl', jsonl([act])) });
    const request = { messages: [{ role: 'user', content: 'hello' }] };
    const response = { model: key, choices: [{ message: { role: 'assistant', content: 'hi' } }] };
    await bench.import({ path: bench.file('log.jsonl', jsonl([{ conversation_id: key, request, response }])) });
    const results = [1, 2].map((n) => ({ type: 'tool_result', tool_use_id: `t${n}`, content: 'ok' }));
    const line = { type: 'user', uuid: key, sessionId: key, cwd: key, message: { role: 'user', content: results } };
    await bench.import({ path: bench.file('session.jsonl', jsonl([line])) });
    const traces = await bench.traces();
    expect(traces).toHaveLength(3);
    expect(JSON.stringify(traces)).not.toContain(key);
    for (const record of traces.flatMap((trace) => trace.records)) {
      expect(await bench.service.verifyRecord(record.evidence_id)).toBeNull();
    }
  });

  it('verifies against its source, also where the number of a placeholder comes from an earlier record', async () => {
    const first = spoken('AWS_KEY');
    const second = made('it is AKIA', 'ZZZZ3XKLMN2P4RSV');
    const messages = [first, second, first].map((content) => ({ role: 'user', content }));
    await bench.import({ path: bench.file('log.json', JSON.stringify(messages)) });
    const [trace] = await bench.traces();
    expect(trace?.records.map((record) => record.text)).toEqual([
      'it is [AWS_KEY_1], keep it',
      'it is [AWS_KEY_2]',
      'it is [AWS_KEY_1], keep it',
    ]);
    for (const record of trace?.records ?? []) expect(await bench.service.verifyRecord(record.evidence_id)).toBeNull();
  });
});
