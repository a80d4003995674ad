import { randomUUID } from 'node:crypto';
import type { Clock } from '../context.js';
import { FoundryError, toFoundryError } from '../errors.js';
import type { RedactionConfig } from '../evidence/redaction-config.js';
import { hashOf } from '../hash.js';
import type { JsonObject } from '../json.js';
import type { Logger } from '../log.js';
import type { Store } from '../store.js';
import type { JobExecutor } from './executor.js';
import type { Job } from './model.js';
import { createInputPreparer, type PreparedInput } from './private-input.js';
import type { JobAnswer, JobService, ProgressListener } from './service.js';

/** A dead process's job is taken over after this long at the latest. */
const leaseMs = 10_000;
const renewMs = 3_000;
/** A result that nobody fetched is handed out for this long; later the same call is new work. */
const undeliveredMs = 60 * 60_000;
const pollMs = { first: 20, most: 250 };
/** A queued job whose input only its own process has is left to that process for this long. */
const forgottenMs = 15_000;
const maxRunning = 2;

export interface JobDeps {
  readonly store: Store;
  readonly executor: JobExecutor;
  readonly clock: Clock;
  readonly log: Logger;
  /** What is looked for in arguments beside secrets, and what is left. */
  readonly redaction?: RedactionConfig | undefined;
}

interface Active {
  readonly abort: AbortController;
  readonly ended: Promise<void>;
  progress: Job['progress'];
  /** false once the job was given back: its end is then nobody's news */
  owned: boolean;
}

const later = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();

/** The jobs of one process over the store that all processes share. */
export function createJobService({ store, executor, clock, log, redaction }: JobDeps): JobService {
  const owner = randomUUID();
  const prepareFor = createInputPreparer(redaction);
  const active = new Map<string, Active>();
  const prepared = new Map<string, PreparedInput>();
  let closed = false;
  let watcher: NodeJS.Timeout | undefined;

  const finish = async (
    job: Job,
    mine: Active,
    end: { state: 'done' | 'failed' | 'cancelled'; result: JsonObject | null; error: Job['error'] },
  ): Promise<void> => {
    if (!mine.owned) return;
    await store.jobs.finish(job.job_id, owner, { ...end, at: clock.now() });
    await store.jobs.putEvents([
      { ts: clock.now(), job_id: job.job_id, event: end.state, stage: job.kind, counts: {} },
    ]);
  };

  const execute = async (job: Job, mine: Active): Promise<void> => {
    const renewal = setInterval(() => void renew(job.job_id, mine), renewMs);
    try {
      const result = await executor.execute(restore(job), {
        signal: mine.abort.signal,
        progress: (done, total, message) => {
          mine.progress = { done, total: total ?? null, message };
        },
      });
      await finish(job, mine, { state: 'done', result: redactFor(job, result), error: null });
    } catch (thrown) {
      const { code, message, fix } = toFoundryError(thrown, job.kind, log.report);
      const cancelled = code === 'cancelled' || mine.abort.signal.aborted;
      await finish(job, mine, {
        state: cancelled ? 'cancelled' : 'failed',
        result: null,
        error: redactFor(job, { code, message, fix }),
      });
    } finally {
      clearInterval(renewal);
      active.delete(job.job_id);
      prepared.delete(job.job_id);
    }
  };

  const redactFor = <T extends JsonObject>(job: Job, value: T): T => prepared.get(job.job_id)?.redact(value) ?? value;

  const restore = (job: Job): Job => {
    const kept = prepared.get(job.job_id);
    if (kept) return { ...job, input: kept.full };
    if (job.input['withheld'] === undefined) return job;
    throw new FoundryError(
      'conflict',
      'The work stopped before what was handed in was read, and it is not kept itself.',
      'Call again with the same arguments.',
    );
  };

  const renew = async (jobId: string, mine: Active): Promise<void> => {
    if (closed) return;
    try {
      const held = await store.jobs.renew(jobId, owner, later(clock.now(), leaseMs), mine.progress);
      const job = await store.jobs.get(jobId);
      if (!held) {
        mine.owned = false;
        mine.abort.abort();
      } else if (job?.cancel_requested) mine.abort.abort();
    } catch (error) {
      log.warn('job_renewal_failed', { job_id: jobId, error: String(error) });
    }
  };

  /** Takes up what waits, as far as there is room. */
  const pump = async (jobId?: string): Promise<void> => {
    while (!closed && active.size < maxRunning) {
      const now = clock.now();
      const job = await store.jobs.claim({
        owner,
        now,
        leaseUntil: later(now, leaseMs),
        jobId,
        held: [...prepared.keys()],
        othersUntil: later(now, -forgottenMs),
      });
      if (!job) return;
      const mine: Active = { abort: new AbortController(), ended: Promise.resolve(), progress: null, owned: true };
      active.set(job.job_id, mine);
      const ended = execute(job, mine).catch((error: unknown) => void log.report(error, `job ${job.kind}`));
      Object.assign(mine, { ended: ended.then(() => (closed ? undefined : pump())) });
    }
  };

  /** While another process holds jobs, looks now and then whether its lease ran out. */
  const watch = (): void => {
    watcher ??= setInterval(() => {
      void (async () => {
        const foreign = (await store.jobs.list(50)).some(
          (job) => job.state === 'queued' || (job.state === 'running' && !active.has(job.job_id)),
        );
        if (foreign) await pump();
        else if (watcher) {
          clearInterval(watcher);
          watcher = undefined;
        }
      })().catch((error: unknown) => log.warn('job_watch_failed', { error: String(error) }));
    }, 1_000);
    watcher.unref();
  };

  const answer = async (job: Job): Promise<JobAnswer> => {
    if (job.state === 'failed') {
      await store.jobs.markDelivered(job.job_id);
      const { code, message, fix } = job.error ?? { code: 'internal', message: 'The job failed.', fix: 'Call again.' };
      throw new FoundryError(code as FoundryError['code'], message, fix);
    }
    if (job.state === 'done') {
      await store.jobs.markDelivered(job.job_id);
      return { job_id: job.job_id, job_state: 'done', result: (job.result ?? {}) as JsonObject };
    }
    const progress = active.get(job.job_id)?.progress ?? job.progress;
    return { job_id: job.job_id, job_state: job.state, progress };
  };

  const wait: JobService['wait'] = async (jobId, { waitMs, signal, onProgress }) => {
    const deadline = performance.now() + waitMs;
    let pause = pollMs.first;
    let said = '';
    for (;;) {
      const job = await store.jobs.get(jobId);
      if (!job)
        throw new FoundryError(
          'not_found',
          `There is no job ${jobId}.`,
          'foundry_status without arguments lists recent jobs.',
        );
      said = tell(active.get(jobId)?.progress ?? job.progress, said, onProgress);
      const left = deadline - performance.now();
      if (job.state !== 'queued' && job.state !== 'running') return answer(job);
      if (left <= 0) return answer(job);
      if (!active.has(jobId)) watch();
      await Promise.race([sleep(Math.min(pause, left), signal), active.get(jobId)?.ended ?? new Promise(() => {})]);
      pause = Math.min(pause * 1.5, pollMs.most);
    }
  };

  return {
    wait,
    async run(kind, input, options) {
      // A person's word is not lost in the job of a client that asked for the same, nor lent to it.
      const asked = [await store.salt(), kind, input];
      const key = hashOf(options.via === 'mcp' ? asked : [...asked, options.via]);
      const ready = await prepareFor(kind, input);
      const at = clock.now();
      const job = await store.jobs.enqueue({
        job_id: `job_${key.slice(0, 16)}`,
        kind,
        input: ready.stored,
        key,
        via: options.via,
        at,
        undeliveredSince: later(at, -undeliveredMs),
      });
      if (job.state === 'queued') prepared.set(job.job_id, ready);
      if (job.state === 'queued') await pump(active.size === 0 ? undefined : job.job_id);
      return wait(job.job_id, options);
    },
    async cancel(jobId) {
      const job = await store.jobs.requestCancel(jobId, clock.now());
      if (!job)
        throw new FoundryError(
          'not_found',
          `There is no job ${jobId}.`,
          'foundry_status without arguments lists recent jobs.',
        );
      const mine = active.get(jobId);
      mine?.abort.abort();
      await Promise.race([mine?.ended, sleep(2_000, new AbortController().signal)]);
      return (await store.jobs.get(jobId)) ?? job;
    },
    async resume() {
      if (closed || !store.exists()) return;
      await pump();
      watch();
    },
    async close() {
      closed = true;
      if (watcher) clearInterval(watcher);
      for (const [jobId, mine] of active) {
        mine.owned = false;
        await store.jobs.release(jobId, owner, clock.now());
        mine.abort.abort();
      }
      await executor.close();
    },
  };
}

/** Passes progress on where it is news; returns what was said last. */
function tell(progress: Job['progress'], said: string, listener: ProgressListener | undefined): string {
  if (!progress || !listener) return said;
  const now = JSON.stringify(progress);
  if (now !== said) listener(progress.done, progress.total ?? undefined, progress.message);
  return now;
}

/** Resolves after `ms`; rejects with `cancelled` when the request that waits has gone. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const gone = (): void => {
      clearTimeout(timer);
      reject(
        new FoundryError(
          'cancelled',
          'The request was cancelled; its job goes on.',
          'foundry_status with the job_id picks it up.',
        ),
      );
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', gone);
      resolve();
    }, ms);
    if (signal.aborted) gone();
    else signal.addEventListener('abort', gone, { once: true });
  });
}
