import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { JobService } from '../../src/jobs/service.js';
import type { LibraryService } from '../../src/library/service.js';
import type { Services } from '../../src/services.js';
import { connect, connectLegacy, textOf } from '../support/connect.js';
import { doneJobs, failingJobs, fakeServices, standIn } from '../support/fake-services.js';

const mined = {
  mining_id: 'mining_1',
  runs: 2,
  acts: 5,
  needs: 5,
  groups: 4,
  merged: 1,
  rejected: 0,
  receipt_id: 'receipt_1',
};

test('an unknown argument is named, with those that the tool takes', async () => {
  const client = await connect();
  const result = await client.callTool({ name: 'cluster_needs', arguments: { mining_id: 'm', minig: 1 } });
  expect(result.isError).toBe(true);
  expect(textOf(result)).toContain(
    'unknown argument minig; this tool takes mining_id, target_cluster_size, k, seed, reuse, limit, cursor, wait_ms',
  );
});

test('a known error is two lines, without structured content', async () => {
  const client = await connect({ jobs: failingJobs() });
  const result = await client.callTool({ name: 'cluster_needs', arguments: { mining_id: 'x' } });
  expect(result.isError).toBe(true);
  expect(result.structuredContent).toBeUndefined();
  expect(textOf(result)).toBe('not_found: No mining has the id "x".\nCall mine_needs first.');
});

test('an unexpected error tells a reference and no detail', async () => {
  const jobs = standIn<JobService>('jobs', {
    run: async () => {
      throw new Error('SQLITE_BUSY at /secret/path');
    },
    resume: async () => undefined,
  });
  const client = await connect({ jobs });
  const result = await client.callTool({ name: 'mine_needs', arguments: {} });
  expect(textOf(result)).toMatch(/^internal: mine_needs failed on the server \(ref [0-9a-f]{8}\)\.\nThe arguments/);
  expect(textOf(result)).not.toContain('secret');
});

test('keys that the schema does not name do not reach the client', async () => {
  const client = await connect({ jobs: doneJobs({ ...mined, internal_note: 'x' }) });
  const result = await client.callTool({ name: 'mine_needs', arguments: {} });
  expect(result.structuredContent).toEqual({ ...mined, job_id: 'job_1', job_state: 'done' });
});

test('lone surrogates are replaced everywhere in a result', async () => {
  const client = await connect({
    library: standIn<LibraryService>('library', {
      call: async () => ({
        status: 'ok',
        payload: { 'k\uD800': ['a\uDC00b'] },
        prov: [],
        execution_id: 'x',
        duration_ms: 1,
      }),
    }),
  });
  const result = await client.callTool({ name: 'call_capability', arguments: { name: 'a', input: {} } });
  expect(result.structuredContent).toMatchObject({ payload: { 'k\uFFFD': ['a\uFFFDb'] } });
  expect(textOf(result)).not.toMatch(/\p{Surrogate}/u);
});

test('a result that is too long is shortened, says so, and still fits its schema', async () => {
  const runs = Array.from({ length: 50 }, (_, i) => ({
    run_id: `run_${i}`,
    category: 'accepted' as const,
    reasons: ['because '.repeat(200)],
  }));
  const counts = { accepted: 50, partially_accepted: 0, rejected: 0, needs_human_review: 0 };
  const scored = {
    scored: 50,
    by_category: counts,
    runs,
    next_cursor: 'n',
    scorer_version: '1',
    receipt_id: 'r',
  };
  const client = await connect({ jobs: doneJobs(scored) });
  const result = await client.callTool({ name: 'score_run', arguments: {} });
  expect(JSON.stringify(result.structuredContent).length).toBeLessThanOrEqual(24_000);
  expect(textOf(result).length).toBeLessThanOrEqual(24_000);
  const shortened = [
    'runs: 13 of 50 shown',
    'next_cursor: left out, for it would skip what was cut; ask again with limit 13',
  ];
  expect(textOf(result)).toContain(`[shortened to 24000 characters: ${shortened.join('; ')}]`);
  expect(result.structuredContent).toMatchObject({ shortened });
  expect(result.structuredContent).not.toHaveProperty('next_cursor');
});

test('a spec that is too long is left out whole, for half a spec is none', async () => {
  const tests = Array.from({ length: 40 }, (_, i) => ({ name: `t${i}`, text: 'x'.repeat(1000) }));
  const spec = { spec_id: 'spec_1', name: 'a', kind: 'skill', summary: 'Does a' };
  const proposed = { status: 'proposed', specs: [spec], issues: [], skipped: [], generator: 'induction' };
  const client = await connect({ jobs: doneJobs({ ...proposed, spec: { name: 'a', tests } }) });
  const result = await client.callTool({ name: 'propose_spec', arguments: { clustering_id: 'c' } });
  expect(result.structuredContent).toEqual({
    ...proposed,
    job_id: 'job_1',
    job_state: 'done',
    shortened: ['spec: left out, read it by its URI'],
  });
  expect(textOf(result)).toContain('read specs://spec_1 for the whole');
});

test('the first tool call resumes what a dead process left, listing does not, and once is enough', async () => {
  const calls: string[] = [];
  const jobs = standIn<JobService>('jobs', {
    resume: async () => void calls.push('resume'),
    run: async () => ({ job_id: 'job_1', job_state: 'running' }),
  });
  const client = await connect({ jobs });
  await client.listPrompts();
  expect(calls).toEqual([]);
  await client.callTool({ name: 'mine_needs', arguments: {} });
  await client.callTool({ name: 'mine_needs', arguments: {} });
  expect(calls).toEqual(['resume']);
});

describe('long work', () => {
  test('is given 40 seconds unless the caller says otherwise, and the input without wait_ms', async () => {
    const seen: unknown[] = [];
    const jobs = standIn<JobService>('jobs', {
      resume: async () => undefined,
      run: async (kind, input, { via, waitMs }) => {
        seen.push({ kind, input, via, waitMs });
        return { job_id: 'job_1', job_state: 'done', result: mined };
      },
    });
    const client = await connect({ jobs });
    await client.callTool({ name: 'mine_needs', arguments: { source: 'desk' } });
    await client.callTool({ name: 'mine_needs', arguments: { wait_ms: 0 } });
    expect(seen).toEqual([
      { kind: 'mine_needs', input: { source: 'desk' }, via: 'mcp', waitMs: 40_000 },
      { kind: 'mine_needs', input: {}, via: 'mcp', waitMs: 0 },
    ]);
  });

  test('that is not done says how to pick it up', async () => {
    const jobs = standIn<JobService>('jobs', {
      resume: async () => undefined,
      run: async () => ({
        job_id: 'job_1',
        job_state: 'running',
        progress: { done: 1, total: 2, message: 'reading acts' },
      }),
    });
    const client = await connect({ jobs });
    const result = await client.callTool({ name: 'mine_needs', arguments: { wait_ms: 0 } });
    expect(result.structuredContent).toEqual({ job_id: 'job_1', job_state: 'running' });
    expect(textOf(result)).toBe(
      'The job job_1 is running (reading acts). Its result comes from the same call again, or from foundry_status with job_id "job_1" and wait_ms.',
    );
  });

  test('sends progress where a token was sent, growing, at most one a second', async () => {
    const elapsed = { ms: 0 };
    const clock = { now: () => '2026-01-01T00:00:00.000Z', elapsed: () => elapsed.ms };
    const jobs = standIn<JobService>('jobs', {
      resume: async () => undefined,
      run: async (_kind, _input, { onProgress }) => {
        for (const [ms, done] of [
          [0, 0],
          [10, 5],
          [1000, 6],
          [2000, 1],
        ] as const) {
          elapsed.ms = ms;
          onProgress?.(done, 10, `at ${ms}`);
        }
        return { job_id: 'job_1', job_state: 'done', result: mined };
      },
    });
    const seen: unknown[] = [];
    const client = await connectLegacy(fakeServices({ jobs, clock }));
    await client.callTool({ name: 'mine_needs', arguments: {} }, undefined, { onprogress: (one) => seen.push(one) });
    // The last one may be dropped: it races with the result.
    expect(seen.slice(0, 2)).toEqual([
      { progress: 0, message: 'Mine needs: started' },
      { progress: 6, total: 10, message: 'at 1000' },
    ]);
  });

  test('goes on when the request is cancelled: only its signal is aborted', async () => {
    const signals: AbortSignal[] = [];
    const jobs = standIn<JobService>('jobs', {
      resume: async () => undefined,
      run: (_kind, _input, { signal }) => {
        signals.push(signal);
        return new Promise((resolve) =>
          signal.addEventListener('abort', () => resolve({ job_id: 'job_1', job_state: 'running' })),
        );
      },
      cancel: async () => {
        throw new Error('the job was cancelled');
      },
    });
    const client = await connect({ jobs });
    const abort = new AbortController();
    const call = client.callTool({ name: 'mine_needs', arguments: {} }, { signal: abort.signal });
    await expect.poll(() => signals.length).toBe(1);
    abort.abort();
    await expect(call).rejects.toThrow();
    await expect.poll(() => signals[0]?.aborted).toBe(true);
  });
});

describe('asking the person', () => {
  const asked: string[] = [];
  const seen: { via: string; answer: boolean | undefined }[] = [];

  /** A capability that changes things: it asks, and says what it was told. */
  function careful(): Partial<Services> {
    asked.length = 0;
    seen.length = 0;
    return {
      library: standIn<LibraryService>('library', {
        call: async (input, { via }, confirm) => {
          const answer = await confirm(`Refund order ${JSON.stringify(input.input)}?`);
          seen.push({ via, answer });
          return { status: 'ok', payload: answer ?? null, prov: [], execution_id: 'x', duration_ms: 1 };
        },
      }),
    };
  }

  const call = { name: 'call_capability', arguments: { name: 'refund', input: { order: 7 } } };
  const accept = async (request: { params: { message?: string } }) => {
    asked.push(request.params.message ?? '');
    return { action: 'accept' as const, content: { confirm: true } };
  };

  test('a client that cannot ask is not asked', async () => {
    const client = await connect(careful());
    await client.callTool(call);
    expect(seen).toEqual([{ via: 'mcp', answer: undefined }]);
  });

  test('a 2026-era client asks, and the word counts as the person’s', async () => {
    const client = await connect(careful(), { capabilities: { elicitation: { form: {} } } });
    client.setRequestHandler('elicitation/create', accept);
    const result = await client.callTool(call);
    expect(asked).toEqual(['Refund order {"order":7}?']);
    expect(seen).toEqual([{ via: 'elicited', answer: true }]);
    expect(result.structuredContent).toMatchObject({ payload: true });
  });

  test('a 2025-era client asks too', async () => {
    const { ElicitRequestSchema } = await import('@modelcontextprotocol/sdk/types.js');
    const client = await connectLegacy(fakeServices(careful()), { elicitation: {} });
    client.setRequestHandler(ElicitRequestSchema, accept);
    await client.callTool(call);
    expect(asked).toEqual(['Refund order {"order":7}?']);
    expect(seen).toEqual([{ via: 'elicited', answer: true }]);
  });

  test('an answer that was not asked for is no answer, and one answer is good for one call', async () => {
    const client = await connect(careful(), {
      capabilities: { elicitation: { form: {} } },
      inputRequired: { autoFulfill: false },
    });
    const yes = { confirm: { action: 'accept', content: { confirm: true } } };
    const ask = (params: object) =>
      client.request({ method: 'tools/call', params: { ...call, ...params } }, z.looseObject({}), {
        allowInputRequired: true,
      });
    expect(await ask({ inputResponses: yes })).toMatchObject({ resultType: 'input_required' });
    const asking = await ask({});
    const answered = { inputResponses: yes, requestState: asking['requestState'] };
    const other = { name: 'call_capability', arguments: { name: 'refund', input: { order: 8 } } };
    expect(await ask({ ...other, ...answered })).toMatchObject({ resultType: 'input_required' });
    expect(seen).toEqual([]);
    await ask(answered);
    expect(seen).toEqual([{ via: 'elicited', answer: true }]);
    expect(await ask(answered)).toMatchObject({ resultType: 'input_required' });
  });

  test('a person who declines, or accepts without the tick, says no', async () => {
    for (const answer of [{ action: 'decline' as const }, { action: 'accept' as const, content: { confirm: false } }]) {
      const client = await connect(careful(), { capabilities: { elicitation: { form: {} } } });
      client.setRequestHandler('elicitation/create', async () => answer);
      await client.callTool(call);
      expect(seen).toEqual([{ via: 'mcp', answer: false }]);
    }
  });
});
