import { expect, test } from 'vitest';
import type { Execution } from '../../../src/library/model.js';
import { createExecutionRedactor } from '../../../src/library/redact-execution.js';

const execution = (changes: Partial<Execution>): Execution => ({
  execution_id: 'exec_1',
  name: 'send',
  version: 1,
  input: {},
  observation: null,
  error: null,
  calls: [],
  dry_run: false,
  duration_ms: 1,
  at: '2026-01-01T00:00:00.000Z',
  via: 'mcp',
  ...changes,
});
const redact = createExecutionRedactor();
const token = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`;

test('a secret that only the name of its field gives away is taken out', async () => {
  const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzzzz';
  const kept = await redact(execution({ input: { aws_secret_access_key: secret } }));
  expect(JSON.stringify(kept)).not.toContain(secret);
});

test('what the code called is searched as well, by its name and in what came back', async () => {
  const calls = [{ name: token, args: { key: token }, result: { text: `key ${token}` }, failed: false }];
  const kept = await redact(execution({ calls, error: `throw: ${token}` }));
  expect(JSON.stringify(kept)).not.toContain(token);
  expect(kept.calls[0]).toMatchObject({ failed: false, result: { text: expect.stringMatching(/^key \[\w+_1\]$/) } });
});

test('an execution without secrets stays as it is', async () => {
  const plain = execution({ input: { a: 1 }, observation: { status: 'ok', payload: { b: 2 }, prov: [] } });
  expect(await redact(plain)).toEqual(plain);
});
