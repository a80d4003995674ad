import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createSqliteStore } from '../../../db/sqlite/store.js';
import type { Clock } from '../../../src/context.js';
import { FoundryError } from '../../../src/errors.js';
import type { JobExecutor } from '../../../src/jobs/executor.js';
import { createJobService } from '../../../src/jobs/job-service.js';
import type { Job } from '../../../src/jobs/model.js';
import { silentLogger } from '../../../src/log.js';
import { tempFolder } from '../../support/temp.js';

type Work = (job: Job, context: Parameters<JobExecutor['execute']>[1]) => Promise<Record<string, never> | object>;

/** A clock that a test moves by hand. */
function handClock(): Clock & { forward(ms: number): void } {
  let at = Date.UTC(2026, 0, 1);
  return {
    now: () => new Date(at).toISOString(),
    elapsed: () => at,
    forward: (ms) => {
      at += ms;
    },
  };
}

/** Two job services of one `file` behave like two processes that share a store. */
function process(file: string, clock: Clock, work: Work) {
  const store = createSqliteStore(file);
  const seen: Job[] = [];
  const executor: JobExecutor = {
    execute: async (job, context) => {
      seen.push(job);
      return (await work(job, context)) as never;
    },
    close: async () => {},
  };
  const jobs = createJobService({ store, executor, clock, log: silentLogger });
  onTestFinished(async () => {
    await jobs.close();
    await store.close();
  });
  return { jobs, store, seen };
}

const options = (waitMs = 5_000) => ({ via: 'mcp' as const, waitMs, signal: new AbortController().signal });

/** Work that goes on until the test lets it end. */
function gated() {
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { gate, open };
}

describe('jobs', () => {
  test('hand their result to the call that asked, and the same call later is new work', async () => {
    let n = 0;
    const { jobs, seen } = process(join(tempFolder(), 'f.db'), handClock(), async () => ({ n: ++n }));
    const first = await jobs.run('mine_needs', { a: 1 }, options());
    const second = await jobs.run('mine_needs', { a: 1 }, options());
    expect([first.result, second.result]).toEqual([{ n: 1 }, { n: 2 }]);
    expect(first.job_id).not.toBe(second.job_id);
    expect(seen).toHaveLength(2);
  });

  test('of a person are not those of a client that asks for the same', async () => {
    const { gate, open } = gated();
    const { jobs, seen } = process(join(tempFolder(), 'f.db'), handClock(), async () => {
      await gate;
      return {};
    });
    const asked = await jobs.run('manage_capability', { name: 'a' }, options(0));
    const said = await jobs.run('manage_capability', { name: 'a' }, { ...options(0), via: 'elicited' });
    expect(said.job_id).not.toBe(asked.job_id);
    open();
    await Promise.all([asked, said].map(({ job_id }) => jobs.wait(job_id, options())));
    expect(seen.map(({ via }) => via).sort()).toEqual(['elicited', 'mcp']);
  });

  test('answer at once when asked not to wait, and the same call joins the running job', async () => {
    const { gate, open } = gated();
    const { jobs, seen } = process(join(tempFolder(), 'f.db'), handClock(), async () => {
      await gate;
      return { ok: true };
    });
    const started = await jobs.run('mine_needs', { a: 1 }, options(0));
    expect(started.job_state).not.toBe('done');
    open();
    const joined = await jobs.run('mine_needs', { a: 1 }, options());
    expect(joined).toMatchObject({ job_id: started.job_id, job_state: 'done', result: { ok: true } });
    expect(seen).toHaveLength(1);
  });

  test('fail with the error of their work', async () => {
    const { jobs } = process(join(tempFolder(), 'f.db'), handClock(), async () => {
      throw new FoundryError('not_found', 'No such mining.', 'Call mine_needs.');
    });
    await expect(jobs.run('cluster_needs', {}, options())).rejects.toMatchObject({
      code: 'not_found',
      message: 'No such mining.',
    });
  });

  test('go on when the request that started them is cancelled, and end when the job is', async () => {
    const request = new AbortController();
    const { jobs } = process(join(tempFolder(), 'f.db'), handClock(), async (_job, context) => {
      context.progress(1, 10, 'one');
      await new Promise((_resolve, reject) =>
        context.signal.addEventListener('abort', () => reject(new FoundryError('cancelled', 'c', 'f'))),
      );
      return {};
    });
    const waiting = jobs.run(
      'mine_needs',
      {},
      { ...options(), signal: request.signal, onProgress: () => request.abort() },
    );
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    const { job_id, job_state, progress } = await jobs.run('mine_needs', {}, options(0));
    expect([job_state, progress?.message]).toEqual(['running', 'one']);
    expect((await jobs.cancel(job_id)).state).toBe('cancelled');
    expect(await jobs.wait(job_id, options())).toMatchObject({ job_id, job_state: 'cancelled' });
  });

  test('of a process that died are taken over when their lease has run out, not before', async () => {
    const file = join(tempFolder(), 'f.db');
    const clock = handClock();
    const dead = process(file, clock, () => new Promise(() => {}));
    const { job_id } = await dead.jobs.run('mine_needs', { a: 1 }, options(0));
    const heir = process(file, clock, async () => ({ by: 'heir' }));
    await heir.jobs.resume();
    expect(heir.seen).toHaveLength(0);
    clock.forward(15_000);
    await heir.jobs.resume();
    expect(await heir.jobs.wait(job_id, options())).toMatchObject({ job_state: 'done', result: { by: 'heir' } });
  });

  test('go back to the queue when their process is closed in an orderly way', async () => {
    const file = join(tempFolder(), 'f.db');
    const clock = handClock();
    const first = process(file, clock, () => new Promise(() => {}));
    const { job_id } = await first.jobs.run('mine_needs', { a: 1 }, options(0));
    await first.jobs.close();
    const second = process(file, clock, async () => ({ by: 'second' }));
    await second.jobs.resume();
    expect(await second.jobs.wait(job_id, options())).toMatchObject({ result: { by: 'second' } });
  });

  test('never store log text that was handed in', async () => {
    const { jobs, seen, store } = process(join(tempFolder(), 'f.db'), handClock(), async () => ({}));
    await jobs.run('import_evidence', { content: 'the secret text', source: 'x' }, options());
    expect(seen[0]?.input['content']).toBe('the secret text');
    expect(JSON.stringify(await store.jobs.list(10))).not.toContain('secret text');
  });

  test('whose handed-in text was lost with its process say so', async () => {
    const file = join(tempFolder(), 'f.db');
    const clock = handClock();
    const first = process(file, clock, () => new Promise(() => {}));
    const { job_id } = await first.jobs.run('import_evidence', { content: 'text' }, options(0));
    await first.jobs.close();
    const second = process(file, clock, async () => ({}));
    await second.jobs.resume();
    expect(second.seen).toHaveLength(0);
    clock.forward(16_000);
    await second.jobs.resume();
    await expect(second.jobs.wait(job_id, options())).rejects.toMatchObject({ code: 'conflict' });
  });

  test('that nobody knows are not found', async () => {
    const { jobs } = process(join(tempFolder(), 'f.db'), handClock(), async () => ({}));
    await expect(jobs.wait('job_none', options())).rejects.toMatchObject({ code: 'not_found' });
    await expect(jobs.cancel('job_none')).rejects.toMatchObject({ code: 'not_found' });
  });
});
