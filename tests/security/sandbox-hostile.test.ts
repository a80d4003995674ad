import { afterAll, describe, expect, test } from 'vitest';
import { FoundryError } from '../../src/errors.js';
import type { CallHandler, InvokeOutcome } from '../../src/gate/runtimes/runtime.js';
import { FetchError } from '../../src/net/model.js';
import { everyThird } from '../support/sampled.js';
import { invocation, never, openSandbox } from '../unit/gate/support.js';
import type { HostileCandidate } from './corpus/kit.js';
import { typescriptCorpus } from './corpus/typescript.js';

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

async function expectEnding({ code, ends }: HostileCandidate, pooled: boolean): Promise<void> {
  const loops = 'reasons' in ends && ends.reasons.includes('timeout');
  // Only what is to run out of time gets little of it; which of the two timers comes first is the machine's load.
  const outcome = await run(code, pooled, loops ? 400 : 10_000);
  if ('value' in ends) expect(outcome).toMatchObject({ ok: true, value: ends.value });
  else expect([...ends.reasons, ...(loops ? ['wall_timeout'] : [])]).toContain(outcome.ok ? 'ok' : outcome.reason);
  expect(JSON.stringify(outcome)).not.toMatch(/root:|node_modules|file:\/\//);
  expect(JSON.stringify(outcome).length).toBeLessThan(20_000);
}

describe('a hostile candidate in a process of its own', () => {
  test.concurrent.each(typescriptCorpus)('that $name ends as it must', (candidate) => expectEnding(candidate, false));
});

describe('a hostile candidate in a shared process', () => {
  test.each(everyThird(typescriptCorpus, 'hostile candidates in a shared process'))(
    'that $name ends as it must, and the next one is untouched',
    async (candidate) => {
      await expectEnding(candidate, true);
      expect(await run(innocent, true, 5_000)).toMatchObject({ ok: true, value: innocentValue });
    },
  );
});
