import { afterAll, describe, expect, test } from 'vitest';
import { FoundryError } from '../../src/errors.js';
import type { CallHandler, InvokeOutcome } from '../../src/gate/runtimes/runtime.js';
import { FetchError } from '../../src/net/model.js';
import { invocation, never, openSandbox } from '../unit/gate/support.js';
import { hostileCandidates } from './hostile-candidates.js';

const sandbox = openSandbox({ memory_mb: 96 });
afterAll(() => sandbox.close());

const onCall: CallHandler = async ({ name, args }) => {
  if (name === 'fetch') throw new FetchError('not_granted', 'no');
  if (name === 'deny') throw new FoundryError('upstream', 'no', 'no');
  return { name, args };
};
const innocent = `export async function execute(input, ctx) {
  const answer = await ctx.call('echo', { n: input.n });
  return [JSON.stringify({ a: [input.n] }), answer.args.n, Object.keys({}).length, [1].map(String), Math.random(), ({}).polluted ?? null];
}`;
const innocentValue = ['{"a":[7]}', 7, 0, ['1'], 0.6270739405881613, null];

async function run(code: string, pooled: boolean, timeoutMs: number): Promise<InvokeOutcome> {
  const session = await sandbox.open(code, { pooled });
  try {
    return await session.invoke(invocation({ input: { n: 7 }, timeoutMs, onCall }), never);
  } finally {
    await session.close();
  }
}

describe.each([
  ['in a process of its own', false],
  ['in a shared process', true],
])('a hostile candidate %s', (_place, pooled) => {
  test.each(hostileCandidates)('that $name ends as it must, and the next one is untouched', async ({ code, ends }) => {
    const outcome = await run(code, pooled, 800);
    if ('value' in ends) expect(outcome).toMatchObject({ ok: true, value: ends.value });
    else expect(ends.reasons, JSON.stringify(outcome)).toContain(outcome.ok ? 'ok' : outcome.reason);
    expect(JSON.stringify(outcome)).not.toMatch(/root:|node_modules|file:\/\//);
    expect(await run(innocent, true, 5_000)).toMatchObject({ ok: true, value: innocentValue });
  });
});
